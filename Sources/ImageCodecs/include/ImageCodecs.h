/* Readers of picture files, one format a file: C shims over libpng, libjpeg-turbo, libtiff and libwebp, and decoders of
 * BMP and GIF.
 *
 * Libraries report errors by longjmp or through handlers, which Swift cannot express; every function here catches them
 * and returns 0 for success or one of the failures below with a message. Buffers belong to the caller; nothing is shared
 * between calls, so that any number of threads may decode at once.
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

/* What functions return that fail. */
enum {
    /* The file is damaged; the message says how. */
    IMAGE_CODEC_DAMAGED = 1,
    /* The file is sound and not what can be used; the message is a sentence to stand behind its name. */
    IMAGE_CODEC_REFUSED = 2
};
/* Channels that a picture may have. */
#define IMAGE_MAX_BANDS 1024

/* How a file stores its pixels. */
enum {
    IMAGE_CODEC_GRAY = 0,
    IMAGE_CODEC_GRAY_ALPHA = 1,
    IMAGE_CODEC_PALETTE = 2,
    IMAGE_CODEC_RGB = 3,
    IMAGE_CODEC_RGBA = 4,
    IMAGE_CODEC_CMYK = 5,
    /* Any number of channels that are no colours. */
    IMAGE_CODEC_BANDS = 6
};

/* What the numbers of a file are. */
enum { IMAGE_CODEC_UNSIGNED = 0, IMAGE_CODEC_SIGNED = 1, IMAGE_CODEC_FLOAT = 2 };

typedef struct image_codec_header {
    /* As stored, before the orientation is applied. */
    uint32_t width;
    uint32_t height;
    int32_t layout; /* IMAGE_CODEC_GRAY ... */
    int32_t bits;   /* of one sample */
    /* How the picture is to be turned for people to see it: 1 (as it is) to 8, as Exif counts. */
    int32_t orientation;
    int32_t numbers; /* IMAGE_CODEC_UNSIGNED ... */
    /* Channels that are read: 1 for gray, 3 for colours, else as many as there are; without alpha, unless it was wished
     * for. */
    int32_t bands;
    /* Bytes of a number of the rows that lose nothing: 1, 2, or 4 for floats. */
    int32_t depth;
    /* Bytes of a pixel of rows as IMAGE_CODEC_AS_MASK. */
    int32_t mask_bytes;
    /* 1 for files whose rows come in several passes (interlaced PNG, progressive JPEG), which are kept in memory as a
     * whole while they are decoded. */
    int32_t is_whole;
    /* 1 where such a file's rows themselves are kept. */
    int32_t keeps_rows;
    /* What the decoder keeps besides, in bytes: all coefficients of a progressive JPEG, a row of a TIFF's tiles. */
    uint64_t held_bytes;
    /* Fewer bytes no file of this format and size has; 0 where nothing is known. */
    uint64_t least_bytes;
    /* Red, green, blue and alpha of each index; of other layouts none. */
    int32_t palette_count;
    uint8_t palette[1024];
} image_codec_header;

/* What rows hold. All but masks have image_codec_row_channels() numbers a pixel, side by side. */
enum {
    /* A byte a number; samples of 16 bits keep their high byte. Not for files of depth 4. */
    IMAGE_CODEC_AS_BYTES = 0,
    /* Values as a mask means them. Gray and gray+alpha: 1 byte (fewer than 8 bits are scaled to 0..255), 2 bytes with
     * the high one first for deeper files, whose numbers must be whole and no more than 65535. Palette: 1 byte, the
     * index. RGB and RGBA: 3 bytes. JPEG: 1 byte, luma. */
    IMAGE_CODEC_AS_MASK = 1,
    /* Of files of depth 2: numbers of 2 bytes each, in the order of the machine. */
    IMAGE_CODEC_AS_WORDS = 2,
    /* Of files of depth 4: floats; what is not finite is 0. */
    IMAGE_CODEC_AS_FLOATS = 3
};

/* Numbers of a pixel: 3 for gray as well, else as many as there are bands. */
int image_codec_row_channels(const image_codec_header *header);
/* Bytes of one pixel of a file with this header as `output`. */
int image_codec_pixel_bytes(const image_codec_header *header, int output);

/* What the pages of a file are that has several. */
enum {
    /* Channels, where each has one sample, all are alike, and they are as many as are wanted; else only the first counts. */
    IMAGE_CODEC_PAGES_AUTOMATIC = 0,
    IMAGE_CODEC_PAGES_FIRST = 1,
    IMAGE_CODEC_PAGES_CHANNELS = 2
};

/* Where a file's bytes come from. */
typedef struct image_codec_input {
    /* Of a file that can be read at any place, from its beginning; stays the caller's and open. -1 for bytes. */
    int descriptor;
    /* Stay the caller's, as long as the reader is there. */
    const uint8_t *bytes;
    /* Of all bytes, also those of the file. */
    uint64_t count;
    /* How many channels are wanted, 0 for no wish: with it, alpha counts as a channel where that fits, and pages do. */
    int32_t channels;
    int32_t pages; /* IMAGE_CODEC_PAGES_AUTOMATIC ... */
    /* Asked now and then; anything but 0 makes the function that runs fail. NULL for never. */
    int (*is_cancelled)(const void *context);
    const void *context;
} image_codec_input;

/* Reading a picture row by row. Memory is a few rows, except for files whose rows come in several passes. */
typedef struct image_row_reader image_row_reader;

/* Read the header only; one function a format. */
typedef int (*image_row_opener)(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message);
int image_row_reader_open_png(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message);
int image_row_reader_open_jpeg(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message);
int image_row_reader_open_tiff(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message);
int image_row_reader_open_webp(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message);
int image_row_reader_open_bmp(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message);
int image_row_reader_open_gif(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message);
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
