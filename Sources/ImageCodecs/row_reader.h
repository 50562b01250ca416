/* What the readers of both formats have in common. */
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
int image_source_is_cancelled(const image_source *source);

/* The message of whatever was cancelled. */
extern const char image_source_cancelled[];

/* Rows between two questions whether to go on. */
enum { IMAGE_ROWS_BETWEEN_QUESTIONS = 16 };

struct image_row_reader {
    int (*start)(image_row_reader *reader, int output, char *message);
    int (*next)(image_row_reader *reader, uint8_t *row, char *message);
    void (*close)(image_row_reader *reader);
};

#endif
