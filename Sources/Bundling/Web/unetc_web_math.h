/* What the net takes of the C library's functions: each is an instruction of WebAssembly. */
#ifndef UNETC_WEB_MATH_H
#define UNETC_WEB_MATH_H

#define HUGE_VAL __builtin_inf()
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")

static inline double fabs(double x) { return __builtin_fabs(x); }
static inline double rint(double x) { return __builtin_rint(x); }
static inline double sqrt(double x) { return __builtin_sqrt(x); }

#endif
