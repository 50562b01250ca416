#include "jpeg_shared.h"
#include "row_reader.h"

#include <stdlib.h>
#include <string.h>

/* Bytes that are read from a file at once. */
enum { BLOCK = 1 << 16 };

/* An open JPEG; its first member makes it an image_row_reader. */
typedef struct {
    image_row_reader base;
    struct jpeg_decompress_struct codec;
    struct jpeg_source_mgr source;
    image_codec_jpeg_errors errors;
    int descriptor;
    /* One row of a CMYK file, else NULL; libjpeg's. */
    JSAMPARRAY cmyk;
    JOCTET block[BLOCK];
} jpeg_rows;

static void source_is_ready(j_decompress_ptr codec) { (void)codec; }

static boolean fill(j_decompress_ptr codec) {
    jpeg_rows *rows = codec->client_data;
    long got = image_codec_read_file(rows->descriptor, rows->block, BLOCK);
    if (got < 0) ERREXIT(codec, JERR_FILE_READ);
    if (got == 0) {
        /* As libjpeg's own sources do: a warning, which is a failure here, and an end marker. */
        WARNMS(codec, JWRN_JPEG_EOF);
        rows->block[0] = 0xff;
        rows->block[1] = JPEG_EOI;
        got = 2;
    }
    codec->src->next_input_byte = rows->block;
    codec->src->bytes_in_buffer = (size_t)got;
    return TRUE;
}

static void skip(j_decompress_ptr codec, long count) {
    struct jpeg_source_mgr *source = codec->src;
    while (count > 0 && (size_t)count > source->bytes_in_buffer) {
        count -= (long)source->bytes_in_buffer;
        fill(codec);
    }
    if (count <= 0) return;
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
}

static void source_is_done(j_decompress_ptr codec) { (void)codec; }

static int next_row(image_row_reader *reader, uint8_t *row, char *message) {
    jpeg_rows *rows = (jpeg_rows *)reader;
    struct jpeg_decompress_struct *codec = &rows->codec;
    rows->errors.message = message;
    if (setjmp(rows->errors.escape)) return 1;
    if (codec->output_scanline == codec->output_height) ERREXIT(codec, JERR_INPUT_EOF);
    if (rows->cmyk) {
        jpeg_read_scanlines(codec, rows->cmyk, 1);
        image_codec_jpeg_cmyk_to_rgb(rows->cmyk[0], row, codec->output_width);
    } else {
        JSAMPROW target = row;
        jpeg_read_scanlines(codec, &target, 1);
    }
    if (codec->output_scanline == codec->output_height) jpeg_finish_decompress(codec);
    return 0;
}

static void close_rows(image_row_reader *reader) {
    jpeg_rows *rows = (jpeg_rows *)reader;
    jpeg_destroy_decompress(&rows->codec);
    free(rows);
}

/* False for a file that is too large to be held as a whole. */
static int start(jpeg_rows *rows, uint64_t whole_limit, image_codec_header *header, int *holds_whole) {
    struct jpeg_decompress_struct *codec = &rows->codec;
    jpeg_create_decompress(codec);
    codec->client_data = rows;
    rows->source = (struct jpeg_source_mgr){
        .init_source = source_is_ready,
        .fill_input_buffer = fill,
        .skip_input_data = skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = source_is_done,
    };
    codec->src = &rows->source;
    jpeg_read_header(codec, TRUE);
    image_codec_jpeg_describe(codec, header);
    *holds_whole = jpeg_has_multiple_scans(codec);
    if (*holds_whole && (uint64_t)header->width * header->height > whole_limit) return 0;
    int is_cmyk = header->layout == IMAGE_CODEC_CMYK;
    codec->out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(codec);
    if (is_cmyk) rows->cmyk = codec->mem->alloc_sarray((j_common_ptr)codec, JPOOL_IMAGE, codec->output_width * 4, 1);
    return 1;
}

image_row_reader *image_row_reader_open_jpeg(
    int descriptor, uint64_t whole_limit, image_codec_header *header, int *holds_whole, char *message) {
    jpeg_rows *rows = calloc(1, sizeof *rows);
    if (!rows) {
        strncpy(message, "out of memory", IMAGE_CODEC_MESSAGE_SIZE - 1);
        return NULL;
    }
    rows->base = (image_row_reader){next_row, close_rows};
    rows->descriptor = descriptor;
    image_codec_jpeg_prepare(&rows->codec, &rows->errors, message);
    if (setjmp(rows->errors.escape)) {
        close_rows(&rows->base);
        return NULL;
    }
    if (start(rows, whole_limit, header, holds_whole)) return &rows->base;
    strncpy(message, "progressive and too large to be held in memory", IMAGE_CODEC_MESSAGE_SIZE - 1);
    close_rows(&rows->base);
    return NULL;
}
