/* Pictures in, masks out: the net between the reading of pixels and the writing of masks. */
#include "unetc_net.h"
#include "unetc_picture_numbers.h"
#include "unetc_pictures.h"

int unetc_error(unetc_status status) {
    switch (status) {
    case UNETC_STATUS_OK: return UNETC_OK;
    case UNETC_STATUS_NOT_FINITE: return UNETC_ERROR_NUMBERS;
    case UNETC_STATUS_STOPPED: return UNETC_ERROR_STOPPED;
    default: return UNETC_ERROR_ARGUMENT;
    }
}

int unetc_is_format(int format) { return format >= UNETC_GRAY8 && format <= UNETC_BANDSF32; }

/* A piece of memory: where it begins in another one. */
typedef struct unetc_piece {
    uint64_t start;
    uint64_t bytes;
} unetc_piece;

/* The larger part of the activations' memory before or behind a map: nothing else in it counts between two runs. */
static unetc_piece unetc_beside(uint64_t bytes, const unetc_map *map) {
    uint64_t end = map->offset + (uint64_t)map->channels * (uint64_t)map->height * (uint64_t)map->width * sizeof(float);
    unetc_piece before = {0, map->offset};
    unetc_piece behind = {end, bytes - end};
    return before.bytes >= behind.bytes ? before : behind;
}

/* Scratch while a map must stay: beside it, or what the user has given more than is needed; NULL where neither has so much. */
static unsigned char *unetc_scratch_beside(const unetc_net *net, const unetc_map *map, uint64_t bytes) {
    unetc_piece piece = unetc_beside(net->arena_bytes, map);
    if (piece.bytes >= bytes) return net->arena + piece.start;
    return net->spare_bytes >= bytes ? net->spare : NULL;
}

/* Whether so much scratch is not there without giving more memory than is needed. */
static int unetc_needs_spare(const unetc_target *target, uint64_t scratch) {
    const unetc_plan *plan = &target->plans[0];
    return unetc_beside(plan->arena_bytes, &plan->input).bytes < scratch ||
           unetc_beside(plan->arena_bytes, &plan->output).bytes < scratch;
}

/* Bytes from row to row where users say 0. */
static ptrdiff_t unetc_stride(ptrdiff_t stride, int width, int32_t pixel_bytes) {
    return stride == 0 ? (ptrdiff_t)width * pixel_bytes : stride;
}

size_t unetc_arena_bytes_for_picture(int threads, int width, int height, int format) {
    const unetc_target *target = unetc_best_target();
    size_t scratch;
    if (target == NULL || threads < 1) return 0;
    if (!unetc_is_format(format)) return 0;
    scratch = unetc_picture_bytes(&unetc_pictures, width, height, (unetc_format)format);
    if (scratch == 0) return 0;
    return (size_t)unetc_net_bytes(target, 1, threads, unetc_needs_spare(target, scratch) ? scratch : 0);
}

int unetc_segment_values(
    void *arena, const void *pixels, int width, int height, ptrdiff_t stride, int format, uint8_t *mask,
    ptrdiff_t mask_stride, float *values) {
    unetc_net *net = unetc_net_in(arena);
    const unetc_plan *plan;
    unsigned char *in, *out;
    size_t scratch;
    unetc_pixels kind;
    unetc_status status;
    if (net == NULL) return UNETC_ERROR_ARENA;
    if (!unetc_is_format(format)) return UNETC_ERROR_ARGUMENT;
    plan = &net->target->plans[0];
    scratch = unetc_picture_bytes(&unetc_pictures, width, height, (unetc_format)format);
    if (scratch == 0 || unetc_pixels_init(&kind, &unetc_pictures, (unetc_format)format) != UNETC_STATUS_OK)
        return UNETC_ERROR_ARGUMENT;
    in = unetc_scratch_beside(net, &plan->input, scratch);
    out = unetc_scratch_beside(net, &plan->output, scratch);
    if (in == NULL || out == NULL) return UNETC_ERROR_PICTURE;
    status = unetc_picture_read(
        &unetc_pictures, pixels, width, height, unetc_stride(stride, width, kind.stored_channels * (int32_t)kind.stored_depth),
        (unetc_format)format, in, unetc_map_of(net, &plan->input, 0));
    if (status != UNETC_STATUS_OK) return unetc_error(status);
    if (unetc_forward(net, 0, 1) != UNETC_OK) return UNETC_ERROR_ARGUMENT;
    return unetc_error(unetc_picture_write(
        &unetc_pictures, unetc_map_of(net, &plan->output, 0), width, height, out, net->threshold, mask,
        unetc_stride(mask_stride, width, UNETC_MASK_CHANNELS), values));
}

int unetc_segment(
    void *arena, const void *pixels, int width, int height, ptrdiff_t stride, int format, uint8_t *mask,
    ptrdiff_t mask_stride) {
    return unetc_segment_values(arena, pixels, width, height, stride, format, mask, mask_stride, NULL);
}

int unetc_set_threshold(void *arena, float threshold) {
    unetc_net *net = unetc_net_in(arena);
    if (net == NULL) return UNETC_ERROR_ARENA;
    if (!(threshold > 0 && threshold < 1)) return UNETC_ERROR_ARGUMENT;
    net->threshold = threshold;
    return UNETC_OK;
}
