#include "row_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char image_source_cancelled[] = "reading it was ended";

int image_row_reader_start(image_row_reader *reader, int output, char *message) {
    return reader->start(reader, output, message);
}

int image_row_reader_next(image_row_reader *reader, uint8_t *row, char *message) {
    return reader->next(reader, row, message);
}

void image_row_reader_close(image_row_reader *reader) {
    if (reader) reader->close(reader);
}

int image_codec_pixel_bytes(const image_codec_header *header, int output) {
    if (output == IMAGE_CODEC_AS_RGB) return 3;
    if (output == IMAGE_CODEC_AS_DEEP_RGB) return 6;
    if (header->is_jpeg) return 1;
    switch (header->layout) {
    case IMAGE_CODEC_PALETTE: return 1;
    case IMAGE_CODEC_GRAY:
    case IMAGE_CODEC_GRAY_ALPHA: return header->bits == 16 ? 2 : 1;
    default: return 3;
    }
}

int image_source_is_cancelled(const image_source *source) {
    return source->input.is_cancelled && source->input.is_cancelled(source->input.context);
}

long image_source_at(image_source *source, uint64_t place, uint8_t *target, size_t count) {
    const image_codec_input *input = &source->input;
    if (place >= input->count) return 0;
    if (input->count - place < count) count = (size_t)(input->count - place);
    if (input->descriptor < 0) {
        memcpy(target, input->bytes + place, count);
        return (long)count;
    }
    size_t got = 0;
    while (got < count) {
        ssize_t part = pread(input->descriptor, target + got, count - got, (off_t)(place + got));
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return -1;
        if (part == 0) break;
        got += (size_t)part;
    }
    return (long)got;
}

long image_source_next(image_source *source, const uint8_t **bytes) {
    const image_codec_input *input = &source->input;
    if (input->descriptor < 0) {
        size_t left = (size_t)(input->count - source->place);
        if (left > IMAGE_SOURCE_BLOCK) left = IMAGE_SOURCE_BLOCK;
        *bytes = input->bytes + source->place;
        source->place += left;
        return (long)left;
    }
    long got = image_source_at(source, source->place, source->block, IMAGE_SOURCE_BLOCK);
    if (got > 0) source->place += (uint64_t)got;
    *bytes = source->block;
    return got;
}
