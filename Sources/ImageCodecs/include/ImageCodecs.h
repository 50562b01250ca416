/* C shims over libpng and libjpeg-turbo.
 *
 * Both libraries report errors by longjmp, which Swift cannot express; every function here catches them and returns 0
 * for success or 1 for failure with a message. Buffers belong to the caller; nothing is shared between calls, so that
 * any number of threads may decode at once.
 */
#ifndef IMAGE_CODECS_H
#define IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of every message buffer, the terminating zero included. */
#define IMAGE_CODEC_MESSAGE_SIZE 256
/* Pixels that a row may have. */
#define IMAGE_ROW_MAX_WIDTH 1048576

/* How a file stores its pixels. */
enum {
    IMAGE_CODEC_GRAY = 0,
    IMAGE_CODEC_GRAY_ALPHA = 1,
    IMAGE_CODEC_PALETTE = 2,
    IMAGE_CODEC_RGB = 3,
    IMAGE_CODEC_RGBA = 4,
    IMAGE_CODEC_CMYK = 5
};

typedef struct image_codec_header {
    /* As stored, before the orientation is applied. */
    uint32_t width;
    uint32_t height;
    int32_t layout; /* IMAGE_CODEC_GRAY ... */
    int32_t bits;   /* of one sample */
    /* How the picture is to be turned for people to see it: 1 (as it is) to 8, as Exif counts. */
    int32_t orientation;
    /* 1 for files whose rows come in several passes (interlaced PNG, progressive JPEG), which are kept in memory as a
     * whole while they are decoded. */
    int32_t is_whole;
    /* What the library itself keeps of such a picture, in bytes: all coefficients of a progressive JPEG. */
    uint64_t held_bytes;
    int32_t is_jpeg;
    /* 1 for JPEG files with arithmetic coding. */
    int32_t is_arithmetic;
    /* Red, green, blue and alpha of each index; of other layouts none. */
    int32_t palette_count;
    uint8_t palette[1024];
} image_codec_header;

/* What rows hold. */
enum {
    /* 3 bytes a pixel; alpha is dropped, 16-bit samples keep their high byte. */
    IMAGE_CODEC_AS_RGB = 0,
    /* Values as a mask means them. Gray and gray+alpha: 1 byte (fewer than 8 bits are scaled to 0..255), 2 bytes with
     * the high one first for 16-bit files. Palette: 1 byte, the index. RGB and RGBA: 3 bytes. JPEG: 1 byte, luma. */
    IMAGE_CODEC_AS_MASK = 1,
    /* Of 16-bit files: 3 numbers a pixel of 2 bytes each, in the order of the machine; alpha is dropped. */
    IMAGE_CODEC_AS_DEEP_RGB = 2
};

/* Bytes of one pixel of a file with this header as `output`. */
int image_codec_pixel_bytes(const image_codec_header *header, int output);

/* Where a file's bytes come from. */
typedef struct image_codec_input {
    /* Of a file that can be read at any place, from its beginning; stays the caller's and open. -1 for bytes. */
    int descriptor;
    /* Stay the caller's, as long as the reader is there. */
    const uint8_t *bytes;
    /* Of all bytes, also those of the file. */
    uint64_t count;
    /* Asked now and then; anything but 0 makes the function that runs fail. NULL for never. */
    int (*is_cancelled)(const void *context);
    const void *context;
} image_codec_input;

/* Reading a picture row by row. Memory is a few rows, except for files whose rows come in several passes. */
typedef struct image_row_reader image_row_reader;

/* Read the header only. NULL for a failure. */
image_row_reader *image_row_reader_open_png(
    const image_codec_input *input, image_codec_header *header, char *message);
image_row_reader *image_row_reader_open_jpeg(
    const image_codec_input *input, image_codec_header *header, char *message);
/* Says what rows are to hold; to be called once, before the first row. Files whose rows come in several passes are
 * decoded here. */
int image_row_reader_start(image_row_reader *reader, int output, char *message);
/* Reads the next row; with the last one the file's end is checked as well. Not to be called again after a failure. */
int image_row_reader_next(image_row_reader *reader, uint8_t *row, char *message);
void image_row_reader_close(image_row_reader *reader);

/* The orientation that Exif data say, which begin with "Exif\0\0" or are a TIFF at once; 1 where they say none. */
int image_codec_exif_orientation(const uint8_t *bytes, size_t count);

/* Bytes owned by the caller, released with image_codec_release. */
typedef struct image_codec_buffer {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
} image_codec_buffer;

/* Writes a PNG of `channels` (1 gray, 3 RGB) 8-bit samples into `buffer`, which starts as zeros. Equal pixels make
 * equal bytes: no time stamp is stored. `is_marked` says in it that this program wrote it. */
int image_codec_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int is_marked, image_codec_buffer *buffer,
    char *message);
void image_codec_release(image_codec_buffer *buffer);

/* Writing a PNG row by row to an open file. */
typedef struct image_row_writer image_row_writer;

/* `channels` is 1 (gray) or 3 (RGB), `bits` 8 or 16 (the high byte first). `level` is zlib's, 1 to 9.
 * `is_smooth` stores differences of neighbours, which shrinks pictures; areas of one value are best left as they are.
 * Equal rows and settings make equal bytes. */
image_row_writer *image_row_writer_open(
    int descriptor, uint32_t width, uint32_t height, int channels, int bits, int level, int is_smooth,
    char *message);
int image_row_writer_append(image_row_writer *writer, const uint8_t *row, char *message);
/* Writes what is left after the last row, a mark as of image_codec_png_is_marked included. */
int image_row_writer_finish(image_row_writer *writer, char *message);
void image_row_writer_close(image_row_writer *writer);

/* 1 if the open file is a PNG that says that this program wrote it, and not a byte of it was changed since; else 0. */
int image_codec_png_is_marked(int descriptor);

#ifdef __cplusplus
}
#endif

#endif
