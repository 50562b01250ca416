/* Calls that a bundle must answer, right or wrong, in memory of just the size that it asks for: fuzz weights [cases [seed]].
 * To be compiled with -fsanitize=address,undefined. */
#include "net.h"

#include <limits.h>
#include <stddef.h>

#include "bundle_files.h"

static uint64_t state;
static long long round_number;
static uint8_t *weights;
static size_t weight_bytes;

static uint32_t draw(uint32_t most) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % most);
}

static void check(int holds, const char *what, int found) {
    if (holds) return;
    fprintf(stderr, "fuzz: case %lld: %s, found %d\n", round_number, what, found);
    exit(1);
}

/* MARK: Memory */

/* Memory that begins at any address. */
typedef struct memory {
    uint8_t *all, *start;
} memory;

static memory memory_make(size_t bytes, size_t shift) {
    memory made;
    made.all = (uint8_t *)take(bytes + shift);
    made.start = made.all + shift;
    return made;
}

/* A net in memory of so many bytes that had been something else. */
static memory arena_make(size_t bytes, int threads) {
    memory arena = memory_make(bytes, draw(70));
    int error;
    memset(arena.start, (int)draw(256), bytes);
    error = net_init(arena.start, bytes, threads, weights, weight_bytes);
    check(error == NET_OK, "init in memory of just the size", error);
    return arena;
}

/* MARK: Threads */

static void backwards(void *context, net_body body, void *data, int64_t tasks) {
    int threads = *(int *)context;
    for (int64_t task = tasks - 1; task >= 0; task -= 1) body(data, task, (int)(task % threads));
}

/* MARK: Pictures */

static int draw_side(void) {
    switch (draw(8)) {
    case 0: return 1;
    case 1: return 1 + (int)draw(4);
    case 2: return 1 + (int)draw(500);
    default: return 1 + (int)draw(50);
    }
}

static size_t pixel_bytes(int format) {
    static const int numbers[] = {1, 3, 3, 4, 4, 1, 3, 1, 3, NET_CHANNELS, NET_CHANNELS, NET_CHANNELS};
    static const int depths[] = {1, 1, 1, 1, 1, 2, 2, 4, 4, 1, 2, 4};
    return (size_t)numbers[format] * (size_t)depths[format];
}

/* Formats that say the same of a picture: colours in another order, with an alpha that counts for nothing. */
static int twin(int format, size_t *places) {
    places[0] = 2, places[1] = 1, places[2] = 0;
    if (format == NET_RGB8) return NET_BGR8;
    if (format == NET_BGR8) return NET_RGB8;
    if (NET_CHANNELS == 4) return -1;
    if (format == NET_RGBA8) return NET_BGRA8;
    if (format == NET_BGRA8) return NET_RGBA8;
    return -1;
}

/* Rows at any address, one behind or before the other, of just their size. */
typedef struct rows {
    memory memory;
    uint8_t *first;
    ptrdiff_t stride;
} rows;

static rows rows_make(int height, size_t row) {
    size_t gap = draw(2) ? draw(9) : 0, distance = row + gap, bytes = distance * (size_t)(height - 1) + row, i;
    rows made;
    made.memory = memory_make(bytes, draw(9));
    for (i = 0; i < bytes; i += 1) made.memory.start[i] = (uint8_t)draw(256);
    made.stride = draw(2) ? (ptrdiff_t)distance : -(ptrdiff_t)distance;
    made.first = made.stride < 0 ? made.memory.start + distance * (size_t)(height - 1) : made.memory.start;
    if (gap == 0 && made.stride > 0 && draw(2)) made.stride = 0;
    /* A single row has no next one. */
    if (height == 1 && draw(4) == 0) made.stride = draw(2) ? PTRDIFF_MAX : PTRDIFF_MIN;
    return made;
}

static uint8_t *row_of(const rows *rows, size_t row, int y) {
    return y == 0 ? rows->first : rows->first + y * (rows->stride == 0 ? (ptrdiff_t)row : rows->stride);
}

static void check_again(
    memory arena, const rows *pixels, int width, int height, int format, const uint8_t *expected) {
    size_t places[3], pixel = pixel_bytes(format), row = pixel * (size_t)width, mask_row = NET_MASK_CHANNELS * (size_t)width;
    int other = twin(format, places), error;
    uint8_t *copy = (uint8_t *)take(row * (size_t)height), *mask = (uint8_t *)take(mask_row * (size_t)height);
    for (int y = 0; y < height; y += 1) {
        memcpy(copy + (size_t)y * row, row_of(pixels, row, y), row);
        for (size_t x = 0; other >= 0 && x < (size_t)width; x += 1) {
            uint8_t *to = copy + (size_t)y * row + x * pixel;
            const uint8_t *from = row_of(pixels, row, y) + x * pixel;
            for (size_t i = 0; i < 3; i += 1) to[i] = from[places[i]];
            if (pixel == 4) to[3] = (uint8_t)draw(256);
        }
    }
    error = net_segment(arena.start, copy, width, height, 0, other < 0 ? format : other, mask, 0);
    check(error == NET_OK, "the same picture in another place", error);
    check(memcmp(mask, expected, mask_row * (size_t)height) == 0, "the same picture gets another mask", format);
    free(copy);
    free(mask);
}

static void picture_case(void) {
    int threads = 1 + (int)draw(3), width = draw_side(), height = draw_side(), format = (int)draw(12), error;
    size_t bytes = net_arena_bytes_for_picture(threads, width, height, format);
    size_t mask_row = NET_MASK_CHANNELS * (size_t)width, count = NET_OUTPUT_CHANNELS * (size_t)width * (size_t)height;
    rows pixels = rows_make(height, pixel_bytes(format) * (size_t)width), mask = rows_make(height, mask_row);
    uint8_t *packed = (uint8_t *)take(mask_row * (size_t)height);
    float *values = draw(3) ? NULL : (float *)take(sizeof(float) * count);
    net_parallel parallel = {backwards, NULL};
    memory arena;
    parallel.context = &threads;
    if (bytes == 0) {
        /* Its channels are not the net's. */
        arena = arena_make(net_arena_bytes(threads), threads);
        error = net_segment(arena.start, pixels.first, width, height, pixels.stride, format, mask.first, mask.stride);
        check(error == NET_ERROR_ARGUMENT, "a format that does not fit", error);
    } else {
        check(bytes >= net_arena_bytes(threads), "less memory for a picture than for none", format);
        arena = arena_make(bytes, threads);
        if (draw(2)) net_set_parallel(arena.start, &parallel);
        error = net_segment_values(
            arena.start, pixels.first, width, height, pixels.stride, format, mask.first, mask.stride, values);
        check(error == NET_OK, "a picture in memory that was asked for it", error);
        for (size_t i = 0; values != NULL && i < count; i += 1) check(values[i] >= 0 && values[i] <= 1, "a value", (int)i);
        for (int y = 0; y < height; y += 1) memcpy(packed + (size_t)y * mask_row, row_of(&mask, mask_row, y), mask_row);
        check_again(arena, &pixels, width, height, format, packed);
    }
    free(arena.all);
    free(pixels.memory.all);
    free(mask.memory.all);
    free(packed);
    free(values);
}

/* MARK: Tiles */

/* A picture that comes in rows and goes out in rows, in order. */
typedef struct picture {
    const rows *pixels;
    size_t row, mask_row;
    int format, width, height, read, written, stop;
    uint8_t *mask, *current;
} picture;

static const void *read_row(void *context, int y) {
    picture *self = (picture *)context;
    check(y == self->read && y < self->height, "a row that was not the next one to be read", y);
    if (y == self->stop) return NULL;
    self->read += 1;
    /* What was given before is gone. */
    free(self->current);
    self->current = (uint8_t *)take(self->row);
    memcpy(self->current, row_of(self->pixels, self->row, y), self->row);
    return self->current;
}

static int write_row(void *context, int y, const uint8_t *mask, const float *values) {
    picture *self = (picture *)context;
    check(y == self->written && y < self->height, "a row that was not the next one to be written", y);
    self->written += 1;
    memcpy(self->mask + (size_t)y * self->mask_row, mask, self->mask_row);
    for (int i = 0; i < NET_OUTPUT_CHANNELS * self->width; i += 1) check(values[i] >= 0 && values[i] <= 1, "a value", i);
    return -1 - y == self->stop;
}

static int segment_tiles(picture *self, int threads) {
    size_t bytes = net_arena_bytes_for_tiles(threads, self->width, self->height, self->format);
    memory arena = memory_make(bytes, draw(70));
    net_rows rows = {read_row, write_row, NULL};
    int error;
    rows.context = self;
    memset(arena.start, (int)draw(256), bytes);
    error = net_init_for_tiles(arena.start, bytes, threads, weights, weight_bytes);
    check(error == NET_OK, "init for tiles in memory of just the size", error);
    self->read = self->written = 0;
    self->current = NULL;
    error = net_segment_tiles(arena.start, self->width, self->height, self->format, &rows);
    free(self->current);
    free(arena.all);
    return error;
}

static void tile_case(void) {
    int threads = 1 + (int)draw(3), error;
    picture picture;
    rows pixels;
    uint8_t *again;
    size_t count;
    picture.width = draw_side();
    picture.height = draw(4) ? draw_side() : 1 + (int)draw(60);
    picture.format = NET_BANDS8 + (int)draw(3);
    picture.row = pixel_bytes(picture.format) * (size_t)picture.width;
    picture.mask_row = NET_MASK_CHANNELS * (size_t)picture.width;
    picture.stop = INT_MAX;
    count = picture.mask_row * (size_t)picture.height;
    pixels = rows_make(picture.height, picture.row);
    picture.pixels = &pixels;
    picture.mask = (uint8_t *)take(count);
    again = (uint8_t *)take(count);
    if (net_arena_bytes_for_tiles(1, picture.width, picture.height, picture.format) == 0) {
        memory arena = arena_make(net_arena_bytes(1), 1);
        net_rows rows = {read_row, write_row, NULL};
        error = net_init_for_tiles(arena.start, net_arena_bytes(1), 1, weights, weight_bytes);
        check(error == NET_ERROR_NO_TILES, "init for tiles that there are not", error);
        error = net_segment_tiles(arena.start, picture.width, picture.height, picture.format, &rows);
        check(error == NET_ERROR_NO_TILES, "tiles that there are not", error);
        free(arena.all);
    } else {
        error = segment_tiles(&picture, threads);
        check(error == NET_OK && picture.read == picture.height && picture.written == picture.height, "tiles", error);
        memcpy(again, picture.mask, count);
        error = segment_tiles(&picture, 4 - threads);
        check(error == NET_OK && memcmp(again, picture.mask, count) == 0, "the same picture by tiles gets another mask", error);
        picture.stop = draw(2) ? (int)draw((uint32_t)picture.height) : -1 - (int)draw((uint32_t)picture.height);
        error = segment_tiles(&picture, 1);
        check(error == NET_ERROR_STOPPED, "a function that stops", error);
    }
    free(pixels.memory.all);
    free(picture.mask);
    free(again);
}

/* MARK: Wrong calls */

static int draw_number(void) {
    static const int numbers[] = {INT_MIN, -1, 0, 1, 2, 3, 1 << 28, (1 << 28) + 1, INT_MAX, 100000};
    return draw(3) ? numbers[draw(10)] : (int)draw(20000);
}

static void wrong_case(void) {
    static uint8_t pixels[64], mask[64];
    int width = draw_number(), height = draw_number(), format = (int)draw(24) - 6, threads = draw_number(), error;
    size_t bytes = net_arena_bytes_for_picture(threads, width, height, format);
    memory arena = arena_make(net_arena_bytes(1), 1);
    if (threads < 1) check(bytes == 0 && net_arena_bytes(threads) == 0, "threads", threads);
    if (width < 1 || height < 1 || format < 0 || format > NET_BANDSF32) check(bytes == 0, "memory for no picture", format);
    switch (draw(6)) {
    case 0:
        error = net_segment(arena.start, NULL, 3, 2, 0, format, mask, 0);
        check(error == NET_ERROR_ARGUMENT || error == NET_ERROR_PICTURE, "no pixels", error);
        break;
    case 1:
        /* Rows over each other, or behind the end of all memory. */
        error = net_segment(arena.start, pixels, 3, 2, draw(2) ? ((ptrdiff_t)draw(3) + 1) * (draw(2) ? 1 : -1) : PTRDIFF_MAX,
                            NET_BANDSF32, mask, 0);
        check(error == NET_ERROR_ARGUMENT || error == NET_ERROR_PICTURE, "rows over each other", error);
        break;
    case 2:
        error = net_segment(arena.start, pixels, 1, 2, 0, NET_BANDS8, mask, draw(2) ? PTRDIFF_MIN : PTRDIFF_MAX);
        check(error == NET_ERROR_ARGUMENT || error == NET_ERROR_PICTURE, "rows of a mask far from each other", error);
        break;
    case 3:
        if (width == 1 && height <= 3 && height > 0) break;
        if (width <= 3 && width > 0 && height == 1) break;
        if (width > 0 && height > 0 && format >= 0 && format <= NET_BANDSF32 && (width < 400 || height < 400)) break;
        /* More than there is memory for, or less than nothing: nothing of it is read. */
        error = net_segment(arena.start, width > 0 && height > 0 ? NULL : pixels, width, height, 0, format, mask, 0);
        check(error == NET_ERROR_ARGUMENT || error == NET_ERROR_PICTURE, "a size", error);
        break;
    case 4:
        error = net_run(arena.start, NULL, NULL, draw(2) ? NET_BATCH + 1 : -(int)draw(2));
        check(error == NET_ERROR_ARGUMENT, "a batch", error);
        check(net_run(NULL, NULL, NULL, 1) == NET_ERROR_ARENA && net_input(NULL) == NULL && net_output(NULL) == NULL, "NULL", 0);
        break;
    default:
        error = net_init(arena.start, bytes, threads < 1 ? threads : -threads, weights, weight_bytes);
        check(error == NET_ERROR_ARGUMENT, "threads", error);
        check(net_error_text(width)[0] != 0, "words for any error", width);
        break;
    }
    free(arena.all);
}

/* MARK: Weights and arenas */

static void damaged_case(void) {
    size_t bytes = net_arena_bytes(1), kept = weight_bytes, shift = 0, place;
    memory arena = memory_make(bytes, draw(70)), damaged;
    int kind = (int)draw(5), error;
    if (kind == 1) kept = draw((uint32_t)weight_bytes);
    if (kind == 2) kept = draw(130);
    if (kind == 3) shift = 1 + draw(3);
    if (kind == 4) kept += 1 + draw(100);
    damaged = memory_make(kept, shift);
    memset(damaged.start, (int)draw(256), kept);
    memcpy(damaged.start, weights, kept < weight_bytes ? kept : weight_bytes);
    if (kind == 0) {
        place = draw(3) ? draw((uint32_t)weight_bytes) : draw(96);
        damaged.start[place] ^= (uint8_t)(1u << draw(8));
        /* The header ends with bytes that nobody reads. */
        if (place >= 96 && place < 128) kind = 4;
    }
    memset(arena.start, 0, bytes);
    error = net_init(arena.start, bytes, 1, damaged.start, kept);
    if (kind == 4) {
        check(error == NET_OK, "weights with something behind them", error);
    } else {
        check(error == (kind == 3 ? NET_ERROR_ARGUMENT : kept < 128 ? NET_ERROR_WEIGHTS : error), "an error", error);
        check(error == NET_ERROR_ARGUMENT || error == NET_ERROR_WEIGHTS || error == NET_ERROR_DAMAGED, "an error", error);
        error = net_run(arena.start, NULL, NULL, 1);
        check(error == NET_ERROR_ARENA, "no net", error);
    }
    free(arena.all);
    free(damaged.all);
}

static void arena_case(void) {
    int threads = 1 + (int)draw(4), error;
    size_t bytes = net_arena_bytes(threads), less = draw(2) ? bytes - 1 - draw(64) : draw((uint32_t)bytes);
    memory arena = memory_make(less, draw(70)), copy;
    uint8_t pixels[4 * NET_CHANNELS], mask[NET_MASK_CHANNELS];
    memset(pixels, 1, sizeof pixels);
    memset(arena.start, 0, less);
    error = net_init(arena.start, less, threads, weights, weight_bytes);
    check(error == NET_ERROR_ARENA, "too little memory", error);
    free(arena.all);
    /* A net does not move. */
    arena = arena_make(bytes, threads);
    copy = memory_make(bytes + 64, 0);
    memset(copy.start, 0, bytes + 64);
    memcpy(copy.start + 64 - ((uintptr_t)copy.start & 63), arena.start + (64 - ((uintptr_t)arena.start & 63)) % 64, bytes - 64);
    error = net_segment(copy.start + 64 - ((uintptr_t)copy.start & 63), pixels, 1, 1, 0, NET_BANDS8, mask, 0);
    check(error == NET_ERROR_ARENA, "a net that was copied", error);
    free(copy.all);
    free(arena.all);
}

/* MARK: Tensors */

static void run_case(void) {
    const size_t in = (size_t)NET_CHANNELS * NET_HEIGHT * NET_WIDTH;
    const size_t out = (size_t)NET_OUTPUT_CHANNELS * NET_OUTPUT_HEIGHT * NET_OUTPUT_WIDTH;
    int batch = 1 + (int)draw(2 * NET_BATCH + 2), one = (int)draw((uint32_t)batch), error;
    float *inputs = (float *)take(sizeof(float) * in * (size_t)batch), *outputs = (float *)take(sizeof(float) * out * (size_t)batch);
    memory arena = arena_make(net_arena_bytes(1), 1);
    for (size_t i = 0; i < in * (size_t)batch; i += 1) inputs[i] = (float)draw(1 << 20) / 1048576.0f;
    error = net_run(arena.start, inputs, outputs, batch);
    check(error == NET_OK, "run", error);
    memcpy(net_input(arena.start), inputs + (size_t)one * in, sizeof(float) * in);
    error = net_run(arena.start, NULL, NULL, 1);
    check(error == NET_OK, "run", error);
    check(memcmp(net_output(arena.start), outputs + (size_t)one * out, sizeof(float) * out) == 0, "one of a batch by itself", one);
    free(arena.all);
    free(inputs);
    free(outputs);
}

int main(int argc, char **argv) {
    long long cases = argc > 2 ? atoll(argv[2]) : 2000;
    uint64_t seed = argc > 3 ? (uint64_t)atoll(argv[3]) : 1;
    expect(argc > 1, "expected the weights", argc);
    weights = read_file(argv[1], &weight_bytes);
    for (round_number = 0; round_number < cases; round_number += 1) {
        /* Any case can be made without those before it. */
        state = (seed * 1000003u + (uint64_t)round_number) * 0x9e3779b97f4a7c15u;
        draw(2);
        switch (draw(10)) {
        case 0: wrong_case(); break;
        case 1: damaged_case(); break;
        case 2: arena_case(); break;
        case 3: run_case(); break;
        case 4: tile_case(); break;
        default: picture_case(); break;
        }
    }
    free(weights);
    printf("%lld cases\n", cases);
    return 0;
}
