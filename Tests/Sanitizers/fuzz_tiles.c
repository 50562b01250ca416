/* Pictures of random sizes by random tiles, against the same net over the whole canvas: run with
 * -fsanitize=address,undefined by scripts/fuzz-picture.sh. The net is a sum over a few pixels around, which either takes what
 * lies beyond its input's edges for 0 or says nothing there. */
#include "unetc_picture.h"
#include "unetc_picture_numbers.h"
#include "unetc_picture_tiles.h"
#include "unetc_picture_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 1;
/* Whether scratch is to be too small. */
static int is_planted;

static ptrdiff_t draw(ptrdiff_t most) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (ptrdiff_t)((state >> 33) % (uint64_t)most);
}

static void expect(int holds, const char *what, long round) {
    if (holds) return;
    fprintf(stderr, "fuzz_tiles: round %ld: %s\n", round, what);
    exit(1);
}

/* A net for one size of input. */
typedef struct net {
    ptrdiff_t channels, output_channels, height, width, radius, margin;
} net;

static void run_net(const net *net, const float *input, float *output) {
    ptrdiff_t height = net->height - 2 * net->margin, width = net->width - 2 * net->margin, o, c, y, x, dy, dx;
    for (o = 0; o < net->output_channels; o++) {
        for (y = 0; y < height; y++) {
            for (x = 0; x < width; x++) {
                float sum = (float)o - 2;
                for (c = 0; c < net->channels; c++) {
                    for (dy = -net->radius; dy <= net->radius; dy++) {
                        for (dx = -net->radius; dx <= net->radius; dx++) {
                            ptrdiff_t row = y + net->margin + dy, column = x + net->margin + dx;
                            if (row < 0 || row >= net->height || column < 0 || column >= net->width) continue;
                            sum += input[(c * net->height + row) * net->width + column]
                                * (float)(1 + o + 2 * c + 3 * dy + 5 * dx) / 8;
                        }
                    }
                }
                output[(o * height + y) * width + x] = sum;
            }
        }
    }
}

/* A picture that is walked over, and what has come of it. */
typedef struct walked {
    net tile;
    const uint8_t *pixels;
    ptrdiff_t width, height, channels, output_channels, next_row, next_mask, stop;
    float *input, *output, *values;
    uint8_t *mask;
    long round;
} walked;

static int is_stopped(walked *picture) { return picture->stop > 0 && --picture->stop == 0; }

static const void *read_row(void *context, ptrdiff_t y) {
    walked *picture = (walked *)context;
    expect(y == picture->next_row % picture->height, "rows are not read in order", picture->round);
    picture->next_row++;
    return is_stopped(picture) ? NULL : picture->pixels + y * picture->width * picture->channels;
}

static int run_tile(void *context) {
    walked *picture = (walked *)context;
    run_net(&picture->tile, picture->input, picture->output);
    return is_stopped(picture);
}

static int write_row(void *context, ptrdiff_t y, const uint8_t *mask, const float *values) {
    walked *picture = (walked *)context;
    ptrdiff_t channel;
    expect(y == picture->next_mask, "rows are not written in order", picture->round);
    picture->next_mask++;
    memcpy(picture->mask + y * picture->width, mask, (size_t)picture->width);
    for (channel = 0; channel < picture->output_channels; channel++) {
        memcpy(
            picture->values + (channel * picture->height + y) * picture->width, values + channel * picture->width,
            (size_t)picture->width * sizeof *values);
    }
    return is_stopped(picture);
}

static unetc_tile_axis draw_axis(const net *tile, ptrdiff_t side) {
    unetc_tile_axis axis;
    axis.tile = side;
    axis.halo_before = axis.halo_after = tile->margin ? 0 : tile->radius;
    axis.alignment = (ptrdiff_t)1 << draw(3);
    axis.margin_before = axis.margin_after = tile->margin;
    return axis;
}

static float *floats(ptrdiff_t count) { return (float *)calloc((size_t)count, sizeof(float)); }

/* What the net says of the whole canvas, as values of the picture's pixels. */
static float *expected_values(
    const walked *picture, const unetc_picture_net *described, const unetc_tile_geometry *geometry,
    const unetc_scale *scale) {
    net whole = picture->tile;
    ptrdiff_t y, x, c, height, width, area = picture->width * picture->height;
    float *input, *output, *values = floats(picture->output_channels * area);
    whole.height = unetc_tile_axis_canvas(&geometry->rows, picture->height);
    whole.width = unetc_tile_axis_canvas(&geometry->columns, picture->width);
    height = whole.height - 2 * whole.margin;
    width = whole.width - 2 * whole.margin;
    input = floats(whole.channels * whole.height * whole.width);
    output = floats(whole.output_channels * height * width);
    for (c = 0; c < whole.channels; c++) {
        for (y = 0; y < whole.height; y++) {
            for (x = 0; x < whole.width; x++) {
                ptrdiff_t row = unetc_tile_axis_source(&geometry->rows, picture->height, y);
                ptrdiff_t column = unetc_tile_axis_source(&geometry->columns, picture->width, x);
                uint8_t byte = picture->pixels[(row * picture->width + column) * picture->channels + c];
                float *place = &input[(c * whole.height + y) * whole.width + x];
                *place = (float)byte / 255;
                if (scale) unetc_scale_numbers(scale[c], place, 1);
            }
        }
    }
    run_net(&whole, input, output);
    for (c = 0; c < picture->output_channels; c++) {
        for (y = 0; y < picture->height; y++) {
            for (x = 0; x < picture->width; x++) {
                values[c * area + y * picture->width + x] = output[(c * height + y) * width + x];
            }
        }
    }
    unetc_make_values(described->task, values, picture->output_channels, area);
    free(input);
    free(output);
    return values;
}

static void check_round(long round) {
    walked picture;
    unetc_picture_net described;
    unetc_tile_geometry geometry;
    unetc_tile_calls calls;
    unetc_scale scales[3];
    size_t bytes, offset = (size_t)draw(16), i, count;
    uint8_t *pixels, *scratch;
    unetc_status status;
    memset(&picture, 0, sizeof picture);
    picture.round = round;
    picture.channels = picture.tile.channels = 1 + draw(3);
    picture.output_channels = picture.tile.output_channels = 1 + draw(3);
    picture.tile.radius = draw(3);
    picture.tile.margin = draw(2) ? picture.tile.radius : 0;
    picture.tile.height = 1 + draw(24);
    picture.tile.width = 1 + draw(24);
    geometry.rows = draw_axis(&picture.tile, picture.tile.height);
    geometry.columns = draw_axis(&picture.tile, picture.tile.width);
    if (!unetc_tile_axis_is_sound(&geometry.rows) || !unetc_tile_axis_is_sound(&geometry.columns)) return;
    picture.width = 1 + draw(70);
    picture.height = 1 + draw(70);
    memset(&described, 0, sizeof described);
    described.channels = (int32_t)picture.channels;
    described.output_channels = (int32_t)picture.output_channels;
    described.height = described.width = described.output_height = described.output_width = 1;
    described.mask_height = described.mask_width = 1;
    described.task = picture.output_channels == 1 ? UNETC_TASK_MASK : draw(2) ? UNETC_TASK_CLASSES : UNETC_TASK_LABELS;
    described.bytes.high = 255;
    described.words.high = 65535;
    described.floats.high = 1;
    described.normalization = draw(2) ? UNETC_NORMALIZE_PER_PICTURE : UNETC_NORMALIZE_RANGE;
    count = (size_t)(picture.width * picture.height * picture.channels);
    pixels = (uint8_t *)malloc(count);
    for (i = 0; i < count; i++) pixels[i] = (uint8_t)draw(256);
    picture.pixels = pixels;
    picture.input = floats(picture.channels * picture.tile.height * picture.tile.width);
    picture.output = floats(picture.output_channels * picture.tile.height * picture.tile.width);
    picture.values = floats(picture.output_channels * picture.width * picture.height);
    picture.mask = (uint8_t *)malloc((size_t)(picture.width * picture.height));
    picture.stop = draw(5) ? 0 : 1 + draw(200);
    bytes = unetc_tiled_bytes(&described, &geometry, picture.width, picture.height, UNETC_FORMAT_BANDS8);
    expect(bytes > 0, "a picture is refused", round);
    scratch = (uint8_t *)malloc(is_planted ? bytes / 2 : bytes + offset);
    calls.context = &picture;
    calls.read_row = read_row;
    calls.run = run_tile;
    calls.write_row = write_row;
    calls.input = picture.input;
    calls.output = picture.output;
    status = unetc_tiled_predict(
        &described, &geometry, picture.width, picture.height, UNETC_FORMAT_BANDS8, scratch + offset, 0.5f, &calls);
    if (status == UNETC_STATUS_OK) {
        ptrdiff_t area = picture.width * picture.height, c, y;
        int is_scaled = described.normalization == UNETC_NORMALIZE_PER_PICTURE;
        uint8_t *mask = (uint8_t *)malloc((size_t)area);
        float *values;
        for (c = 0; c < picture.channels; c++) {
            unetc_moments moments = {0, 0, 0};
            for (y = 0; y < picture.height; y++) {
                const uint8_t *row = pixels + y * picture.width * picture.channels + c;
                unetc_moments more = unetc_moments_of(UNETC_DEPTH_BYTES, row, picture.channels, picture.width);
                unetc_moments_add(&moments, &more);
            }
            scales[c] = unetc_moments_scale(&moments, described.bytes);
        }
        values = expected_values(&picture, &described, &geometry, is_scaled ? scales : NULL);
        unetc_make_mask(described.task, values, picture.output_channels, area, 0.5f, mask);
        expect(picture.next_mask == picture.height, "rows are missing", round);
        expect(
            memcmp(values, picture.values, (size_t)(picture.output_channels * area) * sizeof *values) == 0,
            "tiles say something else than the whole picture", round);
        expect(memcmp(mask, picture.mask, (size_t)area) == 0, "masks differ", round);
        free(values);
        free(mask);
    } else {
        expect(status == UNETC_STATUS_STOPPED && picture.stop == 0, "a walk has ended by itself", round);
    }
    free(pixels);
    free(picture.input);
    free(picture.output);
    free(picture.values);
    free(picture.mask);
    free(scratch);
}

int main(int count, char **arguments) {
    long rounds = count > 1 ? atol(arguments[1]) : 2000, round;
    if (count > 2) state = (uint64_t)atol(arguments[2]);
    is_planted = count > 3 && strcmp(arguments[3], "--plant") == 0;
    for (round = 0; round < rounds; round++) check_round(round);
    printf("fuzz_tiles: %ld rounds\n", rounds);
    return 0;
}
