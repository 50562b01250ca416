/* What the net makes of inputs, as floats: outputs weights inputs outputs. */
#include "net.h"

#include "bundle_files.h"

int main(int argc, char **argv) {
    size_t weight_bytes, input_bytes, bytes = net_arena_bytes(1), batch, floats;
    const size_t sample = sizeof(float) * NET_CHANNELS * NET_HEIGHT * NET_WIDTH;
    uint8_t *weights, *inputs;
    void *arena = take(bytes);
    float *outputs;
    int error;
    expect(argc == 4, "expected weights, inputs and outputs", argc);
    weights = read_file(argv[1], &weight_bytes);
    inputs = read_file(argv[2], &input_bytes);
    batch = input_bytes / sample;
    floats = batch * NET_OUTPUT_CHANNELS * NET_OUTPUT_HEIGHT * NET_OUTPUT_WIDTH;
    outputs = (float *)take(sizeof *outputs * floats);
    error = net_init(arena, bytes, 1, weights, weight_bytes);
    if (!error) error = net_run(arena, (const float *)(const void *)inputs, outputs, (int)batch);
    expect(error == 0, net_error_text(error), error);
    write_file(argv[3], outputs, sizeof *outputs * floats);
    printf("%s\n", net_target_name());
    free(arena);
    free(weights);
    free(inputs);
    free(outputs);
    return 0;
}
