#include "unetc_memory.h"

#ifdef __linux__
#include <features.h> /* says which C library this is */
#endif

#ifdef __GLIBC__
#include <malloc.h>
void unetc_give_back_free_memory(void) { malloc_trim(0); }
void unetc_give_back_large_blocks(void) {
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
}
#else
void unetc_give_back_free_memory(void) {}
void unetc_give_back_large_blocks(void) {}
#endif
