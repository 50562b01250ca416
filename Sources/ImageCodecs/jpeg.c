#include "jpeg_shared.h"

#include <string.h>

static void fail(j_common_ptr codec) {
    image_codec_jpeg_errors *errors = (image_codec_jpeg_errors *)codec->err;
    char text[JMSG_LENGTH_MAX];
    errors->base.format_message(codec, text);
    strncpy(errors->message, text, IMAGE_CODEC_MESSAGE_SIZE - 1);
    errors->message[IMAGE_CODEC_MESSAGE_SIZE - 1] = 0;
    longjmp(errors->escape, 1);
}

/* True for warnings after which libjpeg invents pixels in place of lost ones. */
static int loses_pixels(int code) {
    switch (code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC: return 1;
    default: return 0; /* stray bytes between segments, odd version numbers: the picture is whole */
    }
}

static void on_message(j_common_ptr codec, int level) {
    if (level < 0 && loses_pixels(codec->err->msg_code)) fail(codec);
}

static void discard_message(j_common_ptr codec) { (void)codec; }

void image_codec_jpeg_prepare(struct jpeg_decompress_struct *codec, image_codec_jpeg_errors *errors, char *message) {
    codec->err = jpeg_std_error(&errors->base);
    errors->base.error_exit = fail;
    errors->base.emit_message = on_message;
    errors->base.output_message = discard_message;
    errors->message = message;
}

static int layout(struct jpeg_decompress_struct *codec) {
    switch (codec->num_components) {
    case 1: return IMAGE_CODEC_GRAY;
    case 4: return IMAGE_CODEC_CMYK;
    default: return IMAGE_CODEC_RGB;
    }
}

void image_codec_jpeg_describe(struct jpeg_decompress_struct *codec, image_codec_header *header) {
    header->width = codec->image_width;
    header->height = codec->image_height;
    header->layout = layout(codec);
    header->bits = codec->data_precision;
    header->held_bytes = 0;
    if (!jpeg_has_multiple_scans(codec)) return;
    for (int i = 0; i < codec->num_components; i++) {
        const jpeg_component_info *component = &codec->comp_info[i];
        header->held_bytes +=
            (uint64_t)component->width_in_blocks * component->height_in_blocks * DCTSIZE2 * sizeof(JCOEF);
    }
}

int image_codec_jpeg_header(const uint8_t *bytes, size_t count, image_codec_header *header, char *message) {
    struct jpeg_decompress_struct codec;
    image_codec_jpeg_errors errors;
    memset(&codec, 0, sizeof codec); /* jpeg_destroy must find a valid state even if creation fails */
    image_codec_jpeg_prepare(&codec, &errors, message);
    if (setjmp(errors.escape)) {
        jpeg_destroy_decompress(&codec);
        return 1;
    }
    jpeg_create_decompress(&codec);
    jpeg_mem_src(&codec, bytes, count);
    jpeg_read_header(&codec, TRUE);
    image_codec_jpeg_describe(&codec, header);
    jpeg_destroy_decompress(&codec);
    return 0;
}

/* a * b / 255, rounded. */
static unsigned scale_byte(unsigned a, unsigned b) {
    unsigned product = a * b + 128;
    return (product + (product >> 8)) >> 8;
}

/* CMYK in JPEG files is stored inverted (Adobe's convention, which other writers follow): 255 is no ink. */
void image_codec_jpeg_cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, size_t width) {
    for (size_t x = 0; x < width; x++, cmyk += 4, rgb += 3) {
        unsigned white = cmyk[3];
        for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(white - scale_byte(255u - cmyk[c], white));
    }
}

static void read_cmyk(struct jpeg_decompress_struct *codec, uint8_t *pixels) {
    size_t width = codec->output_width;
    JSAMPARRAY row = codec->mem->alloc_sarray((j_common_ptr)codec, JPOOL_IMAGE, (JDIMENSION)(width * 4), 1);
    while (codec->output_scanline < codec->output_height) {
        size_t y = codec->output_scanline;
        jpeg_read_scanlines(codec, row, 1);
        image_codec_jpeg_cmyk_to_rgb(row[0], pixels + y * width * 3, width);
    }
}

static void read_rows(struct jpeg_decompress_struct *codec, uint8_t *pixels) {
    size_t row_bytes = (size_t)codec->output_width * (size_t)codec->output_components;
    while (codec->output_scanline < codec->output_height) {
        JSAMPROW row = pixels + codec->output_scanline * row_bytes;
        jpeg_read_scanlines(codec, &row, 1);
    }
}

int image_codec_jpeg_decode(
    const uint8_t *bytes, size_t count, int output, uint8_t *pixels, size_t capacity, char *message) {
    struct jpeg_decompress_struct codec;
    image_codec_jpeg_errors errors;
    memset(&codec, 0, sizeof codec);
    image_codec_jpeg_prepare(&codec, &errors, message);
    if (setjmp(errors.escape)) {
        jpeg_destroy_decompress(&codec);
        return 1;
    }
    jpeg_create_decompress(&codec);
    jpeg_mem_src(&codec, bytes, count);
    jpeg_read_header(&codec, TRUE);
    int is_cmyk = layout(&codec) == IMAGE_CODEC_CMYK;
    if (output == IMAGE_CODEC_AS_MASK) {
        codec.out_color_space = JCS_GRAYSCALE;
    } else {
        codec.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    }
    jpeg_start_decompress(&codec);
    size_t pixel_bytes = output == IMAGE_CODEC_AS_MASK ? 1 : 3;
    if ((size_t)codec.output_width * codec.output_height * pixel_bytes != capacity) ERREXIT(&codec, JERR_BUFFER_SIZE);
    if (is_cmyk) {
        read_cmyk(&codec, pixels);
    } else {
        read_rows(&codec, pixels);
    }
    jpeg_finish_decompress(&codec);
    jpeg_destroy_decompress(&codec);
    return 0;
}
