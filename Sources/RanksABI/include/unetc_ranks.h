/* What a trainer asks of MPI, through a small library that is compiled where it runs (unetc_mpi.c).
 *
 * So the trainer itself is linked with no MPI, and any that has a compiler's wrapper will do. One thread calls all of it but
 * `abort`. Messages between two ranks with one tag arrive in the order in which they were sent.
 */
#ifndef UNETC_RANKS_H
#define UNETC_RANKS_H

#include <stdint.h>

#define UNETC_RANKS_ABI 1
#define UNETC_RANKS_NAME 256

/* The processes of a run, and this one's place among them. */
typedef struct unetc_ranks {
    int32_t rank;
    int32_t count;
    int32_t local_rank;  /* among those of this host */
    int32_t local_count;
    char host[UNETC_RANKS_NAME];
    char library[UNETC_RANKS_NAME]; /* "Open MPI v4.1.4" */
} unetc_ranks;

/* All but `abort` return 0, or MPI's error code. */
typedef struct unetc_ranks_calls {
    int32_t abi;
    int32_t (*begin)(unetc_ranks *ranks);
    /* Starts to send or to receive so many bytes, at most 2^31 - 1, which stay where they are until `test` says that it is done. */
    int32_t (*send)(const void *bytes, int64_t count, int32_t to, int32_t tag, int32_t *request);
    int32_t (*receive)(void *bytes, int64_t count, int32_t from, int32_t tag, int32_t *request);
    /* Whether that is done; if so the request's number may be given out anew. */
    int32_t (*test)(int32_t request, int32_t *done);
    /* Waits for all ranks to come here. */
    int32_t (*end)(void);
    void (*abort)(int32_t code);
    /* What an error code means. */
    void (*error_text)(int32_t code, char *text, int32_t capacity);
} unetc_ranks_calls;

/* The one symbol of the library. */
const unetc_ranks_calls *unetc_ranks_get(void);

#endif
