/* How a picture is cut into tiles, and a walk over them. */
#ifndef UNETC_PICTURE_TILES_H
#define UNETC_PICTURE_TILES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a side of a picture is cut into tiles; all in input pixels. */
typedef struct unetc_tile_axis {
    ptrdiff_t tile;
    /* Places of the output, at an edge inside the picture, that are not exact. */
    ptrdiff_t halo_before, halo_after;
    /* Tiles begin at multiples of this. */
    ptrdiff_t alignment;
    /* Of nets without padding, what the output lacks of the input. The picture is mirrored there, so that the output covers all
     * of it. */
    ptrdiff_t margin_before, margin_after;
} unetc_tile_axis;

/* A tile along the side. */
typedef struct unetc_tile_part {
    /* The input's first place on the canvas: the picture with what is mirrored around it. */
    ptrdiff_t start;
    /* What this tile makes of the picture, whose places are those of the whole output: from here to before the end. */
    ptrdiff_t kept_first, kept_end;
} unetc_tile_part;

/* 0 where tiles leave nothing that is exact. */
int32_t unetc_tile_axis_is_sound(const unetc_tile_axis *axis);
/* Output places of a tile. */
ptrdiff_t unetc_tile_axis_output(const unetc_tile_axis *axis);
/* How far a tile in the middle may lie behind the one before. */
ptrdiff_t unetc_tile_axis_step(const unetc_tile_axis *axis);
/* The side of the canvas for a picture of `side` pixels: at least a tile, and aligned as tiles are. */
ptrdiff_t unetc_tile_axis_canvas(const unetc_tile_axis *axis, ptrdiff_t side);
/* The tiles of a side, one behind the other. What they keep follows each other and covers the picture; the first begins and
 * the last ends at the canvas's edge, where its results are exact. */
unetc_tile_part unetc_tile_axis_first(const unetc_tile_axis *axis, ptrdiff_t side);
/* The part behind `part`; 0 behind the last one. */
int32_t unetc_tile_axis_next(const unetc_tile_axis *axis, ptrdiff_t side, unetc_tile_part *part);
/* How many tiles that are. */
ptrdiff_t unetc_tile_axis_count(const unetc_tile_axis *axis, ptrdiff_t side);
/* The most places that one of the tiles keeps. */
ptrdiff_t unetc_tile_axis_most_kept(const unetc_tile_axis *axis, ptrdiff_t side);
/* Places of the picture from the first that a part or a later one needs to the last that it needs itself, at most: those that a
 * tile shows, or, near the end, those that are mirrored there. */
ptrdiff_t unetc_tile_axis_most_needed(const unetc_tile_axis *axis, ptrdiff_t side);
/* The place of the picture that is seen at a place of the canvas: beyond its edges the picture is mirrored, without repeating its
 * last row or column, as often as it takes. */
ptrdiff_t unetc_tile_axis_source(const unetc_tile_axis *axis, ptrdiff_t side, ptrdiff_t place);

typedef struct unetc_tile_geometry {
    unetc_tile_axis rows, columns;
} unetc_tile_geometry;

/* Which of some sizes of tiles a picture takes: those that compute the fewest pixels. A small picture would be lost in a large
 * tile, a large one would be cut into too many small ones, each with edges that are computed twice. */
size_t unetc_tile_choose(const unetc_tile_geometry *geometries, size_t count, ptrdiff_t width, ptrdiff_t height);

/* A walk over a picture, a band of tiles at a time:
 *
 *     while (unetc_walk_next_band(&walk)) {
 *         while ((row = unetc_walk_wanted_row(&walk))) ...       the picture's next row, [channels, width]
 *         while (unetc_walk_next_tile(&walk)) {
 *             unetc_walk_fill(&walk, 0, input);                  [channels, tile's height, tile's width]
 *             ...                                                the net
 *             unetc_walk_keep(&walk, output, output_channels, 0, 0);
 *         }
 *         while ((row = unetc_walk_finished_row(&walk))) ...     the output's next row, [output channels, width]
 *     }
 *
 * Held are one band of input rows and one of output rows, whatever the picture's height. */
typedef struct unetc_walk {
    unetc_tile_geometry geometry;
    ptrdiff_t channels, output_channels, width, height;
    /* Rows of the picture by number modulo the capacity. */
    float *held;
    ptrdiff_t capacity;
    ptrdiff_t read_count;
    /* Rows of the output, [rows, channels, width]. */
    float *band;
    ptrdiff_t written_count;
    /* The column of the picture that is seen at each column of a tile. */
    ptrdiff_t *sources;
    /* Where the walk is. */
    int32_t has_band, has_tile;
    unetc_tile_part rows, columns;
} unetc_walk;

/* SIZE_MAX if it is too much. `output_channels` are those of all nets and directions that share the walk. */
size_t unetc_walk_bytes(
    const unetc_tile_geometry *geometry, ptrdiff_t channels, ptrdiff_t output_channels, ptrdiff_t width,
    ptrdiff_t height);
/* `memory` is for objects of any type, as that of malloc is, and stays the walk's. */
void unetc_walk_init(
    unetc_walk *walk, const unetc_tile_geometry *geometry, ptrdiff_t channels, ptrdiff_t output_channels,
    ptrdiff_t width, ptrdiff_t height, void *memory);
int32_t unetc_walk_next_band(unetc_walk *walk);
/* Where the picture's next row goes; NULL once the band has all that it shows. */
float *unetc_walk_wanted_row(unetc_walk *walk);
int32_t unetc_walk_next_tile(unetc_walk *walk);
/* Writes the canvas under the tile to a net's input; that of the picture mirrored left to right if so. */
void unetc_walk_fill(unetc_walk *walk, int32_t is_mirrored, float *input);
/* Copies what is exact and new of a tile's output to its place in the band, from a channel of that on; mirrored back if so. */
void unetc_walk_keep(
    unetc_walk *walk, const float *output, ptrdiff_t channels, ptrdiff_t first_channel, int32_t is_mirrored);
/* The next row of the output, which the caller may change; NULL once those of the band have come. */
float *unetc_walk_finished_row(unetc_walk *walk);

#ifdef __cplusplus
}
#endif

#endif
