/* Measures what the processor can do at best, as the yardstick for kernels. */
#ifndef UNETC_PEAK_H
#define UNETC_PEAK_H

#include "unetc_pool.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The most floating-point operations per second that fused multiply-adds on the widest vectors reach with all of the
 * pool's threads: the best of several runs of about 20 ms each. */
double unetc_measure_peak_flops(unetc_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
