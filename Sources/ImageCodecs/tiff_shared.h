/* What the parts of the TIFF reader have in common. */
#ifndef IMAGE_CODECS_TIFF_SHARED_H
#define IMAGE_CODECS_TIFF_SHARED_H

#include "row_reader.h"

#include <tiffio.h>

/* Whom libtiff's functions of one file turn to. */
typedef struct {
    image_source *source;
    /* Of the next byte. */
    uint64_t place;
    /* Keeps the first failure, as long as it is empty. */
    char *message;
} tiff_client;

/* The directory at `offset`, or the first one; NULL for a failure. */
TIFF *tiff_client_open(tiff_client *client, uint64_t offset);

/* How the rows of a directory come. */
typedef enum {
    /* Read from their places in the file: neither compressed nor in tiles. */
    TIFF_ROWS_PLAIN,
    /* Decoded one by one by libtiff. */
    TIFF_ROWS_SCANLINES,
    /* A row of tiles, or a strip of each plane, at a time. */
    TIFF_ROWS_BLOCKS,
    /* As red, green and blue by libtiff: colour spaces of which it alone knows how they are stored. */
    TIFF_ROWS_RGB
} tiff_way;

/* What a directory says of its samples. */
typedef struct {
    uint32_t width;
    uint32_t height;
    uint16_t bits;
    uint16_t samples;
    uint16_t format;
    uint16_t photometric;
    uint16_t planar;
    uint16_t compression;
    uint16_t fill_order;
    tiff_way way;
    /* Which samples are read, in their order; ink of CMYK files are four. */
    int picked[IMAGE_MAX_BANDS];
    int picked_count;
    /* Samples that stand for transparency. */
    int alpha_count;
    /* Bytes of a number without loss: 1, 2, or 4 for floats. */
    int depth;
} tiff_kind;

/* Fills both but for the memory that rows take; an error code. */
int tiff_describe(
    TIFF *tiff, const image_codec_input *input, tiff_kind *kind, image_codec_header *header, char *message);

/* Turns `count` packed samples into numbers of the kind's depth. `packed` is returned where they are such already. */
const void *tiff_unpack(const tiff_kind *kind, const uint8_t *packed, size_t count, void *numbers);

/* The rows of one directory. */
typedef struct {
    TIFF *tiff;
    tiff_client client;
    /* Stays the owner's. */
    const tiff_kind *kind;
    /* Bytes of a row of one plane, and planes: 1 where the samples of a pixel lie side by side. */
    size_t row_bytes;
    int planes;
    /* Rows [first, first + count) of all planes, each of `capacity` rows. */
    uint8_t *block;
    uint32_t first;
    uint32_t count;
    uint32_t capacity;
    uint8_t *tile;
    uint32_t *raster;
    size_t tile_bytes;
} tiff_page;

/* Says what `tiff_page_begin` is going to take, and checks the sizes of rows and tiles; an error code. */
int tiff_page_prepare(tiff_page *page, TIFF *tiff, const tiff_kind *kind, uint64_t *bytes, char *message);
int tiff_page_begin(tiff_page *page, char *message);
/* The samples of a plane's row, which stay until another row is asked for; NULL for a failure. */
const uint8_t *tiff_page_row(tiff_page *page, uint32_t row, int plane, char *message);
void tiff_page_close(tiff_page *page);

#endif
