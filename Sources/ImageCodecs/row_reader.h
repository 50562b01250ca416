/* What the readers of all formats have in common. */
#ifndef IMAGE_CODECS_ROW_READER_H
#define IMAGE_CODECS_ROW_READER_H

#include "ImageCodecs.h"

/* Bytes that are read from a file at once. */
enum { IMAGE_SOURCE_BLOCK = 1 << 16 };

/* A file's bytes, one block after the other. */
typedef struct {
    image_codec_input input;
    /* Of the next block. */
    uint64_t place;
    uint8_t block[IMAGE_SOURCE_BLOCK];
} image_source;

/* The next bytes, which stay until the next call: their number, 0 at the end, -1 for a failure (errno says which). */
long image_source_next(image_source *source, const uint8_t **bytes);
/* Copies up to `count` bytes from any place, fewer only at the end; -1 for a failure. */
long image_source_at(image_source *source, uint64_t place, uint8_t *target, size_t count);
/* What Exif data of `length` bytes at a place say of the orientation; 1 where they say nothing. */
int image_source_orientation(image_source *source, uint64_t place, uint32_t length);
int image_source_is_cancelled(const image_source *source);

/* Keeps a text as the message, cut to its room. */
void image_codec_keep_message(char *message, const char *text);
/* The same of a format and what belongs into it; returns `failure`. */
__attribute__((format(printf, 3, 4))) int image_codec_fail(char *message, int failure, const char *format, ...);

/* Numbers of a file whose low byte comes first, and last. */
uint32_t image_little16(const uint8_t *bytes);
uint32_t image_little32(const uint8_t *bytes);
uint32_t image_big32(const uint8_t *bytes);

/* A header of bytes without alpha, of which the pixels are still to be told. */
void image_header_begin(image_codec_header *header, uint32_t width, uint32_t height);
/* Sets what follows from a layout of 8 bits; alpha counts where the input wishes for so many channels. */
void image_header_layout(image_codec_header *header, const image_codec_input *input, int layout, int bits);
/* Palettes whose colours are gray, from black to white in equal steps, are gray pictures. */
int image_palette_is_gray(const image_codec_header *header, int bits);
/* A row of indices, or of gray, as it is wanted: bytes or a mask. */
void image_write_indices(const image_codec_header *header, int output, const uint8_t *indices, uint8_t *row);

/* The message of whatever was cancelled. */
extern const char image_source_cancelled[];

/* Rows between two questions whether to go on. */
enum { IMAGE_ROWS_BETWEEN_QUESTIONS = 16 };

struct image_row_reader {
    int (*start)(image_row_reader *reader, int output, char *message);
    int (*next)(image_row_reader *reader, uint8_t *row, char *message);
    void (*close)(image_row_reader *reader);
};

/* The end of every opening: hands over a reader and its header, or, after a failure, closes it; returns `failure`. */
int image_row_reader_opened(
    image_row_reader *opened, int failure, const image_codec_header *described, image_codec_header *header,
    image_row_reader **reader);

#endif
