/* What the PNG shims have in common. */
#ifndef IMAGE_CODECS_PNG_SHARED_H
#define IMAGE_CODECS_PNG_SHARED_H

#include "row_reader.h"

#include <png.h>
#include <sys/types.h>

#include <sha256.h>

/* libpng's handlers; the error pointer is a message buffer. */
void image_codec_png_on_error(png_structp png, png_const_charp text);
void image_codec_png_on_warning(png_structp png, png_const_charp text);
/* Errors of these leave their text in `message`, the error pointer, and jump. NULL without memory. */
png_structp image_codec_png_reader(char *message);
png_structp image_codec_png_writer(char *message);
/* Writes the chunk that says that this program wrote the file; `sum` has taken all bytes before it. */
void image_codec_png_mark(png_structp png, SHA2_CTX *sum);

#endif
