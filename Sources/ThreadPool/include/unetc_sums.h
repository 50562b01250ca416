/* Sums of floats, with denormals as kernels have them. */
#ifndef UNETC_SUMS_H
#define UNETC_SUMS_H

#include <stdint.h>

/* Adds numbers to others that lie elsewhere; the bits do not depend on who does it. */
void unetc_add_floats(float *into, const float *from, int64_t count);

#endif
