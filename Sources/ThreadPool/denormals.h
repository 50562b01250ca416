/* Denormals count as zero while kernels run, and only then. */
#ifndef UNETC_DENORMALS_H
#define UNETC_DENORMALS_H

#if defined(__x86_64__)
#include <xmmintrin.h>
#define FLUSH_BITS 0x8040u /* flush to zero, denormals are zero */
typedef unsigned int float_mode;
static inline float_mode get_float_mode(void) { return _mm_getcsr(); }
static inline void set_float_mode(float_mode mode) { _mm_setcsr(mode); }
#elif defined(__aarch64__)
#define FLUSH_BITS (1ull << 24)
typedef unsigned long long float_mode;
static inline float_mode get_float_mode(void) {
    float_mode mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}
static inline void set_float_mode(float_mode mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#else
#define FLUSH_BITS 0u
typedef unsigned int float_mode;
static inline float_mode get_float_mode(void) { return 0; }
static inline void set_float_mode(float_mode mode) { (void)mode; }
#endif

/* Turns the flushing of denormals on; returns the bits that were set before. */
static inline float_mode begin_flush(void) {
    float_mode mode = get_float_mode();
    set_float_mode(mode | FLUSH_BITS);
    return mode & FLUSH_BITS;
}

/* Gives the bits back without touching others, such as the exceptions raised meanwhile. */
static inline void end_flush(float_mode before) {
    set_float_mode((get_float_mode() & ~(float_mode)FLUSH_BITS) | before);
}

#endif
