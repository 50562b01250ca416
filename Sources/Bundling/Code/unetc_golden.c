/* Whether this build computes what the net computed where the bundle was made: the output of an input, and the mask of a
 * picture.
 *
 *   golden golden.bin [weights]
 */
#include "unetc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What golden.bin begins with; then the input, the output, the picture and its mask. Numbers are little-endian. */
typedef struct header {
    char magic[8];
    uint32_t width; /* of the picture */
    uint32_t height;
    uint32_t format;
    uint32_t picture_bytes;
    uint64_t inputs;
    uint64_t outputs;
    double tolerance; /* of the 2-norm of the output's difference, relative to that of the output */
} header;

static unsigned char *read_file(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    unsigned char *contents = NULL;
    long length;
    if (file == NULL) return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        *bytes = (size_t)length;
        contents = (unsigned char *)malloc(*bytes + 1);
        if (contents != NULL && fread(contents, 1, *bytes, file) != *bytes) {
            free(contents);
            contents = NULL;
        }
    }
    fclose(file);
    return contents;
}

static int fail(const char *what, int error) {
    fprintf(stderr, "golden: %s%s%s\n", what, error ? ": " : "", error ? unetc_error_text(error) : "");
    return 1;
}

/* The tasks from the last to the first, as if by three threads in turn. */
static void backwards(void *context, unetc_body body, void *data, int64_t tasks) {
    (void)context;
    for (int64_t task = tasks - 1; task >= 0; task -= 1) body(data, task, (int)(task % 3));
}

static int compare(const float *found, const float *expected, uint64_t count, double tolerance) {
    double difference = 0, size = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        double d = (double)found[i] - (double)expected[i];
        difference += d * d;
        size += (double)expected[i] * (double)expected[i];
    }
    printf("output: off by %.2g of its norm, at most %.2g is well\n", size > 0 ? sqrt(difference / size) : sqrt(difference),
           tolerance);
    return sqrt(difference) <= tolerance * sqrt(size) || difference == 0;
}

int main(int argc, char **argv) {
    size_t golden_bytes = 0, weight_bytes = 0, bytes;
    unsigned char *golden, *weights = NULL, *mask;
    const unsigned char *picture, *expected_mask;
    const float *input, *expected;
    float *output, *again;
    void *arena;
    header head;
    uint64_t pixels, wrong = 0;
    unetc_parallel parallel = {backwards, NULL};
    int error;
    if (argc < 2) return fail("expected the path of golden.bin, and of the weights where they are a file", 0);
    golden = read_file(argv[1], &golden_bytes);
    if (golden == NULL) return fail("golden.bin cannot be read", 0);
    if (argc > 2 && (weights = read_file(argv[2], &weight_bytes)) == NULL) return fail("the weights cannot be read", 0);
    if (golden_bytes < sizeof head) return fail("golden.bin is cut short", 0);
    memcpy(&head, golden, sizeof head);
    pixels = (uint64_t)head.width * head.height * UNETC_MASK_CHANNELS;
    if (memcmp(head.magic, "unetcgld", 8) != 0 ||
        golden_bytes != sizeof head + 4 * (head.inputs + head.outputs) + head.picture_bytes + pixels)
        return fail("golden.bin is not that of this bundle", 0);
    input = (const float *)(const void *)(golden + sizeof head);
    expected = input + head.inputs;
    picture = (const unsigned char *)(expected + head.outputs);
    expected_mask = picture + head.picture_bytes;

    bytes = unetc_arena_bytes_for_picture(3, (int)head.width, (int)head.height, (int)head.format);
    arena = malloc(bytes);
    output = (float *)malloc(2 * sizeof(float) * (size_t)head.outputs);
    mask = (unsigned char *)malloc((size_t)pixels);
    if (arena == NULL || output == NULL || mask == NULL) return fail("there is not enough memory", 0);
    printf("kernels: %s; arena: %.2f MiB\n", unetc_target_name(), (double)bytes / 1048576.0);
    again = output + head.outputs;

    error = unetc_init(arena, bytes, 3, weights, weight_bytes);
    if (error) return fail("init", error);
    error = unetc_run(arena, input, output, 1);
    if (error) return fail("run", error);
    if (!compare(output, expected, head.outputs, head.tolerance)) return fail("the output is another one", 0);

    unetc_set_parallel(arena, &parallel);
    error = unetc_run(arena, input, again, 1);
    if (error) return fail("run with threads", error);
    if (memcmp(output, again, sizeof(float) * (size_t)head.outputs) != 0) return fail("with threads the bits differ", 0);
    unetc_set_parallel(arena, NULL);

    error = unetc_segment(arena, picture, (int)head.width, (int)head.height, 0, (int)head.format, mask, 0);
    if (error) return fail("segment", error);
    for (uint64_t i = 0; i < pixels; i += 1) wrong += mask[i] != expected_mask[i];
    printf("mask: %llu of %llu pixels differ\n", (unsigned long long)wrong, (unsigned long long)pixels);
    /* Where a pixel is about to be decided the other way, the last bits decide. */
    if (200 * wrong > pixels) return fail("the mask is another one", 0);
    free(arena);
    free(output);
    free(mask);
    free(golden);
    free(weights);
    return 0;
}
