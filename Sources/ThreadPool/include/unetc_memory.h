/* What the C library can do about memory that Swift has no name for. */
#ifndef UNETC_MEMORY_H
#define UNETC_MEMORY_H

#ifdef __cplusplus
extern "C" {
#endif

/* Gives memory that was freed back to the system, where the C library keeps it for later and can let go of it. */
void unetc_give_back_free_memory(void);

/* From now on blocks of a MiB or more go back to the system as soon as they are freed. Without it the GNU C library keeps
 * more and more of them: whenever one is freed, it takes blocks up to that size for worth keeping. */
void unetc_give_back_large_blocks(void);

#ifdef __cplusplus
}
#endif
#endif
