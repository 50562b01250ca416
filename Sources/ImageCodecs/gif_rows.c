#include "row_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* CompuServe's GIF89a: https://www.w3.org/Graphics/GIF/spec-gif89a.txt. The first picture of a file is read. */

enum { MOST_CODES = 4096, MOST_CODE_BITS = 12 };

/* The stream of codes, which comes in blocks of at most 255 bytes. */
typedef struct {
    uint32_t window;
    int held;
    int block_left;
    int is_over;
} gif_bits;

/* Lempel-Ziv-Welch: each code is one before it and a byte. */
typedef struct {
    int least_bits;
    int bits;
    int next_code;
    int last_code;
    uint16_t before[MOST_CODES];
    uint8_t byte[MOST_CODES];
    /* Bytes of a code that are still to be given, the last one first. */
    uint8_t stack[MOST_CODES];
    int depth;
    uint8_t first;
} gif_codes;

/* An open GIF; its first member makes it an image_row_reader. */
typedef struct {
    image_row_reader base;
    image_codec_header header;
    int output;
    uint32_t row;
    /* Of the picture within the screen. */
    uint32_t left, top, width, height;
    int is_interlaced;
    /* Where nothing is drawn. */
    uint8_t background;
    int is_over;
    uint8_t *indices;
    /* All indices of an interlaced picture. */
    uint8_t *whole;
    gif_bits bits;
    gif_codes codes;
    /* Bytes of the source that have not been used. */
    const uint8_t *bytes;
    long bytes_left;
    image_source source;
} gif_rows;

static int damaged(char *message, const char *words) {
    return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%s", words);
}

/* The next byte of the file; -1 at its end. */
static int next_byte(gif_rows *rows) {
    if (rows->bytes_left == 0) {
        if (image_source_is_cancelled(&rows->source)) return -1;
        rows->bytes_left = image_source_next(&rows->source, &rows->bytes);
        if (rows->bytes_left <= 0) {
            rows->bytes_left = 0;
            return -1;
        }
    }
    rows->bytes_left--;
    return *rows->bytes++;
}

static int read_bytes(gif_rows *rows, uint8_t *target, int count) {
    for (int i = 0; i < count; i++) {
        int byte = next_byte(rows);
        if (byte < 0) return 1;
        target[i] = (uint8_t)byte;
    }
    return 0;
}

/* MARK: Header */

static int read_palette(gif_rows *rows, int flags) {
    if (!(flags & 0x80)) return 0;
    image_codec_header *header = &rows->header;
    header->palette_count = 2 << (flags & 7);
    for (int i = 0; i < header->palette_count; i++) {
        if (read_bytes(rows, header->palette + 4 * i, 3)) return 1;
        header->palette[4 * i + 3] = 255;
    }
    return 0;
}

/* Skips a list of blocks; what the first one says of transparency is kept. */
static int read_extension(gif_rows *rows, int *transparent) {
    int label = next_byte(rows);
    if (label < 0) return 1;
    for (int number = 0;; number++) {
        uint8_t block[255];
        int length = next_byte(rows);
        if (length < 0 || read_bytes(rows, block, length)) return 1;
        if (length == 0) return 0;
        if (label == 0xf9 && number == 0 && length >= 4) *transparent = block[0] & 1 ? block[3] : -1;
    }
}

/* Reads up to the first picture's own header. */
static int find_picture(gif_rows *rows, int *transparent, char *message) {
    for (;;) {
        switch (next_byte(rows)) {
        case 0x2c: return 0;
        case 0x21:
            if (read_extension(rows, transparent)) return damaged(message, "the file ends early");
            break;
        case 0: break;
        case 0x3b: return damaged(message, "it has no picture");
        default: return damaged(message, "what stands before its picture is no block");
        }
    }
}

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

static int describe(gif_rows *rows, char *message) {
    uint8_t screen[13], picture[9];
    int transparent = -1;
    image_header_begin(&rows->header, 0, 0);
    if (read_bytes(rows, screen, sizeof screen) || read_palette(rows, screen[10])) {
        return damaged(message, "the file ends early");
    }
    int failure = find_picture(rows, &transparent, message);
    if (failure) return failure;
    if (read_bytes(rows, picture, sizeof picture) || read_palette(rows, picture[8])) {
        return damaged(message, "the file ends early");
    }
    rows->left = image_little16(picture);
    rows->top = image_little16(picture + 2);
    rows->width = image_little16(picture + 4);
    rows->height = image_little16(picture + 6);
    rows->is_interlaced = picture[8] >> 6 & 1;
    if (rows->width == 0 || rows->height == 0) return damaged(message, "its picture has no pixels");
    image_codec_header *header = &rows->header;
    header->width = larger(image_little16(screen + 6), rows->left + rows->width);
    header->height = larger(image_little16(screen + 8), rows->top + rows->height);
    int isGray = header->palette_count == 0 || image_palette_is_gray(header, 8);
    image_header_layout(header, &rows->source.input, isGray ? IMAGE_CODEC_GRAY : IMAGE_CODEC_PALETTE, 8);
    if (isGray) header->palette_count = 0;
    if (transparent >= 0 && transparent < header->palette_count) header->palette[4 * transparent + 3] = 0;
    rows->background = (uint8_t)(transparent >= 0 ? transparent : 0);
    header->is_whole = rows->is_interlaced;
    uint64_t pixels = (uint64_t)rows->width * rows->height;
    header->held_bytes = rows->is_interlaced ? pixels : 0;
    /* A code of 12 bits stands for 4096 pixels at best. */
    header->least_bytes = pixels / 2731;
    int bits = next_byte(rows);
    if (bits < 1 || bits > 8) return damaged(message, "its codes have a size that cannot be");
    rows->codes.least_bits = bits;
    return 0;
}

/* MARK: Codes */

static void reset_codes(gif_codes *codes) {
    codes->bits = codes->least_bits + 1;
    codes->next_code = (1 << codes->least_bits) + 2;
    codes->last_code = -1;
}

/* The next code; -1 at the end. */
static int next_code(gif_rows *rows) {
    gif_bits *bits = &rows->bits;
    while (bits->held < rows->codes.bits) {
        if (bits->block_left == 0) {
            int length = bits->is_over ? 0 : next_byte(rows);
            if (length <= 0) {
                bits->is_over = 1;
                return -1;
            }
            bits->block_left = length;
        }
        int byte = next_byte(rows);
        if (byte < 0) return -1;
        bits->block_left--;
        bits->window |= (uint32_t)byte << bits->held;
        bits->held += 8;
    }
    int code = (int)(bits->window & ((1u << rows->codes.bits) - 1));
    bits->window >>= rows->codes.bits;
    bits->held -= rows->codes.bits;
    return code;
}

/* Puts the bytes of a code on the stack. */
static void push_code(gif_codes *codes, int code) {
    int clear = 1 << codes->least_bits;
    while (code > clear + 1) {
        codes->stack[codes->depth++] = codes->byte[code];
        code = codes->before[code];
    }
    codes->first = (uint8_t)code;
    codes->stack[codes->depth++] = codes->first;
}

/* Makes the stack hold something; 1 where codes are wrong or over. */
static int refill(gif_rows *rows, char *message) {
    gif_codes *codes = &rows->codes;
    int clear = 1 << codes->least_bits;
    for (;;) {
        int code = next_code(rows);
        if (code < 0 || code == clear + 1) return damaged(message, "its picture ends early");
        if (code == clear) {
            reset_codes(codes);
            continue;
        }
        int isNew = code == codes->next_code && codes->last_code >= 0;
        if ((code >= codes->next_code && !isNew) || (codes->last_code < 0 && code > clear)) {
            return damaged(message, "a code of its picture is wrong");
        }
        /* What is not known yet is the last one and its own first byte. */
        if (isNew) codes->stack[codes->depth++] = codes->first;
        push_code(codes, isNew ? codes->last_code : code);
        if (codes->last_code >= 0 && codes->next_code < MOST_CODES) {
            codes->before[codes->next_code] = (uint16_t)codes->last_code;
            codes->byte[codes->next_code] = codes->first;
            codes->next_code++;
            if (codes->next_code == 1 << codes->bits && codes->bits < MOST_CODE_BITS) codes->bits++;
        }
        codes->last_code = code;
        return 0;
    }
}

static int decode_line(gif_rows *rows, uint8_t *line, char *message) {
    gif_codes *codes = &rows->codes;
    for (uint32_t x = 0; x < rows->width; x++) {
        if (codes->depth == 0) {
            int failure = refill(rows, message);
            if (failure) return failure;
        }
        line[x] = codes->stack[--codes->depth];
    }
    return 0;
}

/* Rows 0, 8, 16 …, then 4, 12 …, then 2, 6 …, then 1, 3 …. */
static int decode_whole(gif_rows *rows, char *message) {
    static const uint32_t starts[4] = {0, 4, 2, 1}, steps[4] = {8, 8, 4, 2};
    rows->whole = malloc((size_t)rows->width * rows->height);
    if (!rows->whole) return damaged(message, "out of memory");
    for (int pass = 0; pass < 4; pass++) {
        for (uint32_t y = starts[pass]; y < rows->height; y += steps[pass]) {
            int failure = decode_line(rows, rows->whole + (size_t)y * rows->width, message);
            if (failure) return failure;
        }
    }
    return 0;
}

/* MARK: Rows */

static int start(image_row_reader *reader, int output, char *message) {
    gif_rows *rows = (gif_rows *)reader;
    if (output != IMAGE_CODEC_AS_BYTES && output != IMAGE_CODEC_AS_MASK) return damaged(message, "its samples have 8 bits");
    rows->output = output;
    rows->indices = malloc(rows->header.width);
    if (!rows->indices) return damaged(message, "out of memory");
    reset_codes(&rows->codes);
    return rows->is_interlaced ? decode_whole(rows, message) : 0;
}

static int next_row(image_row_reader *reader, uint8_t *row, char *message) {
    gif_rows *rows = (gif_rows *)reader;
    if (rows->row == rows->header.height) return damaged(message, "no rows are left");
    uint32_t y = rows->row++;
    memset(rows->indices, rows->background, rows->header.width);
    if (y >= rows->top && y - rows->top < rows->height) {
        uint8_t *line = rows->indices + rows->left;
        if (rows->whole) {
            memcpy(line, rows->whole + (size_t)(y - rows->top) * rows->width, rows->width);
        } else {
            int failure = decode_line(rows, line, message);
            if (failure) return failure;
        }
    }
    image_write_indices(&rows->header, rows->output, rows->indices, row);
    return 0;
}

static void close_rows(image_row_reader *reader) {
    gif_rows *rows = (gif_rows *)reader;
    free(rows->indices);
    free(rows->whole);
    free(rows);
}

int image_row_reader_open_gif(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message) {
    gif_rows *rows = malloc(sizeof *rows);
    if (!rows) return damaged(message, "out of memory");
    memset(rows, 0, offsetof(gif_rows, source));
    rows->base = (image_row_reader){start, next_row, close_rows};
    rows->source.input = *input;
    rows->source.place = 0;
    int failure = describe(rows, message);
    return image_row_reader_opened(&rows->base, failure, &rows->header, header, reader);
}
