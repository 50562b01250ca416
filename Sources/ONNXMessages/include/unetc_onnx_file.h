/* ONNX models to and from bytes, through protobuf-c. */
#ifndef UNETC_ONNX_FILE_H
#define UNETC_ONNX_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "unetc_onnx.pb-c.h"

/* Reads a model; NULL where the bytes are none, or where what they stand for takes more than `limit` bytes of memory. Free it with
 * `unetc_onnx_free`. */
Unetc__Onnx__Model *unetc_onnx_read(const uint8_t *bytes, size_t count, size_t limit);

void unetc_onnx_free(Unetc__Onnx__Model *model);

/* Bytes of the model's file. */
size_t unetc_onnx_size(const Unetc__Onnx__Model *model);

/* Gives the bytes of the model's file to `append`, piece by piece in their order. */
void unetc_onnx_write(
    const Unetc__Onnx__Model *model, void (*append)(void *context, const uint8_t *bytes, size_t count), void *context);

#endif
