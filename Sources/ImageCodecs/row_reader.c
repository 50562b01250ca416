#include "row_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
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

int image_row_reader_opened(
    image_row_reader *opened, int failure, const image_codec_header *described, image_codec_header *header,
    image_row_reader **reader) {
    if (failure) {
        opened->close(opened);
        return failure;
    }
    *header = *described;
    *reader = opened;
    return 0;
}

int image_codec_row_channels(const image_codec_header *header) { return header->bands == 1 ? 3 : header->bands; }

int image_codec_pixel_bytes(const image_codec_header *header, int output) {
    switch (output) {
    case IMAGE_CODEC_AS_MASK: return header->mask_bytes;
    case IMAGE_CODEC_AS_WORDS: return 2 * image_codec_row_channels(header);
    case IMAGE_CODEC_AS_FLOATS: return 4 * image_codec_row_channels(header);
    default: return image_codec_row_channels(header);
    }
}

void image_codec_keep_message(char *message, const char *text) {
    strncpy(message, text, IMAGE_CODEC_MESSAGE_SIZE - 1);
    message[IMAGE_CODEC_MESSAGE_SIZE - 1] = 0;
}

int image_codec_fail(char *message, int failure, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, IMAGE_CODEC_MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    return failure;
}

/* MARK: Numbers */

uint32_t image_little16(const uint8_t *b) { return (uint32_t)b[0] | (uint32_t)b[1] << 8; }

uint32_t image_little32(const uint8_t *b) { return image_little16(b) | image_little16(b + 2) << 16; }

uint32_t image_big32(const uint8_t *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* MARK: Headers */

void image_header_begin(image_codec_header *header, uint32_t width, uint32_t height) {
    /* The palette counts only as far as it is said to. */
    memset(header, 0, offsetof(image_codec_header, palette));
    header->width = width;
    header->height = height;
    header->orientation = 1;
}

void image_header_layout(image_codec_header *header, const image_codec_input *input, int layout, int bits) {
    int has_alpha = layout == IMAGE_CODEC_GRAY_ALPHA || layout == IMAGE_CODEC_RGBA;
    int is_gray = layout == IMAGE_CODEC_GRAY || layout == IMAGE_CODEC_GRAY_ALPHA;
    header->layout = layout;
    header->bits = bits;
    header->depth = bits > 8 ? 2 : 1;
    header->bands = is_gray ? 1 : 3;
    if (has_alpha && input->channels == header->bands + 1) header->bands++;
    header->mask_bytes = layout == IMAGE_CODEC_PALETTE ? 1 : is_gray ? header->depth : 3;
}

int image_palette_is_gray(const image_codec_header *header, int bits) {
    int count = 1 << bits;
    if (header->palette_count < count) return 0;
    for (int i = 0; i < count; i++) {
        const uint8_t *colour = header->palette + 4 * i;
        int gray = i * 255 / (count - 1);
        if (colour[0] != gray || colour[1] != gray || colour[2] != gray || colour[3] != 255) return 0;
    }
    return 1;
}

void image_write_indices(const image_codec_header *header, int output, const uint8_t *indices, uint8_t *row) {
    int is_gray = header->layout == IMAGE_CODEC_GRAY;
    int scale = is_gray ? 255 / ((1 << header->bits) - 1) : 1;
    for (size_t x = 0; x < header->width; x++) {
        if (output == IMAGE_CODEC_AS_MASK) {
            row[x] = (uint8_t)(indices[x] * scale);
        } else if (is_gray) {
            memset(row + 3 * x, indices[x] * scale, 3);
        } else if (indices[x] < header->palette_count) {
            memcpy(row + 3 * x, header->palette + 4 * (size_t)indices[x], 3);
        } else {
            memset(row + 3 * x, 0, 3);
        }
    }
}

/* MARK: Bytes */

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
    if (source->place >= input->count) return 0;
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
