#include "jpeg_shared.h"
#include "row_reader.h"

#include <stdlib.h>
#include <string.h>

/* How much work a picture may make. Writers store some ten scans, the most careful some thirty; each may touch every
 * pixel again, and takes a few bytes. */
enum { MOST_SCANS = 500, FEWEST_SCANS = 32 };
static const uint64_t most_visits = (uint64_t)1 << 31;

/* An open JPEG; its first member makes it an image_row_reader. */
typedef struct {
    image_row_reader base;
    struct jpeg_decompress_struct codec;
    struct jpeg_source_mgr manager;
    struct jpeg_progress_mgr progress;
    image_codec_jpeg_errors errors;
    /* One row of a CMYK file, else NULL; libjpeg's. */
    JSAMPARRAY cmyk;
    int orientation;
    int has_exif;
    int scan_limit;
    unsigned calls;
    image_source source;
} jpeg_rows;

/* MARK: Bytes */

static void source_is_ready(j_decompress_ptr codec) { (void)codec; }

static boolean fill(j_decompress_ptr codec) {
    jpeg_rows *rows = codec->client_data;
    static const JOCTET end[2] = {0xff, JPEG_EOI};
    if (image_source_is_cancelled(&rows->source)) image_codec_jpeg_fail(&rows->errors, image_source_cancelled);
    const uint8_t *bytes;
    long got = image_source_next(&rows->source, &bytes);
    if (got < 0) ERREXIT(codec, JERR_FILE_READ);
    if (got == 0) {
        /* As libjpeg's own sources do: a warning, which is a failure here, and an end marker. */
        WARNMS(codec, JWRN_JPEG_EOF);
        bytes = end;
        got = sizeof end;
    }
    codec->src->next_input_byte = bytes;
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

/* MARK: Orientation */

static unsigned next_byte(j_decompress_ptr codec) {
    struct jpeg_source_mgr *source = codec->src;
    if (source->bytes_in_buffer == 0) fill(codec);
    source->bytes_in_buffer--;
    return *source->next_input_byte++;
}

/* Takes an APP1 segment. The first with Exif data counts; others hold XMP, of which there may be many. */
static boolean read_app1(j_decompress_ptr codec) {
    jpeg_rows *rows = codec->client_data;
    unsigned high = next_byte(codec);
    unsigned length = high << 8 | next_byte(codec);
    if (length < 2) ERREXIT(codec, JERR_BAD_LENGTH);
    length -= 2;
    uint8_t name[6];
    if (rows->has_exif || length <= sizeof name) {
        skip(codec, (long)length);
        return TRUE;
    }
    for (size_t i = 0; i < sizeof name; i++) name[i] = (uint8_t)next_byte(codec);
    length -= sizeof name;
    if (memcmp(name, "Exif\0", sizeof name) != 0) {
        skip(codec, (long)length);
        return TRUE;
    }
    /* libjpeg's memory, which goes with the picture also when the rest of the segment is missing. */
    uint8_t *bytes = codec->mem->alloc_large((j_common_ptr)codec, JPOOL_IMAGE, length);
    for (unsigned i = 0; i < length; i++) bytes[i] = (uint8_t)next_byte(codec);
    rows->has_exif = 1;
    rows->orientation = image_codec_exif_orientation(bytes, length);
    return TRUE;
}

/* MARK: Work */

/* Called for each row of blocks of a scan, and for each row of pixels. */
static void watch(j_common_ptr common) {
    jpeg_rows *rows = common->client_data;
    if (rows->calls++ % IMAGE_ROWS_BETWEEN_QUESTIONS == 0 && image_source_is_cancelled(&rows->source)) {
        image_codec_jpeg_fail(&rows->errors, image_source_cancelled);
    }
    if (rows->codec.input_scan_number > rows->scan_limit) {
        char text[IMAGE_CODEC_MESSAGE_SIZE];
        snprintf(text, sizeof text, "it has more than %d scans", rows->scan_limit);
        image_codec_jpeg_fail(&rows->errors, text);
    }
}

static int scan_limit(const image_codec_header *header) {
    uint64_t pixels = (uint64_t)header->width * header->height;
    uint64_t scans = most_visits / (pixels ? pixels : 1);
    return scans > MOST_SCANS ? MOST_SCANS : scans < FEWEST_SCANS ? FEWEST_SCANS : (int)scans;
}

/* MARK: Rows */

static int start(image_row_reader *reader, int output, char *message) {
    jpeg_rows *rows = (jpeg_rows *)reader;
    struct jpeg_decompress_struct *codec = &rows->codec;
    rows->errors.message = message;
    if (setjmp(rows->errors.escape)) return 1;
    if (output != IMAGE_CODEC_AS_MASK && output != IMAGE_CODEC_AS_BYTES) ERREXIT(codec, JERR_NOTIMPL);
    int is_cmyk = codec->num_components == 4;
    codec->out_color_space = output == IMAGE_CODEC_AS_MASK ? JCS_GRAYSCALE : is_cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(codec);
    if (codec->out_color_space == JCS_CMYK) {
        rows->cmyk = codec->mem->alloc_sarray((j_common_ptr)codec, JPOOL_IMAGE, codec->output_width * 4, 1);
    }
    return 0;
}

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

static void open_rows(jpeg_rows *rows, image_codec_header *header) {
    struct jpeg_decompress_struct *codec = &rows->codec;
    jpeg_create_decompress(codec);
    codec->client_data = rows;
    rows->manager = (struct jpeg_source_mgr){
        .init_source = source_is_ready,
        .fill_input_buffer = fill,
        .skip_input_data = skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = source_is_done,
    };
    codec->src = &rows->manager;
    rows->progress.progress_monitor = watch;
    codec->progress = &rows->progress;
    rows->orientation = 1;
    jpeg_set_marker_processor(codec, JPEG_APP0 + 1, read_app1);
    jpeg_read_header(codec, TRUE);
    image_codec_jpeg_describe(codec, header);
    header->orientation = rows->orientation;
    rows->scan_limit = scan_limit(header);
}

int image_row_reader_open_jpeg(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message) {
    /* The block at the end need not be zeroed. */
    jpeg_rows *rows = malloc(sizeof *rows);
    if (!rows) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
    memset(rows, 0, offsetof(jpeg_rows, source));
    rows->base = (image_row_reader){start, next_row, close_rows};
    rows->scan_limit = MOST_SCANS;
    rows->source.input = *input;
    rows->source.place = 0;
    image_codec_jpeg_prepare(&rows->codec, &rows->errors, message);
    if (setjmp(rows->errors.escape)) {
        close_rows(&rows->base);
        return IMAGE_CODEC_DAMAGED;
    }
    open_rows(rows, header);
    *reader = &rows->base;
    return 0;
}
