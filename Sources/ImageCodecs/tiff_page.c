#include "tiff_shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that are read at once where rows are not compressed. */
enum { PLAIN_BLOCK = 1 << 16 };
/* The most bytes of a tile, and of what is decoded at once. */
static const uint64_t most_tile_bytes = (uint64_t)1 << 28;
static const uint64_t most_block_bytes = (uint64_t)1 << 32;

static uint32_t rows_per_strip(TIFF *tiff, uint32_t height) {
    uint32_t rows = height;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
    return rows == 0 || rows > height ? height : rows;
}

static int fail_size(char *message) {
    return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "its strips or tiles have sizes that cannot be");
}

static int prepare_tiles(tiff_page *page, char *message) {
    const tiff_kind *kind = page->kind;
    uint32_t width = 0, height = 0;
    TIFFGetField(page->tiff, TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(page->tiff, TIFFTAG_TILELENGTH, &height);
    tmsize_t row = TIFFTileRowSize(page->tiff), size = TIFFTileSize(page->tiff);
    if (width == 0 || height == 0 || row <= 0 || size <= 0 || (uint64_t)size > most_tile_bytes) return fail_size(message);
    int samples = page->planes == 1 ? kind->samples : 1;
    if ((uint64_t)row != ((uint64_t)width * samples * kind->bits + 7) / 8 || (uint64_t)size != (uint64_t)row * height) {
        return fail_size(message);
    }
    /* Tiles of other widths would not begin at bytes. */
    if ((uint64_t)width * samples * kind->bits % 8 != 0 && width < kind->width) return fail_size(message);
    page->row_bytes = (size_t)row * ((kind->width - 1) / width + 1);
    page->tile_bytes = (size_t)size;
    page->capacity = height;
    return 0;
}

int tiff_page_prepare(tiff_page *page, TIFF *tiff, const tiff_kind *kind, uint64_t *bytes, char *message) {
    page->tiff = tiff;
    page->kind = kind;
    page->planes = kind->planar == PLANARCONFIG_CONTIG ? 1 : kind->samples;
    page->row_bytes =
        (size_t)(((uint64_t)kind->width * (page->planes == 1 ? kind->samples : 1u) * kind->bits + 7) / 8);
    *bytes = 0;
    if (kind->way == TIFF_ROWS_RGB) {
        uint32_t width, height = rows_per_strip(tiff, kind->height);
        if (TIFFIsTiled(tiff) && TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width)) {
            TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
        }
        page->capacity = height == 0 || height > kind->height ? kind->height : height;
        *bytes = 8 * (uint64_t)kind->width * page->capacity;
    } else if (TIFFIsTiled(tiff)) {
        int failure = prepare_tiles(page, message);
        if (failure) return failure;
    } else {
        if (TIFFScanlineSize(tiff) != (tmsize_t)page->row_bytes) return fail_size(message);
        uint32_t rows = rows_per_strip(tiff, kind->height);
        uint32_t few = (uint32_t)(PLAIN_BLOCK / page->row_bytes) + 1;
        switch (kind->way) {
        case TIFF_ROWS_PLAIN: page->capacity = few < rows ? few : rows; break;
        case TIFF_ROWS_SCANLINES: page->capacity = 1; break;
        default: page->capacity = rows; break;
        }
        /* Compressed strips are read whole, and some decoded whole. */
        int isDecoded = kind->compression == COMPRESSION_WEBP || kind->compression == COMPRESSION_LERC;
        if (kind->compression != COMPRESSION_NONE) {
            *bytes += TIFFRawStripSize64(tiff, 0) + (isDecoded ? 2 * (uint64_t)page->row_bytes * rows : 0);
        }
    }
    uint64_t block = (uint64_t)page->row_bytes * page->capacity;
    if (block > most_block_bytes / (uint64_t)page->planes) {
        return image_codec_fail(
            message, IMAGE_CODEC_REFUSED, "is a TIFF with strips or tiles of more than 4 GiB; save it with smaller ones");
    }
    *bytes += block * (uint64_t)page->planes + 2 * (uint64_t)page->tile_bytes;
    return 0;
}

int tiff_page_begin(tiff_page *page, char *message) {
    /* Zeroed: of a strip or tile that says less than it should, libtiff leaves the rest as it is. */
    page->block = calloc(page->row_bytes * page->capacity, (size_t)page->planes);
    page->tile = page->tile_bytes ? calloc(page->tile_bytes, 1) : NULL;
    int isRGB = page->kind->way == TIFF_ROWS_RGB;
    page->raster = isRGB ? calloc((size_t)page->kind->width * page->capacity, sizeof(uint32_t)) : NULL;
    int isThere = page->block && (page->tile || !page->tile_bytes) && (page->raster || !isRGB);
    return isThere ? 0 : image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
}

/* MARK: Filling the block */

static uint8_t *place(tiff_page *page, int plane, uint32_t row) {
    return page->block + ((size_t)plane * page->capacity + row) * page->row_bytes;
}

static void swap_bytes(const tiff_page *page, uint8_t *bytes, size_t count) {
    if (!TIFFIsByteSwapped(page->tiff)) return;
    switch (page->kind->bits) {
    case 16: TIFFSwabArrayOfShort((uint16_t *)bytes, (tmsize_t)(count / 2)); break;
    case 32: TIFFSwabArrayOfLong((uint32_t *)bytes, (tmsize_t)(count / 4)); break;
    case 64: TIFFSwabArrayOfLong8((uint64_t *)bytes, (tmsize_t)(count / 8)); break;
    default: break;
    }
}

static int fill_plain(tiff_page *page, uint32_t row, char *message) {
    uint32_t rows = rows_per_strip(page->tiff, page->kind->height);
    uint32_t within = row % rows, left = rows - within;
    if (left > page->kind->height - row) left = page->kind->height - row;
    page->count = left < page->capacity ? left : page->capacity;
    size_t bytes = page->row_bytes * page->count;
    for (int plane = 0; plane < page->planes; plane++) {
        uint32_t strip = TIFFComputeStrip(page->tiff, row, (uint16_t)plane);
        int failed = 0;
        uint64_t offset = TIFFGetStrileOffsetWithErr(page->tiff, strip, &failed);
        uint64_t size = failed ? 0 : TIFFGetStrileByteCountWithErr(page->tiff, strip, &failed);
        uint64_t start = (uint64_t)page->row_bytes * within;
        if (failed || offset == 0 || start + bytes > size) {
            return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "row %u lies outside of its strip", row);
        }
        if (offset + start < offset) return fail_size(message);
        uint8_t *target = place(page, plane, 0);
        long got = image_source_at(page->client.source, offset + start, target, bytes);
        if (got < 0) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%s", strerror(errno));
        if ((size_t)got < bytes) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "the file ends early");
        swap_bytes(page, target, bytes);
    }
    return 0;
}

static int fill_strips(tiff_page *page, uint32_t row) {
    uint32_t left = page->kind->height - row;
    page->count = left < page->capacity ? left : page->capacity;
    tmsize_t bytes = (tmsize_t)(page->row_bytes * page->count);
    for (int plane = 0; plane < page->planes; plane++) {
        uint32_t strip = TIFFComputeStrip(page->tiff, row, (uint16_t)plane);
        if (TIFFReadEncodedStrip(page->tiff, strip, place(page, plane, 0), bytes) < bytes) return IMAGE_CODEC_DAMAGED;
    }
    return 0;
}

static int fill_tiles(tiff_page *page, uint32_t row, char *message) {
    uint32_t left = page->kind->height - row, width = 0;
    page->count = left < page->capacity ? left : page->capacity;
    TIFFGetField(page->tiff, TIFFTAG_TILEWIDTH, &width);
    size_t tile_row = page->tile_bytes / page->capacity;
    for (int plane = 0; plane < page->planes; plane++) {
        size_t start = 0;
        for (uint32_t x = 0; x < page->kind->width; x += width, start += tile_row) {
            if (image_source_is_cancelled(page->client.source)) {
                return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%s", image_source_cancelled);
            }
            uint32_t tile = TIFFComputeTile(page->tiff, x, row, 0, (uint16_t)plane);
            tmsize_t got = TIFFReadEncodedTile(page->tiff, tile, page->tile, (tmsize_t)page->tile_bytes);
            if (got < (tmsize_t)page->tile_bytes) return IMAGE_CODEC_DAMAGED;
            for (uint32_t y = 0; y < page->count; y++) {
                memcpy(place(page, plane, y) + start, page->tile + y * tile_row, tile_row);
            }
            if (page->kind->width - x <= width) break;
        }
    }
    return 0;
}

static int fill_rgb(tiff_page *page, uint32_t row, char *message) {
    uint32_t left = page->kind->height - row, width = page->kind->width;
    page->count = left < page->capacity ? left : page->capacity;
    TIFFRGBAImage image;
    char words[1024] = "";
    if (!TIFFRGBAImageBegin(&image, page->tiff, 1, words)) {
        return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%.200s", words);
    }
    image.row_offset = (int)row;
    image.req_orientation = image.orientation;
    int isRead = TIFFRGBAImageGet(&image, page->raster, width, page->count);
    TIFFRGBAImageEnd(&image);
    if (!isRead) return IMAGE_CODEC_DAMAGED;
    uint8_t *target = page->block;
    for (size_t i = 0; i < (size_t)width * page->count; i++, target += 3) {
        target[0] = (uint8_t)TIFFGetR(page->raster[i]);
        target[1] = (uint8_t)TIFFGetG(page->raster[i]);
        target[2] = (uint8_t)TIFFGetB(page->raster[i]);
    }
    return 0;
}

static int fill(tiff_page *page, uint32_t row, char *message) {
    page->first = row;
    switch (page->kind->way) {
    case TIFF_ROWS_PLAIN: return fill_plain(page, row, message);
    case TIFF_ROWS_SCANLINES:
        page->count = 1;
        return TIFFReadScanline(page->tiff, page->block, row, 0) == 1 ? 0 : IMAGE_CODEC_DAMAGED;
    case TIFF_ROWS_BLOCKS:
        return TIFFIsTiled(page->tiff) ? fill_tiles(page, row, message) : fill_strips(page, row);
    default: return fill_rgb(page, row, message);
    }
}

const uint8_t *tiff_page_row(tiff_page *page, uint32_t row, int plane, char *message) {
    page->client.message = message;
    if (row < page->first || row - page->first >= page->count) {
        if (fill(page, row, message)) {
            page->count = 0;
            if (message[0] == 0) image_codec_fail(message, IMAGE_CODEC_DAMAGED, "row %u cannot be decoded", row);
            return NULL;
        }
    }
    return place(page, plane, row - page->first);
}

void tiff_page_close(tiff_page *page) {
    /* The buffer of the call before may be gone. */
    char words[IMAGE_CODEC_MESSAGE_SIZE] = "";
    page->client.message = words;
    if (page->tiff) TIFFClose(page->tiff);
    free(page->block);
    free(page->tile);
    free(page->raster);
    memset(page, 0, sizeof *page);
}
