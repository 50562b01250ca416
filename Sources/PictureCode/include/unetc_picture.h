/* Pictures for nets: pixels of any size to a net's input, and its output to a mask of the picture's size.
 *
 * The trainer calls these functions, and bundles carry their text. So a net that is built into a program says of a picture
 * what the trainer says of it, in every bit. All of it is C99 and C++: no function allocates, keeps anything between two
 * calls but in memory of its caller, or stops the program. Compilers have to round each operation by itself:
 * -ffp-contract=off, and no -ffast-math.
 */
#ifndef UNETC_PICTURE_H
#define UNETC_PICTURE_H

#include "unetc_picture_net.h"
#include "unetc_picture_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

/* MARK: Whole pictures */

/* UNETC_STATUS_OK for a description that makes sense. */
unetc_status unetc_picture_check(const unetc_picture_net *net);

/* Bytes of scratch, at any address, that reading and writing such a picture take: some rows of it, and no more than a few
 * times the net's input and output. 0 where the net, the size or the format is wrong. */
size_t unetc_picture_bytes(const unetc_picture_net *net, ptrdiff_t width, ptrdiff_t height, unetc_format format);

/* Fills the net's input, [channels, height, width], with the picture brought to that size.
 *
 * `pixels` is where the top row begins, `stride` the bytes from there to the next row, which may be negative. */
unetc_status unetc_picture_read(
    const unetc_picture_net *net, const void *pixels, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride,
    unetc_format format, void *scratch, float *input);

/* Makes a mask of the picture's size of the net's output, [output_channels, output_height, output_width], which is changed on
 * the way: logits become probabilities.
 *
 * A pixel of the mask is a byte: 255 for object and 0 for background; the class; a bit for each label, the first lowest. Of a
 * reconstruction it has `output_channels` bytes, side by side. `values` may be NULL, or takes what is below that,
 * [output_channels, height, width]: probabilities, or numbers of a picture from 0 to 1. `mask` may be NULL as well. */
unetc_status unetc_picture_write(
    const unetc_picture_net *net, float *output, ptrdiff_t width, ptrdiff_t height, void *scratch, float threshold,
    uint8_t *mask, ptrdiff_t mask_stride, float *values);

/* MARK: Pictures by tiles */

/* What a walk calls. Functions that return an int end the walk by anything but 0. */
typedef struct unetc_tile_calls {
    void *context;
    /* Row `y` of the picture's pixels, from the top; NULL ends the walk. Rows are asked for in order, twice where the picture's own
     * mean is needed. A row has to stay until the next call. */
    const void *(*read_row)(void *context, ptrdiff_t y);
    /* Runs the net. `input` is [channels, tile's height, tile's width], `output` what the net makes of it. */
    int (*run)(void *context);
    float *input;
    const float *output;
    /* Takes row `y` of the mask, as unetc_picture_write makes it, and of the values, [output_channels, width]. */
    int (*write_row)(void *context, ptrdiff_t y, const uint8_t *mask, const float *values);
} unetc_tile_calls;

/* Bytes of scratch, at any address: a band of rows of the picture and of the output. 0 as unetc_picture_bytes. */
size_t unetc_tiled_bytes(
    const unetc_picture_net *net, const unetc_tile_geometry *geometry, ptrdiff_t width, ptrdiff_t height,
    unetc_format format);
/* Predicts a picture at its own size. Every value has the bits that the net compiled at the whole picture's size computes, by
 * the same algorithms. (Overlap-tile inference: Ronneberger, Fischer and Brox 2015, figure 2.) Sizes of the net's input, output
 * and mask do not matter. */
unetc_status unetc_tiled_predict(
    const unetc_picture_net *net, const unetc_tile_geometry *geometry, ptrdiff_t width, ptrdiff_t height,
    unetc_format format, void *scratch, float threshold, const unetc_tile_calls *calls);

#ifdef __cplusplus
}
#endif

#endif
