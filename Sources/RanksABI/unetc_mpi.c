/* Messages of a trainer's ranks by MPI: the functions of unetc_ranks.h.
 *
 *   mpicc -O2 -shared -fPIC -o libunetc_mpi.so unetc_mpi.c
 *
 * Compiled with the MPI of the machine that it runs on, whichever that is: MPI's own types and constants differ from one to the
 * next, so that none of them leaves this file.
 */
#include "unetc_ranks.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

static MPI_Comm world = MPI_COMM_NULL;
static MPI_Request *requests;
static int32_t capacity;

/* A number for a new request; -1 without memory. */
static int32_t place(void) {
    for (int32_t i = 0; i < capacity; i++)
        if (requests[i] == MPI_REQUEST_NULL) return i;
    int32_t larger = capacity ? 2 * capacity : 64;
    MPI_Request *moved = realloc(requests, (size_t)larger * sizeof *moved);
    if (!moved) return -1;
    requests = moved;
    for (int32_t i = capacity; i < larger; i++) requests[i] = MPI_REQUEST_NULL;
    int32_t first = capacity;
    capacity = larger;
    return first;
}

/* As much of a text as there is room for. */
static void copy_text(char *to, size_t size, const char *from) {
    size_t length = strlen(from);
    if (length >= size) length = size - 1;
    memcpy(to, from, length);
    to[length] = 0;
}

/* Of one host are those that share its memory. */
static int find_neighbours(unetc_ranks *ranks) {
    MPI_Comm node;
    int rank, count;
    int error = MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    if (error) return error;
    if ((error = MPI_Comm_rank(node, &rank)) || (error = MPI_Comm_size(node, &count))) return error;
    ranks->local_rank = rank;
    ranks->local_count = count;
    return MPI_Comm_free(&node);
}

static int32_t begin(unetc_ranks *ranks) {
    int level, rank, count, length, error;
    memset(ranks, 0, sizeof *ranks);
    if ((error = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level))) return error;
    if (level < MPI_THREAD_SERIALIZED) return MPI_ERR_OTHER;
    /* A communicator of its own, whose errors come back to the caller. */
    if ((error = MPI_Comm_dup(MPI_COMM_WORLD, &world))) return error;
    if ((error = MPI_Comm_set_errhandler(world, MPI_ERRORS_RETURN))) return error;
    if ((error = MPI_Comm_rank(world, &rank)) || (error = MPI_Comm_size(world, &count))) return error;
    ranks->rank = rank;
    ranks->count = count;
    char name[MPI_MAX_PROCESSOR_NAME > MPI_MAX_LIBRARY_VERSION_STRING ? MPI_MAX_PROCESSOR_NAME : MPI_MAX_LIBRARY_VERSION_STRING];
    if ((error = MPI_Get_processor_name(name, &length))) return error;
    copy_text(ranks->host, sizeof ranks->host, name);
    if ((error = MPI_Get_library_version(name, &length))) return error;
    name[strcspn(name, ",\n")] = 0;
    copy_text(ranks->library, sizeof ranks->library, name);
    return find_neighbours(ranks);
}

static int32_t send_bytes(const void *bytes, int64_t count, int32_t to, int32_t tag, int32_t *request) {
    int32_t at = place();
    if (at < 0) return MPI_ERR_NO_MEM;
    *request = at;
    return MPI_Isend(bytes, (int)count, MPI_BYTE, to, tag, world, &requests[at]);
}

static int32_t receive_bytes(void *bytes, int64_t count, int32_t from, int32_t tag, int32_t *request) {
    int32_t at = place();
    if (at < 0) return MPI_ERR_NO_MEM;
    *request = at;
    return MPI_Irecv(bytes, (int)count, MPI_BYTE, from, tag, world, &requests[at]);
}

static int32_t test(int32_t request, int32_t *done) {
    int flag = 0;
    int error = MPI_Test(&requests[request], &flag, MPI_STATUS_IGNORE);
    *done = flag;
    return error;
}

static int32_t end(void) {
    int error = MPI_Barrier(world);
    if (!error) error = MPI_Comm_free(&world);
    if (!error) error = MPI_Finalize();
    free(requests);
    requests = NULL;
    capacity = 0;
    return error;
}

static void abort_all(int32_t code) { MPI_Abort(MPI_COMM_WORLD, code); }

static void error_text(int32_t code, char *text, int32_t capacity_of_text) {
    char whole[MPI_MAX_ERROR_STRING];
    int length = 0;
    if (MPI_Error_string(code, whole, &length)) length = 0;
    whole[length] = 0;
    copy_text(text, (size_t)capacity_of_text, whole);
}

const unetc_ranks_calls *unetc_ranks_get(void) {
    static const unetc_ranks_calls calls = {
        UNETC_RANKS_ABI, begin, send_bytes, receive_bytes, test, end, abort_all, error_text,
    };
    return &calls;
}
