/* Makes the mask of a picture: reads a PPM or PGM, writes a PGM.
 *
 *   segment picture.ppm mask.pgm [weights]
 *
 * (A net that makes a picture writes a PPM. Pictures of other kinds: convert photo.jpg photo.ppm, or any library that gives their bytes.)
 */
#include "unetc.h"

#include <stdio.h>
#include <stdlib.h>

static int fail(const char *what) {
    fprintf(stderr, "segment: %s\n", what);
    return 1;
}

/* The next number of a header, behind blanks and comments; -1 where there is none. */
static int number(FILE *file) {
    int c = fgetc(file), value = 0;
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '#') {
        while (c == '#' && (c = fgetc(file)) != '\n' && c != EOF) c = '#';
        c = fgetc(file);
    }
    if (c < '0' || c > '9') return -1;
    while (c >= '0' && c <= '9') {
        if (value > 100000) return -1;
        value = 10 * value + c - '0';
        c = fgetc(file);
    }
    return value;
}

static unsigned char *read_all(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    unsigned char *contents = NULL;
    long length;
    if (file == NULL) return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) > 0 && fseek(file, 0, SEEK_SET) == 0) {
        *bytes = (size_t)length;
        contents = (unsigned char *)malloc(*bytes);
        if (contents != NULL && fread(contents, 1, *bytes, file) != *bytes) {
            free(contents);
            contents = NULL;
        }
    }
    fclose(file);
    return contents;
}

int main(int argc, char **argv) {
    FILE *file;
    unsigned char *weights = NULL, *pixels, *mask;
    size_t weight_bytes = 0, arena_bytes, size;
    void *arena;
    int kind, width, height, format, error;
    if (argc < 3) return fail("expected picture.ppm mask.pgm [weights]");
    file = fopen(argv[1], "rb");
    if (file == NULL) return fail("the picture cannot be opened");
    kind = fgetc(file) == 'P' ? fgetc(file) : 0;
    width = number(file);
    height = number(file);
    if ((kind != '5' && kind != '6') || width < 1 || height < 1 || number(file) != 255)
        return fail("expected a PPM or PGM (P6, P5) of 8 bits");
    format = kind == '6' ? UNETC_RGB8 : UNETC_GRAY8;
    arena_bytes = unetc_arena_bytes_for_picture(1, width, height, format);
    if (arena_bytes == 0) return fail("the net takes no such picture, or this processor is too old for its kernels");
    if ((size_t)height > SIZE_MAX / 4 / (size_t)width) return fail("the picture is too large");
    size = (size_t)width * (size_t)height;
    pixels = (unsigned char *)malloc((kind == '6' ? 3 : 1) * size);
    mask = (unsigned char *)malloc(UNETC_MASK_CHANNELS * size);
    if (pixels == NULL || mask == NULL) return fail("there is not enough memory");
    if (fread(pixels, kind == '6' ? 3 : 1, size, file) != size) return fail("the picture is cut short");
    fclose(file);
    if (argc > 3 && (weights = read_all(argv[3], &weight_bytes)) == NULL) return fail("the weights cannot be read");

    arena = malloc(arena_bytes);
    if (arena == NULL) return fail("there is not enough memory");
    error = unetc_init(arena, arena_bytes, 1, weights, weight_bytes);
    if (!error) error = unetc_segment(arena, pixels, width, height, 0, format, mask, 0);
    if (error) return fail(unetc_error_text(error));

    file = fopen(argv[2], "wb");
    if (file == NULL) return fail("the mask cannot be written");
    fprintf(file, "P%c\n%d %d\n255\n", UNETC_MASK_CHANNELS == 3 ? '6' : '5', width, height);
    if (fwrite(mask, UNETC_MASK_CHANNELS, size, file) != size || fclose(file) != 0) return fail("the mask cannot be written");
    free(arena);
    free(mask);
    free(pixels);
    free(weights);
    return 0;
}
