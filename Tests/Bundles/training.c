/* Takes steps of training with a bundle: training WEIGHTS INPUTS TARGETS BATCH STEPS RATE LEARNED. Files of floats, a batch for
 * each step; prints the losses. */
#include "net.h"

#include <stdio.h>
#include <stdlib.h>

static void *contents(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    void *memory;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) exit(2);
    *bytes = (size_t)ftell(file);
    rewind(file);
    memory = malloc(*bytes + 1);
    if (memory == NULL || fread(memory, 1, *bytes, file) != *bytes) exit(3);
    fclose(file);
    return memory;
}

int main(int argc, char **argv) {
    size_t weight_bytes, input_bytes, target_bytes, bytes = net_training_bytes(1), learned_bytes = net_training_weight_bytes();
    int batch, steps, error;
    if (argc < 8) return 1;
    void *weights = contents(argv[1], &weight_bytes), *memory = malloc(bytes), *learned = malloc(learned_bytes);
    const float *inputs = (const float *)contents(argv[2], &input_bytes), *targets = (const float *)contents(argv[3], &target_bytes);
    batch = atoi(argv[4]);
    steps = atoi(argv[5]);
    error = net_training_init(memory, bytes, 1, weights, weight_bytes);
    for (int step = 0; !error && step < steps; step += 1) {
        float loss;
        error = net_training_step(
            memory, inputs + (size_t)step * (input_bytes / 4 / (size_t)steps), targets + (size_t)step * (target_bytes / 4 / (size_t)steps),
            batch, (float)atof(argv[6]), &loss);
        printf("%a\n", (double)loss);
    }
    if (!error) error = net_training_weights(memory, learned, learned_bytes);
    if (error) {
        fprintf(stderr, "%s\n", net_error_text(error));
        return 4;
    }
    FILE *file = fopen(argv[7], "wb");
    if (file == NULL || fwrite(learned, 1, learned_bytes, file) != learned_bytes || fclose(file) != 0) return 5;
    return 0;
}
