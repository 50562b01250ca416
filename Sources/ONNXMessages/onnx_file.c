#include "unetc_onnx_file.h"

#include <stdlib.h>

/* What is in front of each piece of memory: its size, in as many bytes as keep the piece aligned. */
typedef union Header {
    size_t size;
    max_align_t alignment;
} Header;

/* How much may still be taken. A message of two bytes in a file stands for a structure of a hundred, so that the size of the file
 * says little. */
static void *take(void *data, size_t size) {
    size_t *left = data;
    if (size > *left || *left - size < sizeof(Header)) return NULL;
    Header *header = malloc(sizeof *header + size);
    if (!header) return NULL;
    header->size = sizeof *header + size;
    *left -= header->size;
    return header + 1;
}

static void give(void *data, void *pointer) {
    if (!pointer) return;
    size_t *left = data;
    Header *header = (Header *)pointer - 1;
    *left += header->size;
    free(header);
}

Unetc__Onnx__Model *unetc_onnx_read(const uint8_t *bytes, size_t count, size_t limit) {
    ProtobufCAllocator allocator = {take, give, &limit};
    return unetc__onnx__model__unpack(&allocator, count, bytes);
}

void unetc_onnx_free(Unetc__Onnx__Model *model) {
    size_t left = 0;
    ProtobufCAllocator allocator = {take, give, &left};
    if (model) unetc__onnx__model__free_unpacked(model, &allocator);
}

size_t unetc_onnx_size(const Unetc__Onnx__Model *model) { return unetc__onnx__model__get_packed_size(model); }

/* A buffer of protobuf-c that passes on what it is given. */
typedef struct Sink {
    ProtobufCBuffer base;
    void (*append)(void *context, const uint8_t *bytes, size_t count);
    void *context;
} Sink;

static void pass(ProtobufCBuffer *buffer, size_t count, const uint8_t *bytes) {
    Sink *sink = (Sink *)buffer;
    if (count > 0) sink->append(sink->context, bytes, count);
}

void unetc_onnx_write(
    const Unetc__Onnx__Model *model, void (*append)(void *context, const uint8_t *bytes, size_t count), void *context) {
    Sink sink = {{pass}, append, context};
    unetc__onnx__model__pack_to_buffer(model, &sink.base);
}
