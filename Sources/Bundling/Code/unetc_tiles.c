/* Large pictures at their own size, tile by tile: rows are read, predicted and written as they come. */
#include "unetc_net.h"
#include "unetc_pictures.h"

/* Sizes of tiles that a bundle has at most. */
enum { UNETC_TILE_SIZES = 8 };

/* What happens along an axis, 0 for rows and 1 for columns; all in input pixels. */
static unetc_tile_axis unetc_axis(const unetc_plan *plan, int axis) {
    int input = axis == 0 ? plan->input.height : plan->input.width;
    int lacking = input - (axis == 0 ? plan->output.height : plan->output.width);
    unetc_tile_axis result;
    result.tile = input;
    result.halo_before = plan->tiling->halo_before[axis];
    result.halo_after = plan->tiling->halo_after[axis];
    result.alignment = plan->tiling->alignment[axis];
    /* The smaller half first, as where the loss looks at the middle of a mask. */
    result.margin_before = lacking / 2;
    result.margin_after = lacking - lacking / 2;
    return result;
}

/* The tiles that a picture takes: their plan, and what is exact of them. 0 for bundles without any. */
static int unetc_tiles_for(
    const unetc_target *target, int width, int height, unetc_tile_geometry *geometry) {
    unetc_tile_geometry geometries[UNETC_TILE_SIZES];
    size_t count = 0;
    for (int i = 1; i < target->plan_count && i <= UNETC_TILE_SIZES; i += 1) {
        geometries[count].rows = unetc_axis(&target->plans[i], 0);
        geometries[count].columns = unetc_axis(&target->plans[i], 1);
        count += 1;
    }
    if (count == 0) return 0;
    count = unetc_tile_choose(geometries, count, width, height);
    *geometry = geometries[count];
    return (int)count + 1;
}

size_t unetc_arena_bytes_for_tiles(int threads, int width, int height, int format) {
    const unetc_target *target = unetc_best_target();
    unetc_tile_geometry geometry;
    size_t scratch;
    if (target == NULL || threads < 1 || width < 1 || height < 1 || !unetc_is_format(format)) return 0;
    if (unetc_tiles_for(target, width, height, &geometry) == 0) return 0;
    scratch = unetc_tiled_bytes(&unetc_pictures, &geometry, width, height, (unetc_format)format);
    return scratch == 0 ? 0 : (size_t)unetc_net_bytes(target, target->plan_count, threads, scratch);
}

int unetc_init_for_tiles(void *arena, size_t arena_bytes, int threads, const void *weights, size_t weight_bytes) {
    const unetc_target *target = unetc_best_target();
    if (target != NULL && target->plan_count < 2) return UNETC_ERROR_NO_TILES;
    return unetc_init_plans(arena, arena_bytes, threads, target == NULL ? 0 : target->plan_count, weights, weight_bytes);
}

/* A walk under way. */
typedef struct unetc_tiling_run {
    unetc_net *net;
    const unetc_rows *rows;
    int plan;
    int error;
} unetc_tiling_run;

static const void *unetc_read_row(void *context, ptrdiff_t y) {
    const unetc_rows *rows = ((const unetc_tiling_run *)context)->rows;
    return rows->read(rows->context, (int)y);
}

static int unetc_run_tile(void *context) {
    unetc_tiling_run *run = (unetc_tiling_run *)context;
    run->error = unetc_forward(run->net, run->plan, 1);
    return run->error;
}

static int unetc_write_row(void *context, ptrdiff_t y, const uint8_t *mask, const float *values) {
    const unetc_rows *rows = ((const unetc_tiling_run *)context)->rows;
    return rows->write(rows->context, (int)y, mask, values);
}

int unetc_segment_tiles(void *arena, int width, int height, int format, const unetc_rows *rows) {
    unetc_net *net = unetc_net_in(arena);
    unetc_tile_geometry geometry;
    unetc_tile_calls calls;
    unetc_tiling_run run;
    unetc_status status;
    size_t scratch;
    if (net == NULL) return UNETC_ERROR_ARENA;
    if (net->target->plan_count < 2) return UNETC_ERROR_NO_TILES;
    if (net->plan_count < 2) return UNETC_ERROR_ARENA;
    if (rows == NULL || rows->read == NULL || rows->write == NULL || width < 1 || height < 1) return UNETC_ERROR_ARGUMENT;
    if (!unetc_is_format(format)) return UNETC_ERROR_ARGUMENT;
    run.net = net;
    run.rows = rows;
    run.error = UNETC_OK;
    run.plan = unetc_tiles_for(net->target, width, height, &geometry);
    scratch = unetc_tiled_bytes(&unetc_pictures, &geometry, width, height, (unetc_format)format);
    if (scratch == 0) return UNETC_ERROR_ARGUMENT;
    if (scratch > net->spare_bytes) return UNETC_ERROR_PICTURE;
    calls.context = &run;
    calls.read_row = unetc_read_row;
    calls.run = unetc_run_tile;
    calls.input = unetc_map_of(net, &net->target->plans[run.plan].input, 0);
    calls.output = unetc_map_of(net, &net->target->plans[run.plan].output, 0);
    calls.write_row = unetc_write_row;
    status = unetc_tiled_predict(
        &unetc_pictures, &geometry, width, height, (unetc_format)format, net->spare, net->threshold, &calls);
    return run.error != UNETC_OK ? run.error : unetc_error(status);
}
