/* What the JPEG shims have in common. */
#ifndef IMAGE_CODECS_JPEG_SHARED_H
#define IMAGE_CODECS_JPEG_SHARED_H

#include "ImageCodecs.h"

/* jpeglib.h uses size_t and FILE without including their headers. */
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>
/* After the library, whose settings say which messages there are. */
#include <jerror.h>
#include <setjmp.h>

/* libjpeg passes its error manager around; what follows it is ours. */
typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    char *message;
} image_codec_jpeg_errors;

/* To be called before jpeg_create_decompress. Failures leave their text in `message` and jump to `escape`. */
void image_codec_jpeg_prepare(
    struct jpeg_decompress_struct *codec, image_codec_jpeg_errors *errors, char *message);
/* A failure that libjpeg has no words for. */
_Noreturn void image_codec_jpeg_fail(image_codec_jpeg_errors *errors, const char *text);
/* After the header has been read; the orientation is left as it is. */
void image_codec_jpeg_describe(struct jpeg_decompress_struct *codec, image_codec_header *header);
/* One row of 4-byte pixels to one of 3-byte pixels. */
void image_codec_jpeg_cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, size_t width);

#endif
