#include "png_shared.h"
#include "row_reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An open PNG; its first member makes it an image_row_reader. */
typedef struct {
    image_row_reader base;
    png_structp png;
    png_infop info;
    size_t row_bytes;
    int layout;
    uint32_t height;
    /* Rows that `next` has given. */
    uint32_t row;
    /* All rows of an interlaced file, else NULL. */
    uint8_t *whole;
    /* Bytes of the source that libpng has not read yet. */
    const uint8_t *block_next;
    size_t block_left;
    image_source source;
} png_rows;

/* MARK: Bytes */

static void ask_whether_to_go_on(png_rows *rows) {
    if (image_source_is_cancelled(&rows->source)) png_error(rows->png, image_source_cancelled);
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    png_rows *rows = png_get_io_ptr(png);
    while (count > 0) {
        if (rows->block_left == 0) {
            ask_whether_to_go_on(rows);
            long got = image_source_next(&rows->source, &rows->block_next);
            if (got < 0) png_error(png, strerror(errno));
            if (got == 0) png_error(png, "the file ends early");
            rows->block_left = (size_t)got;
        }
        size_t part = rows->block_left < count ? rows->block_left : count;
        memcpy(target, rows->block_next, part);
        rows->block_next += part;
        rows->block_left -= part;
        target += part;
        count -= part;
    }
}

/* MARK: Header */

/* Texts, colour profiles and the like are skipped unread: they may be large, damaged or both. */
static void skip_metadata(png_structp png) {
    static const png_byte names[] = "iCCP\0tEXt\0zTXt\0iTXt\0eXIf\0tIME\0sPLT\0hIST\0pCAL\0sCAL";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, (int)(sizeof names / 5));
}

static int layout_of(int colour_type) {
    switch (colour_type) {
    case PNG_COLOR_TYPE_GRAY: return IMAGE_CODEC_GRAY;
    case PNG_COLOR_TYPE_GRAY_ALPHA: return IMAGE_CODEC_GRAY_ALPHA;
    case PNG_COLOR_TYPE_PALETTE: return IMAGE_CODEC_PALETTE;
    case PNG_COLOR_TYPE_RGB: return IMAGE_CODEC_RGB;
    default: return IMAGE_CODEC_RGBA;
    }
}

static void describe(png_structp png, png_infop info, const image_codec_input *input, image_codec_header *header) {
    image_header_begin(header, png_get_image_width(png, info), png_get_image_height(png, info));
    image_header_layout(header, input, layout_of(png_get_color_type(png, info)), png_get_bit_depth(png, info));
    header->is_whole = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
    header->keeps_rows = header->is_whole;
    /* Deflate stores 258 bytes in 2 bits at best. */
    header->least_bytes =
        (uint64_t)header->width * header->height / 8 * (uint64_t)header->bits * png_get_channels(png, info) / 1032;
    png_colorp palette;
    int count = 0;
    if (header->layout != IMAGE_CODEC_PALETTE || !png_get_PLTE(png, info, &palette, &count)) return;
    header->palette_count = count < 256 ? count : 256;
    png_bytep alphas = NULL;
    int alpha_count = 0;
    if (!png_get_tRNS(png, info, &alphas, &alpha_count, NULL)) alpha_count = 0;
    for (int i = 0; i < header->palette_count; i++) {
        header->palette[4 * i] = palette[i].red;
        header->palette[4 * i + 1] = palette[i].green;
        header->palette[4 * i + 2] = palette[i].blue;
        header->palette[4 * i + 3] = i < alpha_count ? alphas[i] : 255;
    }
}

/* Chunks that are looked at for Exif data, and bytes of these. */
enum { MOST_CHUNKS = 1 << 20, CHUNKS_BETWEEN_QUESTIONS = 1 << 10 };

/* What the chunk eXIf says, which may stand before the pixels or behind them, where libpng comes too late. */
static int orientation(png_rows *rows) {
    image_source *source = &rows->source;
    uint64_t place = 8;
    for (int number = 0; number < MOST_CHUNKS; number++) {
        uint8_t start[8];
        if (number % CHUNKS_BETWEEN_QUESTIONS == 0) ask_whether_to_go_on(rows);
        if (image_source_at(source, place, start, sizeof start) != sizeof start) return 1;
        uint32_t length = image_big32(start);
        if (length > 0x7fffffff || memcmp(start + 4, "IEND", 4) == 0) return 1;
        if (memcmp(start + 4, "eXIf", 4) == 0) return image_source_orientation(source, place + 8, length);
        place += 12 + (uint64_t)length;
    }
    return 1;
}

/* MARK: Rows */

static void convert(png_structp png, const image_codec_header *header, int output) {
    int layout = header->layout;
    if (output == IMAGE_CODEC_AS_MASK) {
        if (layout == IMAGE_CODEC_PALETTE) {
            png_set_packing(png); /* one index a byte, not scaled */
            return;
        }
        if (layout == IMAGE_CODEC_GRAY) png_set_expand_gray_1_2_4_to_8(png);
        if (layout == IMAGE_CODEC_RGB || layout == IMAGE_CODEC_RGBA) png_set_strip_16(png);
    } else {
        png_set_expand(png);
        if (output == IMAGE_CODEC_AS_BYTES) png_set_strip_16(png);
        /* Gray with alpha as a channel stays two. */
        if (image_codec_row_channels(header) != 2) png_set_gray_to_rgb(png);
        int keeps_alpha = header->bands == 2 || header->bands == 4;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (output == IMAGE_CODEC_AS_WORDS) png_set_swap(png);
#endif
        if (keeps_alpha) return;
    }
    png_set_strip_alpha(png);
}

static void read_whole(png_rows *rows, int passes) {
    if (rows->row_bytes > SIZE_MAX / rows->height) png_error(rows->png, "out of memory");
    rows->whole = malloc(rows->row_bytes * rows->height);
    if (!rows->whole) png_error(rows->png, "out of memory");
    for (int pass = 0; pass < passes; pass++) {
        for (size_t y = 0; y < rows->height; y++) {
            if (y % IMAGE_ROWS_BETWEEN_QUESTIONS == 0) ask_whether_to_go_on(rows);
            png_read_row(rows->png, rows->whole + y * rows->row_bytes, NULL);
        }
    }
}

static int start(image_row_reader *reader, int output, char *message) {
    png_rows *rows = (png_rows *)reader;
    png_structp png = rows->png;
    /* The buffer of the call before may be gone. */
    png_set_error_fn(png, message, image_codec_png_on_error, image_codec_png_on_warning);
    if (setjmp(png_jmpbuf(png))) return 1;
    image_codec_header header;
    describe(png, rows->info, &rows->source.input, &header);
    if (output == IMAGE_CODEC_AS_WORDS && header.bits != 16) png_error(png, "its samples have no 16 bits");
    if (output == IMAGE_CODEC_AS_FLOATS) png_error(png, "its samples are no floats");
    convert(png, &header, output);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, rows->info);
    rows->row_bytes = png_get_rowbytes(png, rows->info);
    if (rows->row_bytes != (size_t)header.width * (size_t)image_codec_pixel_bytes(&header, output)) {
        png_error(png, "unexpected row size");
    }
    if (passes > 1) read_whole(rows, passes);
    return 0;
}

static int next_row(image_row_reader *reader, uint8_t *row, char *message) {
    png_rows *rows = (png_rows *)reader;
    png_structp png = rows->png;
    png_set_error_fn(png, message, image_codec_png_on_error, image_codec_png_on_warning);
    if (setjmp(png_jmpbuf(png))) return 1;
    if (rows->row == rows->height) png_error(png, "no rows are left");
    if (rows->row % IMAGE_ROWS_BETWEEN_QUESTIONS == 0) ask_whether_to_go_on(rows);
    if (rows->whole) {
        memcpy(row, rows->whole + rows->row * rows->row_bytes, rows->row_bytes);
    } else {
        png_read_row(png, row, NULL);
    }
    rows->row++;
    if (rows->row == rows->height) png_read_end(png, NULL);
    return 0;
}

static void close_rows(image_row_reader *reader) {
    png_rows *rows = (png_rows *)reader;
    png_destroy_read_struct(&rows->png, &rows->info, NULL);
    free(rows->whole);
    free(rows);
}

int image_row_reader_open_png(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message) {
    /* The block at the end need not be zeroed. */
    png_rows *rows = malloc(sizeof *rows);
    png_structp png = rows ? image_codec_png_reader(message) : NULL;
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        free(rows);
        return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
    }
    memset(rows, 0, offsetof(png_rows, source));
    rows->base = (image_row_reader){start, next_row, close_rows};
    rows->png = png;
    rows->info = info;
    rows->source.input = *input;
    rows->source.place = 0;
    if (setjmp(png_jmpbuf(png))) {
        close_rows(&rows->base);
        return IMAGE_CODEC_DAMAGED;
    }
    png_set_read_fn(png, rows, read_bytes);
    /* The caller limits the number of pixels, with its own message. */
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    skip_metadata(png);
    png_read_info(png, info);
    describe(png, info, input, header);
    header->orientation = orientation(rows);
    rows->height = header->height;
    *reader = &rows->base;
    return 0;
}

/* Bytes that are written to a file at once. */
enum { BLOCK = 1 << 16 };

struct image_row_writer {
    png_structp png;
    png_infop info;
    int descriptor;
    /* Of all bytes that have left the block. */
    SHA2_CTX sum;
    size_t block_count;
    uint8_t block[BLOCK];
};

static void write_block(png_structp png, image_row_writer *writer) {
    size_t done = 0;
    SHA256Update(&writer->sum, writer->block, writer->block_count);
    while (done < writer->block_count) {
        ssize_t part = write(writer->descriptor, writer->block + done, writer->block_count - done);
        if (part < 0 && errno == EINTR) continue;
        if (part <= 0) png_error(png, part < 0 ? strerror(errno) : "nothing more fits");
        done += (size_t)part;
    }
    writer->block_count = 0;
}

static void append_bytes(png_structp png, png_bytep from, size_t count) {
    image_row_writer *writer = png_get_io_ptr(png);
    while (count > 0) {
        if (writer->block_count == BLOCK) write_block(png, writer);
        size_t part = BLOCK - writer->block_count;
        if (part > count) part = count;
        memcpy(writer->block + writer->block_count, from, part);
        writer->block_count += part;
        from += part;
        count -= part;
    }
}

static void flush_nothing(png_structp png) { (void)png; }

image_row_writer *image_row_writer_open(
    int descriptor, uint32_t width, uint32_t height, int channels, int bits, int level, int is_smooth,
    char *message) {
    image_row_writer *writer = calloc(1, sizeof *writer);
    png_structp png = writer ? image_codec_png_writer(message) : NULL;
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        free(writer);
        image_codec_keep_message(message, "out of memory");
        return NULL;
    }
    writer->png = png;
    writer->info = info;
    writer->descriptor = descriptor;
    SHA256Init(&writer->sum);
    if (setjmp(png_jmpbuf(png))) {
        image_row_writer_close(writer);
        return NULL;
    }
    png_set_write_fn(png, writer, append_bytes, flush_nothing);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_compression_level(png, level);
    png_set_IHDR(
        png, info, width, height, bits, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, is_smooth ? PNG_FILTER_SUB : PNG_FILTER_NONE);
    png_write_info(png, info);
    return writer;
}

int image_row_writer_append(image_row_writer *writer, const uint8_t *row, char *message) {
    png_set_error_fn(writer->png, message, image_codec_png_on_error, image_codec_png_on_warning);
    if (setjmp(png_jmpbuf(writer->png))) return 1;
    png_write_row(writer->png, row);
    return 0;
}

int image_row_writer_finish(image_row_writer *writer, char *message) {
    png_set_error_fn(writer->png, message, image_codec_png_on_error, image_codec_png_on_warning);
    if (setjmp(png_jmpbuf(writer->png))) return 1;
    write_block(writer->png, writer);
    image_codec_png_mark(writer->png, &writer->sum);
    png_write_end(writer->png, writer->info);
    write_block(writer->png, writer);
    return 0;
}

void image_row_writer_close(image_row_writer *writer) {
    if (!writer) return;
    png_destroy_write_struct(&writer->png, &writer->info);
    free(writer);
}
