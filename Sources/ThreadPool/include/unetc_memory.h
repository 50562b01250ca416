/* What the C library can do about memory that Swift has no name for. */
#ifndef UNETC_MEMORY_H
#define UNETC_MEMORY_H

#ifdef __cplusplus
extern "C" {
#endif

/* Gives memory that was freed back to the system, where the C library keeps it for later and can let go of it. */
void unetc_give_back_free_memory(void);

#ifdef __cplusplus
}
#endif
#endif
