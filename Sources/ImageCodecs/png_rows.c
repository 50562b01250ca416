#include "png_shared.h"
#include "row_reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes that are read from a file at once. */
enum { BLOCK = 1 << 16 };

/* An open PNG; its first member makes it an image_row_reader. */
typedef struct {
    image_row_reader base;
    png_structp png;
    png_infop info;
    int descriptor;
    size_t row_bytes;
    uint32_t height;
    /* Rows that `next` has given. */
    uint32_t row;
    /* All rows of an interlaced file, else NULL. */
    uint8_t *whole;
    size_t block_next;
    size_t block_count;
    uint8_t block[BLOCK];
} png_rows;

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    png_rows *rows = png_get_io_ptr(png);
    while (count > 0) {
        if (rows->block_next == rows->block_count) {
            long got = image_codec_read_file(rows->descriptor, rows->block, BLOCK);
            if (got < 0) png_error(png, strerror(errno));
            if (got == 0) png_error(png, "the file ends early");
            rows->block_next = 0;
            rows->block_count = (size_t)got;
        }
        size_t part = rows->block_count - rows->block_next;
        if (part > count) part = count;
        memcpy(target, rows->block + rows->block_next, part);
        rows->block_next += part;
        target += part;
        count -= part;
    }
}

static void read_whole(png_rows *rows, int passes) {
    rows->whole = malloc(rows->row_bytes * rows->height);
    if (!rows->whole) png_error(rows->png, "out of memory");
    for (int pass = 0; pass < passes; pass++) {
        for (size_t y = 0; y < rows->height; y++) png_read_row(rows->png, rows->whole + y * rows->row_bytes, NULL);
    }
}

static int next_row(image_row_reader *reader, uint8_t *row, char *message) {
    png_rows *rows = (png_rows *)reader;
    png_structp png = rows->png;
    /* The buffer of the call that opened the file may be gone. */
    png_set_error_fn(png, message, image_codec_png_on_error, image_codec_png_on_warning);
    if (setjmp(png_jmpbuf(png))) return 1;
    if (rows->row == rows->height) png_error(png, "no rows are left");
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

image_row_reader *image_row_reader_open_png(
    int descriptor, uint64_t whole_limit, image_codec_header *header, int *holds_whole, char *message) {
    png_rows *rows = calloc(1, sizeof *rows);
    png_structp png = rows ? image_codec_png_reader(message) : NULL;
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        free(rows);
        image_codec_keep_message(message, "out of memory");
        return NULL;
    }
    rows->base = (image_row_reader){next_row, close_rows};
    rows->png = png;
    rows->info = info;
    rows->descriptor = descriptor;
    if (setjmp(png_jmpbuf(png))) {
        close_rows(&rows->base);
        return NULL;
    }
    png_set_read_fn(png, rows, read_bytes);
    image_codec_png_start(png, info);
    image_codec_png_describe(png, info, header);
    /* Before libpng makes room for rows. */
    if (header->width > IMAGE_ROW_MAX_WIDTH) png_error(png, "rows of too many pixels");
    image_codec_png_as_rgb(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    rows->row_bytes = png_get_rowbytes(png, info);
    rows->height = header->height;
    if (rows->row_bytes != (size_t)header->width * 3) png_error(png, "unexpected row size");
    *holds_whole = passes > 1;
    if (passes > 1 && (uint64_t)header->width * header->height > whole_limit) {
        png_error(png, "interlaced and too large to be held in memory");
    }
    if (passes > 1) read_whole(rows, passes);
    return &rows->base;
}

struct image_row_writer {
    png_structp png;
    png_infop info;
    int descriptor;
    size_t block_count;
    uint8_t block[BLOCK];
};

static void write_block(png_structp png, image_row_writer *writer) {
    size_t done = 0;
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
    png_write_end(writer->png, writer->info);
    write_block(writer->png, writer);
    return 0;
}

void image_row_writer_close(image_row_writer *writer) {
    if (!writer) return;
    png_destroy_write_struct(&writer->png, &writer->info);
    free(writer);
}
