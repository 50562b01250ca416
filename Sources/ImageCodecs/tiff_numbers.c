#include "tiff_shared.h"

#include <math.h>
#include <string.h>

/* IEEE's half precision; all of them are floats. */
static float half_to_float(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t exponent = half >> 10 & 31, fraction = half & 1023;
    uint32_t bits;
    if (exponent == 31) {
        bits = sign | 0x7f800000u | fraction << 13;
    } else if (exponent > 0) {
        bits = sign | (exponent + 112) << 23 | fraction << 13;
    } else {
        float small = (float)fraction / 16777216.0f;
        return sign ? -small : small;
    }
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static float finite_or_zero(float number) { return isfinite(number) ? number : 0; }

/* A whole number of any bits, the first of them highest. */
typedef struct {
    const uint8_t *bytes;
    uint64_t window;
    int held;
} bit_reader;

static uint32_t next_bits(bit_reader *reader, int count) {
    while (reader->held < count) {
        reader->window = reader->window << 8 | *reader->bytes++;
        reader->held += 8;
    }
    reader->held -= count;
    return (uint32_t)(reader->window >> reader->held & (((uint64_t)1 << count) - 1));
}

static void unpack_real(const tiff_kind *kind, const uint8_t *packed, size_t count, float *numbers) {
    for (size_t i = 0; i < count; i++) {
        if (kind->bits == 16) {
            uint16_t half;
            memcpy(&half, packed + 2 * i, sizeof half);
            numbers[i] = finite_or_zero(half_to_float(half));
        } else if (kind->bits == 32) {
            float number;
            memcpy(&number, packed + 4 * i, sizeof number);
            numbers[i] = finite_or_zero(number);
        } else {
            double number;
            memcpy(&number, packed + 8 * i, sizeof number);
            numbers[i] = finite_or_zero((float)number);
        }
    }
}

static float whole_number(const uint8_t *bytes, int bits, int isSigned) {
    switch (bits) {
    case 8: return isSigned ? (float)(int8_t)bytes[0] : (float)bytes[0];
    case 16: {
        int16_t number;
        memcpy(&number, bytes, sizeof number);
        return isSigned ? (float)number : (float)(uint16_t)number;
    }
    case 24: {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        uint32_t number = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
#else
        uint32_t number = (uint32_t)bytes[2] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[0] << 16;
#endif
        return isSigned ? (float)((int32_t)(number << 8) >> 8) : (float)number;
    }
    case 32: {
        uint32_t number;
        memcpy(&number, bytes, sizeof number);
        return isSigned ? (float)(int32_t)number : (float)number;
    }
    default: {
        uint64_t number;
        memcpy(&number, bytes, sizeof number);
        return isSigned ? (float)(int64_t)number : (float)number;
    }
    }
}

static void unpack_whole(const tiff_kind *kind, const uint8_t *packed, size_t count, float *numbers) {
    int isSigned = kind->format == SAMPLEFORMAT_INT;
    if (kind->bits % 8 == 0) {
        size_t size = kind->bits / 8;
        for (size_t i = 0; i < count; i++) numbers[i] = whole_number(packed + i * size, kind->bits, isSigned);
        return;
    }
    bit_reader reader = {packed, 0, 0};
    uint32_t sign = (uint32_t)1 << (kind->bits - 1);
    for (size_t i = 0; i < count; i++) {
        uint32_t number = next_bits(&reader, kind->bits);
        numbers[i] = isSigned ? (float)((int32_t)(number ^ sign) - (int32_t)sign) : (float)number;
    }
}

static void unpack_bytes(const tiff_kind *kind, const uint8_t *packed, size_t count, uint8_t *numbers) {
    uint32_t most = ((uint32_t)1 << kind->bits) - 1;
    /* Fewer bits are spread over 0 to 255, but for indices. */
    uint32_t scale = kind->photometric == PHOTOMETRIC_PALETTE ? 1 : 255;
    uint32_t share = scale == 1 ? 1 : most;
    uint32_t flip = kind->photometric == PHOTOMETRIC_MINISWHITE ? most : 0;
    bit_reader reader = {packed, 0, 0};
    for (size_t i = 0; i < count; i++) {
        numbers[i] = (uint8_t)((next_bits(&reader, kind->bits) ^ flip) * scale / share);
    }
}

static void unpack_words(const tiff_kind *kind, const uint8_t *packed, size_t count, uint16_t *numbers) {
    uint32_t most = ((uint32_t)1 << kind->bits) - 1;
    uint32_t flip = kind->photometric == PHOTOMETRIC_MINISWHITE ? most : 0;
    if (kind->bits == 16) {
        memcpy(numbers, packed, 2 * count);
        for (size_t i = 0; flip && i < count; i++) numbers[i] ^= (uint16_t)flip;
        return;
    }
    bit_reader reader = {packed, 0, 0};
    for (size_t i = 0; i < count; i++) numbers[i] = (uint16_t)(next_bits(&reader, kind->bits) ^ flip);
}

const void *tiff_unpack(const tiff_kind *kind, const uint8_t *packed, size_t count, void *numbers) {
    if (kind->depth == 4) {
        if (kind->format == SAMPLEFORMAT_IEEEFP) {
            unpack_real(kind, packed, count, numbers);
        } else {
            unpack_whole(kind, packed, count, numbers);
        }
    } else if (kind->depth == 2) {
        unpack_words(kind, packed, count, numbers);
    } else if (kind->bits == 8 && kind->photometric != PHOTOMETRIC_MINISWHITE) {
        return packed;
    } else {
        unpack_bytes(kind, packed, count, numbers);
    }
    return numbers;
}
