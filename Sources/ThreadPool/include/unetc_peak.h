/* Measures what the processor can do at best, as the yardstick for kernels. */
#ifndef UNETC_PEAK_H
#define UNETC_PEAK_H

#include "unetc_pool.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Floats in the widest vectors that the processor has instructions for. */
int unetc_widest_vector(void);

/* The most floating-point operations per second that fused multiply-adds on vectors of `lanes` floats (16, 8 or 4; at
 * most the processor's widest) reach with all of the pool's threads: the best of several runs of about 20 ms each. */
double unetc_measure_peak_flops(unetc_pool *pool, int lanes);

/* The most bytes per second that all of the pool's threads read and write when they change, in place, an array that
 * fits no cache: the best of several runs. Each byte counts twice, once read and once written. 0 without the memory
 * for the array, which is four times the last cache's size (64 to 512 MiB). */
double unetc_measure_bandwidth(unetc_pool *pool);

/* Seconds until one of a pool's two threads sees what the other one has written: half a round trip of a number, the best
 * of many. 0 for a pool of another size. */
double unetc_measure_hop(unetc_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
