#include "jpeg_shared.h"
#include "row_reader.h"

#include <string.h>

void image_codec_jpeg_fail(image_codec_jpeg_errors *errors, const char *text) {
    strncpy(errors->message, text, IMAGE_CODEC_MESSAGE_SIZE - 1);
    errors->message[IMAGE_CODEC_MESSAGE_SIZE - 1] = 0;
    longjmp(errors->escape, 1);
}

static void fail(j_common_ptr codec) {
    image_codec_jpeg_errors *errors = (image_codec_jpeg_errors *)codec->err;
    char text[JMSG_LENGTH_MAX];
    errors->base.format_message(codec, text);
    image_codec_jpeg_fail(errors, text);
}

/* True for warnings after which libjpeg invents pixels in place of lost ones. */
static int loses_pixels(int code) {
    switch (code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
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
    image_header_begin(header, codec->image_width, codec->image_height);
    header->layout = layout(codec);
    header->bits = codec->data_precision;
    header->bands = header->layout == IMAGE_CODEC_GRAY ? 1 : 3;
    header->depth = 1;
    header->mask_bytes = 1;
    /* A block of 64 pixels takes a bit at least, but for arithmetic coding. */
    if (!codec->arith_code) header->least_bytes = (uint64_t)header->width * header->height / 512;
    header->is_whole = jpeg_has_multiple_scans(codec);
    if (!header->is_whole) return;
    for (int i = 0; i < codec->num_components; i++) {
        const jpeg_component_info *component = &codec->comp_info[i];
        header->held_bytes +=
            (uint64_t)component->width_in_blocks * component->height_in_blocks * DCTSIZE2 * sizeof(JCOEF);
    }
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
