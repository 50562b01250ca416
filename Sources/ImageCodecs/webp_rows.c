#include "row_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>

/* Chunks that are looked at for Exif data, and bytes of these. */
enum { MOST_CHUNKS = 1 << 10, HEAD = 1 << 10 };
/* Pictures of one colour take a few bytes whatever their size; of more pixels than this that is not believed. */
static const uint64_t most_free_pixels = (uint64_t)1 << 26;

/* An open WebP; its first member makes it an image_row_reader. */
typedef struct {
    image_row_reader base;
    image_codec_header header;
    WebPDecoderConfig config;
    int output;
    uint32_t row;
    /* All pixels, which libwebp gives in one go. */
    uint8_t *pixels;
    image_source source;
} webp_rows;

static int channels(const webp_rows *rows) { return rows->header.bands == 4 ? 4 : 3; }

/* What the chunk EXIF says. */
static int orientation(image_source *source) {
    uint64_t place = 12;
    for (int number = 0; number < MOST_CHUNKS; number++) {
        uint8_t start[8];
        if (image_source_at(source, place, start, sizeof start) != sizeof start) return 1;
        uint32_t length = image_little32(start + 4);
        if (memcmp(start, "EXIF", 4) == 0) return image_source_orientation(source, place + 8, length);
        place += 8 + (uint64_t)length + length % 2;
    }
    return 1;
}

static int fail_status(VP8StatusCode status, char *message) {
    static const char *const words[] = {
        "it is whole", "out of memory", "a parameter is wrong", "its stream is damaged", "a feature is unknown",
        "reading it was ended", "reading it was ended", "the file ends early",
    };
    int isKnown = status >= 0 && (size_t)status < sizeof words / sizeof *words;
    return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%s", isKnown ? words[status] : "it cannot be decoded");
}

/* Gives libwebp the file, block by block. */
static int decode(webp_rows *rows, WebPIDecoder *decoder, char *message) {
    for (;;) {
        const uint8_t *bytes;
        if (image_source_is_cancelled(&rows->source)) {
            return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%s", image_source_cancelled);
        }
        long got = image_source_next(&rows->source, &bytes);
        if (got < 0) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%s", strerror(errno));
        if (got == 0) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "the file ends early");
        VP8StatusCode status = WebPIAppend(decoder, bytes, (size_t)got);
        if (status == VP8_STATUS_OK) return 0;
        if (status != VP8_STATUS_SUSPENDED) return fail_status(status, message);
    }
}

static int start(image_row_reader *reader, int output, char *message) {
    webp_rows *rows = (webp_rows *)reader;
    if (output != IMAGE_CODEC_AS_BYTES && output != IMAGE_CODEC_AS_MASK) {
        return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "its samples have 8 bits");
    }
    rows->output = output;
    size_t stride = (size_t)rows->header.width * (size_t)channels(rows);
    rows->pixels = malloc(stride * rows->header.height);
    if (!rows->pixels) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
    WebPDecBuffer *buffer = &rows->config.output;
    buffer->colorspace = channels(rows) == 4 ? MODE_RGBA : MODE_RGB;
    buffer->is_external_memory = 1;
    buffer->u.RGBA.rgba = rows->pixels;
    buffer->u.RGBA.stride = (int)stride;
    buffer->u.RGBA.size = stride * rows->header.height;
    WebPIDecoder *decoder = WebPIDecode(NULL, 0, &rows->config);
    if (!decoder) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
    int failure = decode(rows, decoder, message);
    WebPIDelete(decoder);
    WebPFreeDecBuffer(buffer);
    return failure;
}

static int next_row(image_row_reader *reader, uint8_t *row, char *message) {
    webp_rows *rows = (webp_rows *)reader;
    if (rows->row == rows->header.height) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "no rows are left");
    size_t width = rows->header.width, count = (size_t)channels(rows);
    const uint8_t *pixels = rows->pixels + rows->row * width * count;
    rows->row++;
    if (rows->output == IMAGE_CODEC_AS_MASK && count == 4) {
        for (size_t x = 0; x < width; x++) memcpy(row + 3 * x, pixels + 4 * x, 3);
    } else {
        memcpy(row, pixels, width * count);
    }
    return 0;
}

static void close_rows(image_row_reader *reader) {
    webp_rows *rows = (webp_rows *)reader;
    free(rows->pixels);
    free(rows);
}

static int describe(webp_rows *rows, char *message) {
    uint8_t head[HEAD];
    long got = image_source_at(&rows->source, 0, head, sizeof head);
    if (got < 0) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%s", strerror(errno));
    WebPBitstreamFeatures features;
    VP8StatusCode status = WebPGetFeatures(head, (size_t)got, &features);
    if (status != VP8_STATUS_OK) return fail_status(status, message);
    if (features.has_animation) {
        return image_codec_fail(
            message, IMAGE_CODEC_REFUSED, "is a WebP of several pictures; save one of them: webpmux -get frame 1 … -o …");
    }
    image_codec_header *header = &rows->header;
    image_header_begin(header, (uint32_t)features.width, (uint32_t)features.height);
    image_header_layout(header, &rows->source.input, features.has_alpha ? IMAGE_CODEC_RGBA : IMAGE_CODEC_RGB, 8);
    header->orientation = orientation(&rows->source);
    header->is_whole = 1;
    uint64_t pixels = (uint64_t)header->width * header->height;
    /* The pixels, the file as far as it has not been used, and what libwebp works on: 4 bytes a pixel without loss. */
    header->held_bytes = pixels * (uint64_t)(channels(rows) + 4) + rows->source.input.count;
    header->least_bytes = pixels > most_free_pixels ? pixels / 4096 : 0;
    return 0;
}

int image_row_reader_open_webp(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message) {
    webp_rows *rows = malloc(sizeof *rows);
    if (!rows) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
    memset(rows, 0, offsetof(webp_rows, source));
    rows->base = (image_row_reader){start, next_row, close_rows};
    rows->source.input = *input;
    rows->source.place = 0;
    int failure = WebPInitDecoderConfig(&rows->config)
        ? describe(rows, message)
        : image_codec_fail(message, IMAGE_CODEC_DAMAGED, "libwebp is of another version than this program");
    return image_row_reader_opened(&rows->base, failure, &rows->header, header, reader);
}
