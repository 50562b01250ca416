#include "row_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Microsoft's bitmaps, of Windows 2 (OS/2) to 5: https://learn.microsoft.com/windows/win32/gdi/bitmap-storage. */

enum { FILE_HEADER = 14, MOST_HEADER = 124, CORE = 12, INFO = 40 };
enum { RGB = 0, RLE8 = 1, RLE4 = 2, FIELDS = 3, ALPHA_FIELDS = 6 };
/* Runs may skip whole rows; of pictures with more pixels than this that is not believed without end. */
static const uint64_t most_free_pixels = (uint64_t)1 << 24;

/* The bits of a channel in a pixel. */
typedef struct {
    uint32_t mask;
    int shift;
    /* The number with all bits set; 0 without a channel. */
    uint32_t most;
} bmp_field;

/* An open BMP; its first member makes it an image_row_reader. */
typedef struct {
    image_row_reader base;
    image_codec_header header;
    int output;
    uint32_t row;
    int is_top_down;
    int compression;
    int bits;
    /* Where pixels begin, and bytes from one row to the next. */
    uint64_t start;
    uint64_t stride;
    /* Red, green, blue, alpha. */
    bmp_field fields[4];
    uint8_t *line;
    uint8_t *indices;
    /* All indices of a file with runs, the lowest row first. */
    uint8_t *whole;
    image_source source;
} bmp_rows;

static int damaged(char *message, const char *words) {
    return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%s", words);
}

static int read_at(bmp_rows *rows, uint64_t place, uint8_t *target, size_t count, char *message) {
    long got = image_source_at(&rows->source, place, target, count);
    if (got < 0) return damaged(message, strerror(errno));
    return (size_t)got == count ? 0 : damaged(message, "the file ends early");
}

/* MARK: Header */

static bmp_field field_of(uint32_t mask) {
    bmp_field field = {mask, 0, 0};
    if (mask == 0) return field;
    while (!(mask >> field.shift & 1)) field.shift++;
    field.most = mask >> field.shift;
    return field;
}

static void set_fields(bmp_rows *rows, uint32_t red, uint32_t green, uint32_t blue, uint32_t alpha) {
    rows->fields[0] = field_of(red);
    rows->fields[1] = field_of(green);
    rows->fields[2] = field_of(blue);
    rows->fields[3] = field_of(alpha);
}

/* Masks stand behind a header of 40 bytes, and in longer ones. */
static int read_fields(bmp_rows *rows, const uint8_t *info, uint32_t size, char *message) {
    uint8_t behind[16] = {0};
    const uint8_t *masks = info + INFO;
    int has_alpha = size >= 56;
    if (size < 52) {
        has_alpha = rows->compression == ALPHA_FIELDS;
        int failure = read_at(rows, FILE_HEADER + (uint64_t)size, behind, has_alpha ? 16 : 12, message);
        if (failure) return failure;
        masks = behind;
    }
    set_fields(
        rows, image_little32(masks), image_little32(masks + 4), image_little32(masks + 8),
        has_alpha ? image_little32(masks + 12) : 0);
    for (int c = 0; c < 3; c++) {
        bmp_field field = rows->fields[c];
        if (field.most == 0 || (field.most & (field.most + 1)) != 0) return damaged(message, "its colour masks are wrong");
    }
    return 0;
}

static int read_palette(bmp_rows *rows, uint64_t place, uint32_t used, int entry, char *message) {
    image_codec_header *header = &rows->header;
    uint8_t bytes[1024];
    int count = 1 << rows->bits;
    if (used != 0 && used < (uint32_t)count) count = (int)used;
    /* Palettes may end where pixels begin. */
    if (rows->start > place && (rows->start - place) / (unsigned)entry < (unsigned)count) {
        count = (int)((rows->start - place) / (unsigned)entry);
    }
    int failure = read_at(rows, place, bytes, (size_t)count * (size_t)entry, message);
    if (failure) return failure;
    header->palette_count = count;
    for (int i = 0; i < count; i++) {
        const uint8_t *from = bytes + i * entry;
        uint8_t colour[4] = {from[2], from[1], from[0], 255};
        memcpy(header->palette + 4 * i, colour, sizeof colour);
    }
    return 0;
}

static int check_kind(bmp_rows *rows, char *message) {
    int bits = rows->bits;
    int isRight = 0;
    switch (rows->compression) {
    case RGB: isRight = bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32; break;
    case RLE8: isRight = bits == 8; break;
    case RLE4: isRight = bits == 4; break;
    case FIELDS:
    case ALPHA_FIELDS: isRight = bits == 16 || bits == 32; break;
    default: break;
    }
    if (isRight) return 0;
    return image_codec_fail(
        message, IMAGE_CODEC_REFUSED, "is a BMP of %d bits with compression %d; save it as PNG", bits, rows->compression);
}

static int has_runs(const bmp_rows *rows) { return rows->compression == RLE8 || rows->compression == RLE4; }

static void describe_pixels(bmp_rows *rows) {
    image_codec_header *header = &rows->header;
    const image_codec_input *input = &rows->source.input;
    uint64_t pixels = (uint64_t)header->width * header->height;
    int hasAlpha = rows->bits > 8 && rows->fields[3].most != 0;
    if (rows->bits > 8) {
        image_header_layout(header, input, hasAlpha ? IMAGE_CODEC_RGBA : IMAGE_CODEC_RGB, 8);
    } else {
        int isGray = image_palette_is_gray(header, rows->bits);
        image_header_layout(header, input, isGray ? IMAGE_CODEC_GRAY : IMAGE_CODEC_PALETTE, rows->bits);
        if (isGray) header->palette_count = 0;
    }
    header->is_whole = has_runs(rows);
    header->held_bytes = header->is_whole ? pixels : 0;
    header->least_bytes = header->is_whole ? (pixels > most_free_pixels ? pixels / 256 : 0)
                                           : pixels / 8 * (uint64_t)rows->bits;
}

static int describe(bmp_rows *rows, char *message) {
    uint8_t file[FILE_HEADER + 4], info[MOST_HEADER] = {0};
    int failure = read_at(rows, 0, file, sizeof file, message);
    if (failure) return failure;
    uint32_t size = image_little32(file + FILE_HEADER);
    if (size != CORE && (size < INFO || size > (1u << 20))) return damaged(message, "its header is wrong");
    failure = read_at(rows, FILE_HEADER, info, size < MOST_HEADER ? size : MOST_HEADER, message);
    if (failure) return failure;
    rows->start = image_little32(file + 10);
    uint32_t used = 0, width, height;
    if (size == CORE) {
        width = image_little16(info + 4);
        height = image_little16(info + 6);
        rows->bits = (int)image_little16(info + 10);
    } else {
        width = image_little32(info + 4);
        height = image_little32(info + 8);
        rows->bits = (int)image_little16(info + 14);
        rows->compression = (int)image_little32(info + 16);
        used = image_little32(info + 32);
        /* Negative heights count rows from the top. */
        rows->is_top_down = (int)(height >> 31);
        if (rows->is_top_down) height = 0u - height;
    }
    if (width == 0 || height == 0 || width >> 31 || height >> 31) return damaged(message, "it has no pixels");
    failure = check_kind(rows, message);
    if (failure) return failure;
    image_header_begin(&rows->header, width, height);
    rows->stride = ((uint64_t)width * (unsigned)rows->bits + 31) / 32 * 4;
    if (rows->bits == 16) set_fields(rows, 0x7c00, 0x03e0, 0x001f, 0);
    if (rows->bits == 32) set_fields(rows, 0xff0000, 0xff00, 0xff, 0);
    if (rows->compression == FIELDS || rows->compression == ALPHA_FIELDS) {
        failure = read_fields(rows, info, size, message);
    } else if (rows->bits <= 8) {
        failure = read_palette(rows, FILE_HEADER + (uint64_t)size, used, size == CORE ? 3 : 4, message);
    }
    if (!failure) describe_pixels(rows);
    return failure;
}

/* MARK: Runs */

/* The next bytes of a stream of runs. */
typedef struct {
    image_source *source;
    const uint8_t *bytes;
    long left;
} run_reader;

static int next_byte(run_reader *reader) {
    if (reader->left == 0) {
        reader->left = image_source_next(reader->source, &reader->bytes);
        if (reader->left <= 0) {
            reader->left = 0;
            return -1;
        }
    }
    reader->left--;
    return *reader->bytes++;
}

/* Writes `count` pixels from x on, as far as they lie in the row. */
static int write_run(bmp_rows *rows, run_reader *reader, uint64_t *x, uint64_t y, int count, int first) {
    uint8_t *line = rows->whole + y * rows->header.width;
    int isLiteral = first < 0, byte = first, read = 0;
    for (int i = 0; i < count; i++, ++*x) {
        int half = rows->compression == RLE4;
        if (isLiteral && (!half || i % 2 == 0)) {
            byte = next_byte(reader);
            read++;
            if (byte < 0) return 1;
        }
        int index = half ? (i % 2 == 0 ? byte >> 4 : byte & 15) : byte;
        if (*x < rows->header.width) line[*x] = (uint8_t)index;
    }
    /* Pixels without a run fill whole words. */
    return isLiteral && read % 2 == 1 && next_byte(reader) < 0;
}

static int decode_runs(bmp_rows *rows, char *message) {
    rows->source.place = rows->start;
    run_reader reader = {&rows->source, NULL, 0};
    uint64_t x = 0, y = 0, height = rows->header.height;
    for (uint64_t step = 0; y < height; step++) {
        if (step % 4096 == 0 && image_source_is_cancelled(&rows->source)) return damaged(message, image_source_cancelled);
        int count = next_byte(&reader), value = next_byte(&reader);
        if (count < 0 || value < 0) return damaged(message, "the file ends early");
        if (count > 0) {
            write_run(rows, &reader, &x, y, count, value);
        } else if (value == 0) {
            x = 0;
            y++;
        } else if (value == 1) {
            return 0;
        } else if (value == 2) {
            int right = next_byte(&reader), up = next_byte(&reader);
            if (right < 0 || up < 0) return damaged(message, "the file ends early");
            x += (uint64_t)right;
            y += (uint64_t)up;
        } else if (write_run(rows, &reader, &x, y, value, -1)) {
            return damaged(message, "the file ends early");
        }
    }
    return 0;
}

/* MARK: Rows */

static int start(image_row_reader *reader, int output, char *message) {
    bmp_rows *rows = (bmp_rows *)reader;
    if (output != IMAGE_CODEC_AS_BYTES && output != IMAGE_CODEC_AS_MASK) return damaged(message, "its samples have 8 bits");
    rows->output = output;
    size_t width = rows->header.width;
    rows->line = malloc((size_t)rows->stride);
    rows->indices = malloc(width);
    if (!rows->line || !rows->indices) return damaged(message, "out of memory");
    if (!has_runs(rows)) return 0;
    rows->whole = calloc(width, rows->header.height);
    if (!rows->whole) return damaged(message, "out of memory");
    return decode_runs(rows, message);
}

static void split_indices(const bmp_rows *rows, const uint8_t *line) {
    int bits = rows->bits, mask = (1 << bits) - 1;
    for (size_t x = 0; x < rows->header.width; x++) {
        size_t bit = x * (size_t)bits;
        rows->indices[x] = (uint8_t)(line[bit / 8] >> (8 - bits - (int)(bit % 8)) & mask);
    }
}

static void write_colours(const bmp_rows *rows, const uint8_t *line, uint8_t *row) {
    size_t width = rows->header.width;
    if (rows->bits == 24) {
        for (size_t x = 0; x < width; x++) {
            for (size_t c = 0; c < 3; c++) row[3 * x + c] = line[3 * x + 2 - c];
        }
        return;
    }
    int channels = rows->output == IMAGE_CODEC_AS_MASK ? 3 : rows->header.bands;
    for (size_t x = 0; x < width; x++) {
        uint32_t pixel = rows->bits == 16 ? image_little16(line + 2 * x) : image_little32(line + 4 * x);
        for (int c = 0; c < channels; c++) {
            bmp_field field = rows->fields[c];
            *row++ = (uint8_t)((uint64_t)((pixel & field.mask) >> field.shift) * 255 / field.most);
        }
    }
}

static int next_row(image_row_reader *reader, uint8_t *row, char *message) {
    bmp_rows *rows = (bmp_rows *)reader;
    uint32_t height = rows->header.height;
    if (rows->row == height) return damaged(message, "no rows are left");
    if (rows->row % IMAGE_ROWS_BETWEEN_QUESTIONS == 0 && image_source_is_cancelled(&rows->source)) {
        return damaged(message, image_source_cancelled);
    }
    uint32_t y = rows->is_top_down ? rows->row : height - 1 - rows->row;
    rows->row++;
    if (rows->whole) {
        image_write_indices(&rows->header, rows->output, rows->whole + (size_t)y * rows->header.width, row);
        return 0;
    }
    /* The last row need not be filled up. */
    size_t bytes = (size_t)(((uint64_t)rows->header.width * (unsigned)rows->bits + 7) / 8);
    int failure = read_at(rows, rows->start + y * rows->stride, rows->line, bytes, message);
    if (failure) return failure;
    if (rows->bits > 8) {
        write_colours(rows, rows->line, row);
    } else {
        split_indices(rows, rows->line);
        image_write_indices(&rows->header, rows->output, rows->indices, row);
    }
    return 0;
}

static void close_rows(image_row_reader *reader) {
    bmp_rows *rows = (bmp_rows *)reader;
    free(rows->line);
    free(rows->indices);
    free(rows->whole);
    free(rows);
}

int image_row_reader_open_bmp(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message) {
    bmp_rows *rows = malloc(sizeof *rows);
    if (!rows) return damaged(message, "out of memory");
    memset(rows, 0, offsetof(bmp_rows, source));
    rows->base = (image_row_reader){start, next_row, close_rows};
    rows->source.input = *input;
    rows->source.place = 0;
    int failure = describe(rows, message);
    return image_row_reader_opened(&rows->base, failure, &rows->header, header, reader);
}
