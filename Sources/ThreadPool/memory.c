#include "unetc_memory.h"

#ifdef __linux__
#include <features.h> /* says which C library this is */
#endif

#ifdef __GLIBC__
#include <malloc.h>
void unetc_give_back_free_memory(void) { malloc_trim(0); }
#else
void unetc_give_back_free_memory(void) {}
#endif
