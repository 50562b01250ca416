#include "unetc_sums.h"

#include "denormals.h"

void unetc_add_floats(float *restrict into, const float *restrict from, int64_t count) {
    float_mode before = begin_flush();
    for (int64_t i = 0; i < count; i++) into[i] += from[i];
    end_flush(before);
}
