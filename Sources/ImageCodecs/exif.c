#include "row_reader.h"

#include <stdlib.h>
#include <string.h>

/* A TIFF: its header, then a directory of entries of 12 bytes. */
typedef struct {
    const uint8_t *bytes;
    size_t count;
    int is_big_endian;
} tiff;

static uint32_t number16(const tiff *file, size_t place) {
    const uint8_t *b = file->bytes + place;
    return file->is_big_endian ? (uint32_t)b[0] << 8 | b[1] : (uint32_t)b[1] << 8 | b[0];
}

static uint32_t number32(const tiff *file, size_t place) {
    uint32_t first = number16(file, place), second = number16(file, place + 2);
    return file->is_big_endian ? first << 16 | second : second << 16 | first;
}

enum { HEADER = 8, ENTRY = 12, ORIENTATION = 0x0112, TYPE_BYTE = 1, TYPE_SHORT = 3, TYPE_LONG = 4 };

static uint32_t value(const tiff *file, size_t entry) {
    switch (number16(file, entry + 2)) {
    case TYPE_BYTE: return file->bytes[entry + 8];
    case TYPE_SHORT: return number16(file, entry + 8);
    case TYPE_LONG: return number32(file, entry + 8);
    default: return 0;
    }
}

int image_codec_exif_orientation(const uint8_t *bytes, size_t count) {
    static const uint8_t name[6] = "Exif\0";
    if (count >= sizeof name && memcmp(bytes, name, sizeof name) == 0) {
        bytes += sizeof name;
        count -= sizeof name;
    }
    if (count < HEADER) return 1;
    int is_big_endian = bytes[0] == 'M' && bytes[1] == 'M';
    if (!is_big_endian && !(bytes[0] == 'I' && bytes[1] == 'I')) return 1;
    tiff file = {bytes, count, is_big_endian};
    if (number16(&file, 2) != 42) return 1;
    size_t directory = number32(&file, 4);
    if (directory > count || count - directory < 2) return 1;
    size_t entries = number16(&file, directory);
    size_t room = (count - directory - 2) / ENTRY;
    if (entries > room) entries = room;
    for (size_t i = 0; i < entries; i++) {
        size_t entry = directory + 2 + i * ENTRY;
        if (number16(&file, entry) != ORIENTATION) continue;
        uint32_t found = value(&file, entry);
        return found >= 1 && found <= 8 ? (int)found : 1;
    }
    return 1;
}

/* Exif data are short; what is longer says its orientation at the beginning all the same. */
enum { MOST_BYTES = 1 << 16 };

int image_source_orientation(image_source *source, uint64_t place, uint32_t length) {
    size_t count = length < MOST_BYTES ? length : MOST_BYTES;
    uint8_t *bytes = malloc(count + 1);
    if (!bytes) return 1;
    long got = image_source_at(source, place, bytes, count);
    int found = got > 0 ? image_codec_exif_orientation(bytes, (size_t)got) : 1;
    free(bytes);
    return found;
}
