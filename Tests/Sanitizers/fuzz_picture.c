/* Pictures of random sizes, formats and strides, to random nets and back, in memory of just the size that is asked for: run with
 * -fsanitize=address,undefined by scripts/fuzz-picture.sh. What comes out is checked for what must always hold. */
#include "unetc_picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 1;
/* Whether scratch is to be too small. */
static int is_planted;

static uint32_t draw(uint32_t most) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % most);
}

static void expect(int holds, const char *what, long round) {
    if (holds) return;
    fprintf(stderr, "fuzz_picture: round %ld: %s\n", round, what);
    exit(1);
}

static ptrdiff_t draw_side(void) {
    switch (draw(5)) {
    case 0: return 1;
    case 1: return 1 + draw(4);
    case 2: return 1 + draw(700);
    default: return 1 + draw(60);
    }
}

static size_t format_bytes(unetc_format format, int32_t channels) {
    static const int numbers[] = {1, 3, 3, 4, 4, 1, 3, 1, 3, 0, 0, 0}, bytes[] = {1, 1, 1, 1, 1, 2, 2, 4, 4, 1, 2, 4};
    return (size_t)(numbers[format] ? numbers[format] : channels) * (size_t)bytes[format];
}

static unetc_picture_net draw_net(unetc_scale *scales) {
    static const int32_t channels[] = {1, 3, 3, 1, 2, 4, 7};
    unetc_picture_net net;
    int32_t i;
    memset(&net, 0, sizeof net);
    net.channels = channels[draw(7)];
    net.height = 1 + (int32_t)draw(40);
    net.width = 1 + (int32_t)draw(40);
    net.mask_height = draw(2) ? net.height : 1 + (int32_t)draw(40);
    net.mask_width = draw(2) ? net.width : 1 + (int32_t)draw(40);
    net.output_height = draw(2) ? net.mask_height : 1 + (int32_t)draw((uint32_t)net.mask_height);
    net.output_width = draw(2) ? net.mask_width : 1 + (int32_t)draw((uint32_t)net.mask_width);
    net.task = (unetc_task)draw(4);
    net.output_channels = net.task == UNETC_TASK_MASK ? 1 : 1 + (int32_t)draw(8);
    net.bytes.high = 255;
    net.words.low = draw(2) ? 0 : 100;
    net.words.high = draw(2) ? 65535 : 4095;
    net.floats.low = draw(2) ? 0 : -3.5;
    net.floats.high = 1;
    net.high_bytes = (int32_t)draw(2);
    net.normalization = (unetc_normalization)draw(4);
    net.scales = scales;
    for (i = 0; i < net.channels; i++) {
        scales[i].mean = 0.25 * i;
        scales[i].deviation = 0.5;
    }
    return net;
}

/* Rows in memory of just their size; `first` is where the top one begins. */
static uint8_t *draw_rows(ptrdiff_t height, size_t row, ptrdiff_t *stride, uint8_t **first) {
    size_t distance = row + (draw(2) ? draw(9) : 0), count = distance * (size_t)(height - 1) + row, i;
    uint8_t *memory = (uint8_t *)malloc(count);
    for (i = 0; i < count; i++) memory[i] = (uint8_t)draw(256);
    *stride = draw(2) ? (ptrdiff_t)distance : -(ptrdiff_t)distance;
    *first = *stride < 0 ? memory + distance * (size_t)(height - 1) : memory;
    return memory;
}

static void check_read(
    const unetc_picture_net *net, ptrdiff_t width, ptrdiff_t height, unetc_format format, void *scratch, long round) {
    size_t count = (size_t)net->channels * (size_t)net->height * (size_t)net->width, i;
    float *input = (float *)malloc(count * sizeof *input);
    ptrdiff_t stride;
    uint8_t *first, *memory = draw_rows(height, (size_t)width * format_bytes(format, net->channels), &stride, &first);
    for (i = 0; i < count; i++) input[i] = -12345;
    expect(
        unetc_picture_read(net, first, width, height, stride, format, scratch, input) == UNETC_STATUS_OK, "reading failed",
        round);
    for (i = 0; i < count && net->normalization == UNETC_NORMALIZE_RANGE; i++) {
        expect(input[i] >= 0 && input[i] <= 1, "an input is not from 0 to 1", round);
    }
    for (i = 0; i < count; i++) expect(input[i] != -12345, "an input was not written", round);
    if (height > 1) {
        ptrdiff_t row = (ptrdiff_t)((size_t)width * format_bytes(format, net->channels));
        expect(
            unetc_picture_read(net, first, width, height, row - 1, format, scratch, input) == UNETC_STATUS_BAD_STRIDE,
            "rows over each other were read", round);
    }
    free(memory);
    free(input);
}

static void check_write(
    const unetc_picture_net *net, ptrdiff_t width, ptrdiff_t height, void *scratch, long round) {
    size_t channels = (size_t)net->output_channels, place;
    size_t count = channels * (size_t)net->output_height * (size_t)net->output_width, i;
    size_t row = (size_t)width * (net->task == UNETC_TASK_RECONSTRUCTION ? channels : 1);
    size_t area = (size_t)width * (size_t)height;
    float *output = (float *)malloc(count * sizeof *output);
    float *values = draw(3) ? (float *)malloc(channels * area * sizeof *values) : NULL;
    ptrdiff_t stride, x, y;
    uint8_t *first, *memory = draw_rows(height, row, &stride, &first);
    for (i = 0; i < count; i++) output[i] = (float)((int)draw(20001) - 10000) / (draw(2) ? 1000.0f : 10.0f);
    expect(
        unetc_picture_write(net, output, width, height, scratch, 0.5f, first, stride, values) == UNETC_STATUS_OK,
        "writing failed", round);
    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            uint8_t byte = first[y * stride + x];
            int holds = net->task == UNETC_TASK_MASK ? byte == 0 || byte == 255
                : net->task == UNETC_TASK_CLASSES    ? byte < channels
                : net->task == UNETC_TASK_LABELS     ? byte >> channels == 0
                                                     : 1;
            expect(holds, "a byte of a mask is none", round);
            if (!values || net->task != UNETC_TASK_MASK) continue;
            expect((values[y * width + x] >= 0.5f) == (byte == 255), "mask and values differ", round);
        }
    }
    for (place = 0; values && place < channels * area; place++) {
        expect(values[place] >= 0 && values[place] <= 1.0001f, "a value is not from 0 to 1", round);
    }
    output[draw((uint32_t)count)] = net->floats.high > 0 ? (float)(1e38 * 1e38) : 0;
    expect(
        unetc_picture_write(net, output, width, height, scratch, 0.5f, first, stride, values) == UNETC_STATUS_NOT_FINITE,
        "an infinite output was written", round);
    free(memory);
    free(values);
    free(output);
}

static void check_round(long round) {
    unetc_scale scales[8];
    unetc_picture_net net = draw_net(scales);
    ptrdiff_t width = draw_side(), height = draw_side();
    unetc_format format = (unetc_format)draw(12);
    size_t bytes = unetc_picture_bytes(&net, width, height, format), offset = draw(16);
    uint8_t *scratch;
    if (bytes == 0) {
        expect(format < UNETC_FORMAT_BANDS8, "bands of the net's channels are refused", round);
        return;
    }
    scratch = (uint8_t *)malloc(is_planted ? bytes / 2 : bytes + offset);
    check_read(&net, width, height, format, scratch + offset, round);
    check_write(&net, width, height, scratch + offset, round);
    free(scratch);
}

int main(int count, char **arguments) {
    long rounds = count > 1 ? atol(arguments[1]) : 2000, round;
    if (count > 2) state = (uint64_t)atol(arguments[2]);
    is_planted = count > 3 && strcmp(arguments[3], "--plant") == 0;
    for (round = 0; round < rounds; round++) check_round(round);
    printf("fuzz_picture: %ld rounds\n", rounds);
    return 0;
}
