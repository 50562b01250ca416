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
/* Pixels that a row may have where pictures are read row by row. */
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
    uint32_t width;
    uint32_t height;
    int32_t layout; /* IMAGE_CODEC_GRAY ... */
    int32_t bits;   /* of one sample */
    /* What the library keeps of the whole picture while it is decoded, in bytes: all coefficients of a progressive JPEG;
     * 0 where a few rows suffice. */
    uint64_t held_bytes;
} image_codec_header;

/* Reads the header only; `count` may be the first part of a file. */
int image_codec_png_header(const uint8_t *bytes, size_t count, image_codec_header *header, char *message);
int image_codec_jpeg_header(const uint8_t *bytes, size_t count, image_codec_header *header, char *message);

/* What the decoders write, row by row without gaps. */
enum {
    /* 3 bytes a pixel; alpha is dropped, 16-bit samples keep their high byte. */
    IMAGE_CODEC_AS_RGB = 0,
    /* Values as a mask means them. Gray and gray+alpha: 1 byte (fewer than 8 bits are scaled to 0..255), 2 bytes with
     * the high one first for 16-bit files. Palette: 1 byte, the index. RGB and RGBA: 3 bytes. JPEG: 1 byte, luma. */
    IMAGE_CODEC_AS_MASK = 1
};

/* Bytes of one pixel that decoding a file with this header as `output` writes. */
int image_codec_png_pixel_bytes(const image_codec_header *header, int output);

/* Decode the whole file to exactly `capacity` bytes at `pixels`. Damaged or truncated data is a failure. */
int image_codec_png_decode(
    const uint8_t *bytes, size_t count, int output, uint8_t *pixels, size_t capacity, char *message);
int image_codec_jpeg_decode(
    const uint8_t *bytes, size_t count, int output, uint8_t *pixels, size_t capacity, char *message);

/* Bytes owned by the caller, released with image_codec_release. */
typedef struct image_codec_buffer {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
} image_codec_buffer;

/* Writes a PNG of `channels` (1 gray, 3 RGB) 8-bit samples into `buffer`, which starts as zeros. Equal pixels make
 * equal bytes: no time stamp is stored. */
int image_codec_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, image_codec_buffer *buffer, char *message);
void image_codec_release(image_codec_buffer *buffer);

/* Reading a picture row by row from an open file, as red, green and blue, with the bytes of image_codec_*_decode.
 * Memory is a few rows, except for files that store rows out of order (see holds_whole). */
typedef struct image_row_reader image_row_reader;

/* Starts at the file's present position; `descriptor` stays the caller's, and open until the reader is closed.
 * `holds_whole` is set to 1 for files whose rows come in several passes (interlaced PNG, progressive JPEG), which the
 * library keeps in memory as a whole, and which may have no more than `whole_limit` pixels. `header` is set
 * even when the result is NULL, if it could be read. */
image_row_reader *image_row_reader_open_png(
    int descriptor, uint64_t whole_limit, image_codec_header *header, int *holds_whole, char *message);
image_row_reader *image_row_reader_open_jpeg(
    int descriptor, uint64_t whole_limit, image_codec_header *header, int *holds_whole, char *message);
/* Reads the next row, 3 bytes a pixel; with the last one the file's end is checked as well. Not to be called again
 * after a failure. */
int image_row_reader_next(image_row_reader *reader, uint8_t *row, char *message);
void image_row_reader_close(image_row_reader *reader);

/* Writing a PNG row by row to an open file. */
typedef struct image_row_writer image_row_writer;

/* `channels` is 1 (gray) or 3 (RGB), `bits` 8 or 16 (the high byte first). `level` is zlib's, 1 to 9.
 * `is_smooth` stores differences of neighbours, which shrinks pictures; areas of one value are best left as they are.
 * Equal rows and settings make equal bytes. */
image_row_writer *image_row_writer_open(
    int descriptor, uint32_t width, uint32_t height, int channels, int bits, int level, int is_smooth,
    char *message);
int image_row_writer_append(image_row_writer *writer, const uint8_t *row, char *message);
/* Writes what is left after the last row. */
int image_row_writer_finish(image_row_writer *writer, char *message);
void image_row_writer_close(image_row_writer *writer);

#ifdef __cplusplus
}
#endif

#endif
