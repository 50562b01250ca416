#include "tiff_shared.h"

#include <string.h>

/* Bytes to which a compression makes one at best; 0 where nothing is known. */
static uint64_t best_ratio(const tiff_kind *kind) {
    switch (kind->compression) {
    case COMPRESSION_NONE: return 1;
    case COMPRESSION_PACKBITS: return 64;
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE: return 1032;
    case COMPRESSION_LZW: return 4096;
    default: return 0;
    }
}

static const char *compression_name(int compression) {
    switch (compression) {
    case 34712: return "JPEG 2000";
    case 50002: return "JPEG XL";
    case COMPRESSION_LERC: return "LERC";
    case COMPRESSION_WEBP: return "WebP";
    case COMPRESSION_ZSTD: return "Zstandard";
    case COMPRESSION_LZMA: return "LZMA";
    case COMPRESSION_JPEG: return "JPEG";
    default: return NULL;
    }
}

static int check_compression(const tiff_kind *kind, char *message) {
    if (TIFFIsCODECConfigured(kind->compression)) return 0;
    const char *name = compression_name(kind->compression);
    char number[32];
    snprintf(number, sizeof number, "number %d", kind->compression);
    return image_codec_fail(
        message, IMAGE_CODEC_REFUSED,
        "is a TIFF compressed by %s, which libtiff here cannot read; save it with LZW or Deflate", name ? name : number);
}

static int check_samples(const tiff_kind *kind, char *message) {
    int isReal = kind->format == SAMPLEFORMAT_IEEEFP;
    int isWhole = kind->format == SAMPLEFORMAT_UINT || kind->format == SAMPLEFORMAT_INT;
    int bits = kind->bits;
    if (isReal && (bits == 16 || bits == 32 || bits == 64)) return 0;
    if (isWhole && ((bits >= 1 && bits <= 16) || bits == 24 || bits == 32 || bits == 64)) return 0;
    return image_codec_fail(
        message, IMAGE_CODEC_REFUSED, "is a TIFF with %s samples of %d bits; save it with 8 or 16 bits",
        isReal ? "float" : isWhole ? "whole" : "complex", bits);
}

static void read_fields(TIFF *tiff, tiff_kind *kind) {
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &kind->width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &kind->height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &kind->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &kind->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &kind->format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &kind->planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &kind->compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &kind->fill_order);
    if (kind->format == SAMPLEFORMAT_VOID) kind->format = SAMPLEFORMAT_UINT;
    if (kind->samples <= 1) kind->planar = PLANARCONFIG_CONTIG;
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &kind->photometric)) {
        kind->photometric = kind->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    }
}

/* Colours as the file stores them. */
static int colour_count(const tiff_kind *kind) {
    switch (kind->photometric) {
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_YCBCR:
    case PHOTOMETRIC_CIELAB: return 3;
    case PHOTOMETRIC_SEPARATED: return 4;
    default: return 1;
    }
}

/* All samples but those that say that they are transparency; `wished` takes that as well. */
static void pick_samples(TIFF *tiff, tiff_kind *kind, int wished) {
    uint16_t extra_count = 0;
    uint16_t *extras = NULL;
    if (!TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extras)) extra_count = 0;
    if (extra_count > kind->samples) extra_count = kind->samples;
    int alphas[IMAGE_MAX_BANDS] = {0};
    kind->alpha_count = 0;
    for (int i = 0; i < extra_count; i++) {
        int sample = kind->samples - extra_count + i;
        alphas[sample] = extras[i] == EXTRASAMPLE_ASSOCALPHA || extras[i] == EXTRASAMPLE_UNASSALPHA;
        kind->alpha_count += alphas[sample];
    }
    /* Writers that leave out what the fourth sample is mean transparency. */
    if (extra_count == 0 && kind->photometric == PHOTOMETRIC_RGB && kind->samples == 4) {
        alphas[3] = 1;
        kind->alpha_count = 1;
    }
    int takes_alpha = wished == kind->samples;
    kind->picked_count = 0;
    for (int i = 0; i < kind->samples; i++) {
        if (takes_alpha || !alphas[i]) kind->picked[kind->picked_count++] = i;
    }
}

static tiff_way way_of(TIFF *tiff, tiff_kind *kind) {
    int isColourSpace = kind->photometric == PHOTOMETRIC_YCBCR || kind->photometric == PHOTOMETRIC_CIELAB;
    if (kind->photometric == PHOTOMETRIC_YCBCR && kind->compression == COMPRESSION_JPEG
        && kind->planar == PLANARCONFIG_CONTIG) {
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    } else if (isColourSpace || kind->compression == COMPRESSION_OJPEG) {
        return TIFF_ROWS_RGB;
    }
    if (TIFFIsTiled(tiff)) return TIFF_ROWS_BLOCKS;
    int isPlain = kind->compression == COMPRESSION_NONE && kind->fill_order == FILLORDER_MSB2LSB
        && !(kind->bits == 24 && TIFFIsByteSwapped(tiff));
    if (isPlain) return TIFF_ROWS_PLAIN;
    return kind->planar == PLANARCONFIG_CONTIG ? TIFF_ROWS_SCANLINES : TIFF_ROWS_BLOCKS;
}

static int depth_of(const tiff_kind *kind) {
    if (kind->format != SAMPLEFORMAT_UINT || kind->bits > 16) return 4;
    return kind->bits > 8 ? 2 : 1;
}

/* 16 bits each, or 8 where no number is larger, which some writers take for enough. */
static int read_palette(TIFF *tiff, const tiff_kind *kind, image_codec_header *header, char *message) {
    uint16_t *red, *green, *blue;
    if (kind->bits > 8 || !TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue)) {
        return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "it has no palette of at most 256 colours");
    }
    int count = 1 << kind->bits, isShort = 1;
    for (int i = 0; i < count; i++) isShort = isShort && red[i] < 256 && green[i] < 256 && blue[i] < 256;
    header->palette_count = count;
    for (int i = 0; i < count; i++) {
        uint8_t *colour = header->palette + 4 * i;
        colour[0] = (uint8_t)(isShort ? red[i] : red[i] >> 8);
        colour[1] = (uint8_t)(isShort ? green[i] : green[i] >> 8);
        colour[2] = (uint8_t)(isShort ? blue[i] : blue[i] >> 8);
        colour[3] = 255;
    }
    return 0;
}

static int layout_of(const tiff_kind *kind) {
    int bands = kind->picked_count;
    switch (kind->photometric) {
    case PHOTOMETRIC_PALETTE: return IMAGE_CODEC_PALETTE;
    case PHOTOMETRIC_SEPARATED: return bands == 4 ? IMAGE_CODEC_CMYK : IMAGE_CODEC_BANDS;
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_YCBCR:
    case PHOTOMETRIC_CIELAB:
        if (bands == 3) return kind->alpha_count ? IMAGE_CODEC_RGBA : IMAGE_CODEC_RGB;
        return bands == 4 && kind->alpha_count ? IMAGE_CODEC_RGBA : IMAGE_CODEC_BANDS;
    default:
        if (bands == 1) return kind->alpha_count ? IMAGE_CODEC_GRAY_ALPHA : IMAGE_CODEC_GRAY;
        return IMAGE_CODEC_BANDS;
    }
}

static void tell(TIFF *tiff, const tiff_kind *kind, image_codec_header *header) {
    image_header_begin(header, kind->width, kind->height);
    uint16_t orientation = 1;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
    header->orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    header->layout = layout_of(kind);
    header->bits = kind->bits;
    header->numbers = kind->format == SAMPLEFORMAT_IEEEFP ? IMAGE_CODEC_FLOAT
        : kind->format == SAMPLEFORMAT_INT                ? IMAGE_CODEC_SIGNED
                                                          : IMAGE_CODEC_UNSIGNED;
    int isColour = header->layout == IMAGE_CODEC_CMYK || header->layout == IMAGE_CODEC_PALETTE;
    header->bands = isColour ? 3 : kind->picked_count;
    header->depth = kind->depth;
    header->mask_bytes = header->layout == IMAGE_CODEC_PALETTE ? 1 : header->bands == 1 ? (kind->depth == 1 ? 1 : 2) : 3;
    uint64_t pixels = (uint64_t)kind->width * kind->height;
    uint64_t ratio = best_ratio(kind);
    if (kind->way == TIFF_ROWS_RGB) return;
    if (kind->compression == COMPRESSION_JPEG) header->least_bytes = pixels / 512;
    if (ratio) header->least_bytes = pixels / 8 * kind->bits * kind->samples / ratio;
}

int tiff_describe(
    TIFF *tiff, const image_codec_input *input, tiff_kind *kind, image_codec_header *header, char *message) {
    memset(kind, 0, sizeof *kind);
    read_fields(tiff, kind);
    if (kind->width == 0 || kind->height == 0) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "it has no pixels");
    if (kind->samples < 1 || kind->samples > IMAGE_MAX_BANDS) {
        return image_codec_fail(
            message, IMAGE_CODEC_REFUSED, "is a TIFF with %d samples a pixel, more than the %d allowed; take some of them",
            kind->samples, IMAGE_MAX_BANDS);
    }
    int failure = check_compression(kind, message);
    if (!failure) failure = check_samples(kind, message);
    if (failure) return failure;
    int isLog = kind->photometric == PHOTOMETRIC_LOGL || kind->photometric == PHOTOMETRIC_LOGLUV;
    int isColour = kind->photometric != PHOTOMETRIC_PALETTE && kind->samples < colour_count(kind);
    if (isLog || kind->photometric == PHOTOMETRIC_ICCLAB || kind->photometric == PHOTOMETRIC_ITULAB || isColour) {
        return image_codec_fail(
            message, IMAGE_CODEC_REFUSED, "is a TIFF with colours of kind %d in %d samples; save it as gray or RGB",
            kind->photometric, kind->samples);
    }
    kind->way = way_of(tiff, kind);
    if (kind->way == TIFF_ROWS_RGB) {
        kind->bits = 8;
        kind->format = SAMPLEFORMAT_UINT;
        kind->samples = 3;
        kind->planar = PLANARCONFIG_CONTIG;
        for (int i = 0; i < 3; i++) kind->picked[i] = i;
        kind->picked_count = 3;
    } else {
        pick_samples(tiff, kind, input->channels);
    }
    if (kind->picked_count == 0) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "all of its samples are transparency");
    kind->depth = depth_of(kind);
    tell(tiff, kind, header);
    return header->layout == IMAGE_CODEC_PALETTE ? read_palette(tiff, kind, header, message) : 0;
}
