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

#ifdef __cplusplus
}
#endif

#endif
