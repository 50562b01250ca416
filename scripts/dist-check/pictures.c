/* Draws discs on noise as BMP files, with their masks, and one as PPM: pictures.c FOLDER COUNT. */
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 64, HEIGHT = 48 };

static unsigned char rgb[HEIGHT][WIDTH][3], mask[HEIGHT][WIDTH][3];

static void word(FILE *file, unsigned value, int bytes) {
    for (int i = 0; i < bytes; i++) fputc((int)(value >> 8 * i & 255), file);
}

static FILE *opened(const char *folder, const char *name, int number, const char *end) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s%d%s", folder, name, number, end);
    FILE *file = fopen(path, "wb");
    if (file) return file;
    perror(path);
    exit(1);
}

/* 24 bits, from the lowest row up, blue first. */
static void write_bmp(FILE *file, unsigned char pixels[HEIGHT][WIDTH][3]) {
    const unsigned bytes = WIDTH * HEIGHT * 3;
    word(file, 0x4D42, 2), word(file, 54 + bytes, 4), word(file, 0, 4), word(file, 54, 4);
    word(file, 40, 4), word(file, WIDTH, 4), word(file, HEIGHT, 4), word(file, 1, 2), word(file, 24, 2);
    word(file, 0, 4), word(file, bytes, 4), word(file, 2835, 4), word(file, 2835, 4), word(file, 0, 4), word(file, 0, 4);
    for (int y = HEIGHT; y-- > 0;)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 3; c-- > 0;) fputc(pixels[y][x][c], file);
    if (fclose(file) != 0) exit(1);
}

int main(int argc, char **argv) {
    if (argc != 3) return 1;
    const int count = atoi(argv[2]);
    srand(1);
    for (int i = 0; i < count; i++) {
        const int cx = 12 + rand() % (WIDTH - 24), cy = 12 + rand() % (HEIGHT - 24), r = 6 + rand() % 8;
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                const int inside = (x - cx) * (x - cx) + (y - cy) * (y - cy) < r * r;
                for (int c = 0; c < 3; c++) {
                    rgb[y][x][c] = (unsigned char)(rand() % 90 + (inside ? 150 : 20));
                    mask[y][x][c] = inside ? 255 : 0;
                }
            }
        write_bmp(opened(argv[1], "images/p", i, ".bmp"), rgb);
        write_bmp(opened(argv[1], "masks/p", i, ".bmp"), mask);
    }
    FILE *file = opened(argv[1], "last", count, ".ppm");
    fprintf(file, "P6\n%d %d\n255\n", WIDTH, HEIGHT);
    fwrite(rgb, 1, sizeof rgb, file);
    return fclose(file) != 0;
}
