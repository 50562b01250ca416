#include "png_shared.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* The bytes that libpng has not read yet. */
typedef struct {
    const uint8_t *next;
    size_t left;
} source;

void image_codec_keep_message(char *message, const char *text) {
    strncpy(message, text, IMAGE_CODEC_MESSAGE_SIZE - 1);
    message[IMAGE_CODEC_MESSAGE_SIZE - 1] = 0;
}

void image_codec_png_on_error(png_structp png, png_const_charp text) {
    image_codec_keep_message(png_get_error_ptr(png), text);
    png_longjmp(png, 1);
}

/* Warnings concern ancillary chunks, which do not change the pixels. */
void image_codec_png_on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

png_structp image_codec_png_reader(char *message) {
    return png_create_read_struct(
        PNG_LIBPNG_VER_STRING, message, image_codec_png_on_error, image_codec_png_on_warning);
}

png_structp image_codec_png_writer(char *message) {
    return png_create_write_struct(
        PNG_LIBPNG_VER_STRING, message, image_codec_png_on_error, image_codec_png_on_warning);
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    source *from = png_get_io_ptr(png);
    if (count > from->left) png_error(png, "the file ends early");
    memcpy(target, from->next, count);
    from->next += count;
    from->left -= count;
}

/* Texts, colour profiles and the like are skipped unread: they may be large, damaged or both. */
static void skip_metadata(png_structp png) {
    static const png_byte names[] = "iCCP\0tEXt\0zTXt\0iTXt\0eXIf\0tIME\0sPLT\0hIST";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, (int)(sizeof names / 5));
}

void image_codec_png_start(png_structp png, png_infop info) {
    /* The caller limits the number of pixels, with its own message. */
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    skip_metadata(png);
    png_read_info(png, info);
}

static void open_source(png_structp png, png_infop info, source *from) {
    png_set_read_fn(png, from, read_bytes);
    image_codec_png_start(png, info);
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

void image_codec_png_describe(png_structp png, png_infop info, image_codec_header *header) {
    header->width = png_get_image_width(png, info);
    header->height = png_get_image_height(png, info);
    header->layout = layout_of(png_get_color_type(png, info));
    header->bits = png_get_bit_depth(png, info);
    header->held_bytes = 0;
}

int image_codec_png_header(const uint8_t *bytes, size_t count, image_codec_header *header, char *message) {
    png_structp png = image_codec_png_reader(message);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        image_codec_keep_message(message, "out of memory");
        return 1;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 1;
    }
    source from = {bytes, count};
    open_source(png, info, &from);
    image_codec_png_describe(png, info, header);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}

int image_codec_png_pixel_bytes(const image_codec_header *header, int output) {
    if (output == IMAGE_CODEC_AS_RGB) return 3;
    switch (header->layout) {
    case IMAGE_CODEC_PALETTE: return 1;
    case IMAGE_CODEC_GRAY:
    case IMAGE_CODEC_GRAY_ALPHA: return header->bits == 16 ? 2 : 1;
    default: return 3;
    }
}

void image_codec_png_as_rgb(png_structp png) {
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
}

static void convert_to_mask(png_structp png, int layout) {
    if (layout == IMAGE_CODEC_PALETTE) {
        png_set_packing(png); /* one index a byte, not scaled */
        return;
    }
    if (layout == IMAGE_CODEC_GRAY) png_set_expand_gray_1_2_4_to_8(png);
    if (layout == IMAGE_CODEC_RGB || layout == IMAGE_CODEC_RGBA) png_set_strip_16(png);
    png_set_strip_alpha(png);
}

int image_codec_png_decode(
    const uint8_t *bytes, size_t count, int output, uint8_t *pixels, size_t capacity, char *message) {
    png_structp png = image_codec_png_reader(message);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        image_codec_keep_message(message, "out of memory");
        return 1;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 1;
    }
    source from = {bytes, count};
    open_source(png, info, &from);
    image_codec_header header;
    image_codec_png_describe(png, info, &header);
    if (output == IMAGE_CODEC_AS_RGB) {
        image_codec_png_as_rgb(png);
    } else {
        convert_to_mask(png, header.layout);
    }
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t row_bytes = png_get_rowbytes(png, info);
    if (row_bytes != (size_t)header.width * (size_t)image_codec_png_pixel_bytes(&header, output) ||
        row_bytes * header.height != capacity) {
        png_error(png, "unexpected row size");
    }
    for (int pass = 0; pass < passes; pass++) {
        for (size_t y = 0; y < header.height; y++) png_read_row(png, pixels + y * row_bytes, NULL);
    }
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}

static void append_bytes(png_structp png, png_bytep from, size_t count) {
    image_codec_buffer *buffer = png_get_io_ptr(png);
    if (buffer->capacity - buffer->count < count) {
        size_t capacity = buffer->capacity * 2 + count + 4096;
        uint8_t *grown = realloc(buffer->bytes, capacity);
        if (!grown) png_error(png, "out of memory");
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->count, from, count);
    buffer->count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

int image_codec_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, image_codec_buffer *buffer, char *message) {
    png_structp png = image_codec_png_writer(message);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        image_codec_keep_message(message, "out of memory");
        return 1;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return 1;
    }
    png_set_write_fn(png, buffer, append_bytes, flush_nothing);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_IHDR(
        png, info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    size_t row_bytes = (size_t)width * (size_t)channels;
    for (size_t y = 0; y < height; y++) png_write_row(png, pixels + y * row_bytes);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return 0;
}

void image_codec_release(image_codec_buffer *buffer) {
    free(buffer->bytes);
    memset(buffer, 0, sizeof *buffer);
}
