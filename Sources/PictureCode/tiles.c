/* How pictures are cut into tiles. */
#include "unetc_picture_net.h"
#include "unetc_picture_tiles.h"

static ptrdiff_t tiles_least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
static ptrdiff_t tiles_most(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

int32_t unetc_tile_axis_is_sound(const unetc_tile_axis *axis) {
    const ptrdiff_t most = UNETC_SIDE_MAX;
    if (axis->tile < 1 || axis->tile > most || axis->alignment < 1 || axis->alignment > most) return 0;
    if (axis->halo_before < 0 || axis->halo_before > most || axis->halo_after < 0 || axis->halo_after > most) return 0;
    if (axis->margin_before < 0 || axis->margin_before > most) return 0;
    if (axis->margin_after < 0 || axis->margin_after > most) return 0;
    return unetc_tile_axis_step(axis) > 0;
}

ptrdiff_t unetc_tile_axis_output(const unetc_tile_axis *axis) {
    return axis->tile - axis->margin_before - axis->margin_after;
}

ptrdiff_t unetc_tile_axis_step(const unetc_tile_axis *axis) {
    ptrdiff_t exact = unetc_tile_axis_output(axis) - axis->halo_before - axis->halo_after;
    return tiles_most(0, exact) / axis->alignment * axis->alignment;
}

ptrdiff_t unetc_tile_axis_canvas(const unetc_tile_axis *axis, ptrdiff_t side) {
    ptrdiff_t wanted = tiles_most(axis->tile, side + axis->margin_before + axis->margin_after);
    return axis->tile + (wanted - axis->tile + axis->alignment - 1) / axis->alignment * axis->alignment;
}

/* The part that begins at `start`, behind what has been kept before. */
static unetc_tile_part tiles_part(const unetc_tile_axis *axis, ptrdiff_t side, ptrdiff_t start, ptrdiff_t done) {
    ptrdiff_t last = unetc_tile_axis_canvas(axis, side) - axis->tile;
    unetc_tile_part part;
    part.start = start;
    part.kept_first = done;
    part.kept_end =
        start == last ? side : tiles_least(side, start + unetc_tile_axis_output(axis) - axis->halo_after);
    return part;
}

unetc_tile_part unetc_tile_axis_first(const unetc_tile_axis *axis, ptrdiff_t side) {
    return tiles_part(axis, side, 0, 0);
}

int32_t unetc_tile_axis_next(const unetc_tile_axis *axis, ptrdiff_t side, unetc_tile_part *part) {
    ptrdiff_t last = unetc_tile_axis_canvas(axis, side) - axis->tile;
    if (part->kept_end >= side) return 0;
    *part = tiles_part(axis, side, tiles_least(part->start + unetc_tile_axis_step(axis), last), part->kept_end);
    return 1;
}

ptrdiff_t unetc_tile_axis_count(const unetc_tile_axis *axis, ptrdiff_t side) {
    /* What the first keeps, and how many steps lie before the one that ends at the canvas's edge or the picture's. */
    ptrdiff_t first = unetc_tile_axis_output(axis) - axis->halo_after;
    ptrdiff_t steps = tiles_least(unetc_tile_axis_canvas(axis, side) - axis->tile, side - first);
    ptrdiff_t step = unetc_tile_axis_step(axis);
    return 1 + tiles_most(0, (steps + step - 1) / step);
}

ptrdiff_t unetc_tile_axis_most_kept(const unetc_tile_axis *axis, ptrdiff_t side) {
    ptrdiff_t first = unetc_tile_axis_output(axis) - axis->halo_after;
    if (unetc_tile_axis_canvas(axis, side) == axis->tile) return side;
    return tiles_least(side, tiles_most(first, unetc_tile_axis_step(axis) + axis->halo_after));
}

ptrdiff_t unetc_tile_axis_most_needed(const unetc_tile_axis *axis, ptrdiff_t side) {
    return tiles_least(side, tiles_most(axis->tile, axis->margin_after + axis->alignment));
}

ptrdiff_t unetc_tile_axis_source(const unetc_tile_axis *axis, ptrdiff_t side, ptrdiff_t place) {
    ptrdiff_t period, folded;
    if (side <= 1) return 0;
    period = 2 * (side - 1);
    folded = (place - axis->margin_before) % period;
    if (folded < 0) folded += period;
    return tiles_least(folded, period - folded);
}

size_t unetc_tile_choose(const unetc_tile_geometry *geometries, size_t count, ptrdiff_t width, ptrdiff_t height) {
    size_t place, best = 0;
    double fewest = 0;
    for (place = 0; place < count; place++) {
        const unetc_tile_axis *rows = &geometries[place].rows, *columns = &geometries[place].columns;
        /* Counts of pictures that only their headers claim may be beyond all whole numbers. */
        double tiles = (double)unetc_tile_axis_count(rows, height) * (double)unetc_tile_axis_count(columns, width);
        double pixels = tiles * ((double)rows->tile * (double)columns->tile);
        if (place > 0 && !(pixels < fewest)) continue;
        fewest = pixels;
        best = place;
    }
    return best;
}
