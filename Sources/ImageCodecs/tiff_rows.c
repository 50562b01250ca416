#include "tiff_shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An open TIFF; its first member makes it an image_row_reader. */
typedef struct {
    image_row_reader base;
    image_codec_header header;
    tiff_kind kind;
    /* One, or as many as there are bands where pages are bands; each stays in its place, which libtiff knows. */
    tiff_page *pages[IMAGE_MAX_BANDS];
    int page_count;
    int output;
    uint32_t row;
    /* Numbers of a row, of the file's depth: all samples of it, and those picked of each pixel side by side. */
    void *numbers;
    void *picked;
    image_source source;
} tiff_rows;

/* MARK: Pages */

typedef struct {
    uint64_t *offsets;
    int count;
} page_list;

static int is_same_kind(const tiff_kind *a, const tiff_kind *b) {
    return a->width == b->width && a->height == b->height && a->bits == b->bits && a->format == b->format
        && a->photometric == b->photometric && a->compression == b->compression && a->fill_order == b->fill_order
        && a->way == b->way && b->samples == 1;
}

/* The places of all pages but smaller copies and transparency, no more than `most`; none where one is unlike the first. */
static int list_pages(TIFF *tiff, const tiff_rows *rows, int most, page_list *list, char *message) {
    list->count = 0;
    list->offsets = malloc(sizeof *list->offsets * (size_t)most);
    if (!list->offsets) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
    image_codec_input input = rows->source.input;
    input.channels = 0;
    /* The first page has been read. */
    do {
        uint32_t type = 0;
        TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &type);
        if (type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) continue;
        tiff_kind kind;
        image_codec_header header;
        char words[IMAGE_CODEC_MESSAGE_SIZE] = "";
        if (tiff_describe(tiff, &input, &kind, &header, words) || !is_same_kind(&rows->kind, &kind)) {
            list->count = 0;
            return 0;
        }
        if (list->count == most) {
            list->count++;
            return 0;
        }
        list->offsets[list->count++] = TIFFCurrentDirOffset(tiff);
    } while (TIFFReadDirectory(tiff));
    return message[0] ? IMAGE_CODEC_DAMAGED : 0;
}

/* Which pages are bands; an empty list where the first page alone is the picture. */
static int choose_pages(TIFF *tiff, const tiff_rows *rows, page_list *list, char *message) {
    const image_codec_input *input = &rows->source.input;
    int isAsked = input->pages == IMAGE_CODEC_PAGES_CHANNELS;
    if (rows->header.layout != IMAGE_CODEC_GRAY || input->pages == IMAGE_CODEC_PAGES_FIRST) return 0;
    if (!isAsked && input->channels < 2) return 0;
    int most = isAsked || input->channels > IMAGE_MAX_BANDS ? IMAGE_MAX_BANDS : input->channels;
    int failure = list_pages(tiff, rows, most, list, message);
    if (failure && isAsked) return failure;
    if (failure) {
        /* The first page is sound. */
        list->count = 0;
        message[0] = 0;
    }
    if (isAsked && (list->count == 0 || list->count > most)) {
        return image_codec_fail(
            message, IMAGE_CODEC_REFUSED,
            "is a TIFF whose pages are not alike or more than %d, so that they cannot be channels; leave out --pages", most);
    }
    if (list->count < 2 || (!isAsked && list->count != input->channels)) list->count = 0;
    return 0;
}

static int add_page(tiff_rows *rows, uint64_t offset, char *message) {
    tiff_page *page = calloc(1, sizeof *page);
    if (!page) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
    rows->pages[rows->page_count++] = page;
    page->client = (tiff_client){&rows->source, 0, message};
    page->tiff = tiff_client_open(&page->client, offset);
    return page->tiff ? 0 : IMAGE_CODEC_DAMAGED;
}

static int open_pages(tiff_rows *rows, const page_list *list, char *message) {
    image_codec_header *header = &rows->header;
    for (int i = 0; i < list->count; i++) {
        int failure = add_page(rows, list->offsets[i], message);
        uint64_t bytes = 0;
        tiff_page *page = rows->pages[rows->page_count - 1];
        if (!failure) failure = tiff_page_prepare(page, page->tiff, &rows->kind, &bytes, message);
        if (failure) return failure;
        header->held_bytes += bytes;
    }
    header->layout = IMAGE_CODEC_BANDS;
    header->bands = list->count;
    header->mask_bytes = 3;
    header->least_bytes *= (uint64_t)list->count;
    return 0;
}

static void close_page(tiff_page *page) {
    if (!page) return;
    tiff_page_close(page);
    free(page);
}

/* Opens the file, and as many pages as are read. */
static int open_all(tiff_rows *rows, char *message) {
    int failure = add_page(rows, 0, message);
    if (failure) return failure;
    tiff_page *first = rows->pages[0];
    failure = tiff_describe(first->tiff, &rows->source.input, &rows->kind, &rows->header, message);
    page_list list = {NULL, 0};
    if (!failure) failure = choose_pages(first->tiff, rows, &list, message);
    if (!failure && list.count > 0) {
        rows->page_count = 0;
        failure = open_pages(rows, &list, message);
        close_page(first);
        if (rows->page_count == 0) rows->pages[0] = NULL;
    } else if (!failure) {
        uint64_t bytes = 0;
        if (list.offsets && !TIFFSetDirectory(first->tiff, 0)) failure = IMAGE_CODEC_DAMAGED;
        if (!failure) failure = tiff_page_prepare(first, first->tiff, &rows->kind, &bytes, message);
        rows->header.held_bytes = bytes;
    }
    free(list.offsets);
    return failure;
}

/* MARK: Rows */

/* Numbers of a row as they are unpacked, and as they are picked. */
static size_t unpacked_count(const tiff_rows *rows) {
    int samples = rows->page_count > 1 ? rows->page_count : rows->kind.samples;
    return (size_t)rows->kind.width * (size_t)samples;
}

static int start(image_row_reader *reader, int output, char *message) {
    tiff_rows *rows = (tiff_rows *)reader;
    int depth = rows->kind.depth;
    if ((output == IMAGE_CODEC_AS_WORDS && depth != 2) || (output == IMAGE_CODEC_AS_FLOATS && depth != 4)
        || (output == IMAGE_CODEC_AS_BYTES && depth == 4)) {
        return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "its samples have another depth");
    }
    rows->output = output;
    for (int i = 0; i < rows->page_count; i++) {
        int failure = tiff_page_begin(rows->pages[i], message);
        if (failure) return failure;
    }
    rows->numbers = malloc(unpacked_count(rows) * (size_t)depth);
    rows->picked = malloc((size_t)rows->kind.width * (size_t)(rows->header.bands + 1) * (size_t)depth);
    if (!rows->numbers || !rows->picked) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
    return 0;
}

/* Copies a sample of each pixel to every `step`th number, from number `channel` on. */
static void place_samples(
    const void *from, size_t stride, void *to, int channel, size_t step, size_t width, int depth) {
    size_t k = (size_t)channel;
    if (depth == 1) {
        const uint8_t *source = from;
        uint8_t *target = to;
        for (size_t x = 0; x < width; x++) target[x * step + k] = source[x * stride];
    } else if (depth == 2) {
        const uint16_t *source = from;
        uint16_t *target = to;
        for (size_t x = 0; x < width; x++) target[x * step + k] = source[x * stride];
    } else {
        const float *source = from;
        float *target = to;
        for (size_t x = 0; x < width; x++) target[x * step + k] = source[x * stride];
    }
}

/* The picked samples of the next row, side by side; NULL for a failure. */
static const void *pick_row(tiff_rows *rows, char *message) {
    const tiff_kind *kind = &rows->kind;
    size_t width = kind->width, depth = (size_t)kind->depth;
    int isPages = rows->page_count > 1;
    int count = isPages ? rows->page_count : kind->picked_count;
    if (!isPages && rows->pages[0]->planes == 1) {
        const uint8_t *packed = tiff_page_row(rows->pages[0], rows->row, 0, message);
        if (!packed) return NULL;
        const uint8_t *numbers = tiff_unpack(kind, packed, width * kind->samples, rows->numbers);
        if (count == kind->samples) return numbers;
        for (int i = 0; i < count; i++) {
            place_samples(
                numbers + (size_t)kind->picked[i] * depth, kind->samples, rows->picked, i, (size_t)count, width, kind->depth);
        }
        return rows->picked;
    }
    for (int i = 0; i < count; i++) {
        const uint8_t *packed = isPages ? tiff_page_row(rows->pages[i], rows->row, 0, message)
                                        : tiff_page_row(rows->pages[0], rows->row, kind->picked[i], message);
        if (!packed) return NULL;
        const void *numbers = tiff_unpack(kind, packed, width, rows->numbers);
        place_samples(numbers, 1, rows->picked, i, (size_t)count, width, kind->depth);
    }
    return rows->picked;
}

/* Numbers of inks as red, green and blue, in place. */
static void convert_inks(const tiff_rows *rows, void *numbers) {
    size_t width = rows->kind.width;
    if (rows->kind.depth == 1) {
        uint8_t *bytes = numbers;
        for (size_t x = 0; x < width; x++) {
            unsigned white = 255u - bytes[4 * x + 3];
            for (size_t c = 0; c < 3; c++) {
                unsigned product = bytes[4 * x + c] * white + 128;
                bytes[3 * x + c] = (uint8_t)(white - ((product + (product >> 8)) >> 8));
            }
        }
    } else if (rows->kind.depth == 2) {
        uint16_t *words = numbers;
        uint32_t most = ((uint32_t)1 << rows->kind.bits) - 1;
        for (size_t x = 0; x < width; x++) {
            uint32_t white = most - words[4 * x + 3];
            for (size_t c = 0; c < 3; c++) {
                words[3 * x + c] = (uint16_t)(white - ((uint64_t)words[4 * x + c] * white + most / 2) / most);
            }
        }
    }
}

/* One number a pixel of a float file, as a mask: the high byte first. */
static int write_labels(const float *numbers, size_t width, uint8_t *row, char *message) {
    for (size_t x = 0; x < width; x++) {
        float number = numbers[x];
        if (!(number >= 0 && number <= 65535 && number == floorf(number))) {
            return image_codec_fail(
                message, IMAGE_CODEC_REFUSED,
                "holds the number %g, expected a mask of whole numbers from 0 to 65535; round it, or check that images and "
                "masks were not swapped",
                (double)number);
        }
        uint32_t label = (uint32_t)number;
        row[2 * x] = (uint8_t)(label >> 8);
        row[2 * x + 1] = (uint8_t)label;
    }
    return 0;
}

static int write_mask(tiff_rows *rows, const void *numbers, uint8_t *row, char *message) {
    size_t width = rows->kind.width;
    size_t count = width * (rows->header.mask_bytes == 3 ? 3 : 1);
    if (rows->kind.depth == 4) {
        if (rows->header.mask_bytes == 2) return write_labels(numbers, width, row, message);
        return image_codec_fail(
            message, IMAGE_CODEC_REFUSED, "has several numbers a pixel, expected a mask with one value a pixel");
    }
    if (rows->kind.depth == 1) {
        memcpy(row, numbers, count);
        return 0;
    }
    const uint16_t *words = numbers;
    for (size_t i = 0; i < count; i++) {
        if (rows->header.mask_bytes == 2) {
            row[2 * i] = (uint8_t)(words[i] >> 8);
            row[2 * i + 1] = (uint8_t)words[i];
        } else {
            row[i] = (uint8_t)(words[i] >> (rows->kind.bits - 8));
        }
    }
    return 0;
}

/* Bytes, words or floats; gray three times. */
static void write_numbers(tiff_rows *rows, const void *numbers, uint8_t *row) {
    const image_codec_header *header = &rows->header;
    size_t width = header->width, channels = (size_t)image_codec_row_channels(header);
    int depth = rows->kind.depth;
    if (rows->output == IMAGE_CODEC_AS_BYTES && depth == 2) {
        const uint16_t *words = numbers;
        size_t count = width * (size_t)header->bands;
        /* Over the numbers, of which those before are no longer needed. */
        uint8_t *bytes = rows->picked;
        for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)(words[i] >> (rows->kind.bits - 8));
        numbers = bytes;
        depth = 1;
    }
    if (header->bands != 1) {
        memcpy(row, numbers, width * channels * (size_t)depth);
        return;
    }
    for (int c = 0; c < 3; c++) place_samples(numbers, 1, row, c, 3, width, depth);
}

static int next_row(image_row_reader *reader, uint8_t *row, char *message) {
    tiff_rows *rows = (tiff_rows *)reader;
    message[0] = 0;
    if (rows->row == rows->kind.height) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "no rows are left");
    if (rows->row % IMAGE_ROWS_BETWEEN_QUESTIONS == 0 && image_source_is_cancelled(&rows->source)) {
        return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "%s", image_source_cancelled);
    }
    const void *numbers = pick_row(rows, message);
    if (!numbers) return IMAGE_CODEC_DAMAGED;
    rows->row++;
    if (rows->header.layout == IMAGE_CODEC_CMYK) {
        size_t bytes = 4 * (size_t)rows->kind.width * (size_t)rows->kind.depth;
        if (numbers != rows->picked) memcpy(rows->picked, numbers, bytes);
        convert_inks(rows, rows->picked);
        numbers = rows->picked;
    }
    if (rows->header.layout == IMAGE_CODEC_PALETTE) {
        image_write_indices(&rows->header, rows->output, numbers, row);
        return 0;
    }
    if (rows->output == IMAGE_CODEC_AS_MASK) return write_mask(rows, numbers, row, message);
    write_numbers(rows, numbers, row);
    return 0;
}

static void close_rows(image_row_reader *reader) {
    tiff_rows *rows = (tiff_rows *)reader;
    for (int i = 0; i < rows->page_count; i++) close_page(rows->pages[i]);
    free(rows->numbers);
    free(rows->picked);
    free(rows);
}

int image_row_reader_open_tiff(
    const image_codec_input *input, image_codec_header *header, image_row_reader **reader, char *message) {
    tiff_rows *rows = malloc(sizeof *rows);
    if (!rows) return image_codec_fail(message, IMAGE_CODEC_DAMAGED, "out of memory");
    memset(rows, 0, offsetof(tiff_rows, source));
    rows->base = (image_row_reader){start, next_row, close_rows};
    rows->source.input = *input;
    rows->source.place = 0;
    message[0] = 0;
    int failure = open_all(rows, message);
    if (failure && message[0] == 0) image_codec_fail(message, failure, "it has no directory");
    return image_row_reader_opened(&rows->base, failure, &rows->header, header, reader);
}
