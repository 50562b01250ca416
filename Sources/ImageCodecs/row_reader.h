/* What the readers of both formats are to image_row_reader_next. */
#ifndef IMAGE_CODECS_ROW_READER_H
#define IMAGE_CODECS_ROW_READER_H

#include "ImageCodecs.h"

struct image_row_reader {
    int (*next)(image_row_reader *reader, uint8_t *row, char *message);
    void (*close)(image_row_reader *reader);
};

/* Reads up to `count` bytes, fewer only at the file's end; -1 for a failure. */
long image_codec_read_file(int descriptor, uint8_t *target, size_t count);

#endif
