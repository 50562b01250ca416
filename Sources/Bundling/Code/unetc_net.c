/* Where everything lies in the user's memory, and the walk over a plan's steps. Nothing here is allocated or written
 * outside of that memory. */
#include "unetc_net.h"
#include "unetc_pictures.h"

#include <string.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

/* What a net in this memory begins with: another in a copy of it, and in that of another library. */
static uint64_t unetc_seal(const void *memory) {
    return 0x31746e6574656e75u ^ (uint64_t)(uintptr_t)memory ^ (uint64_t)(uintptr_t)unetc_targets << 16;
}

/* MARK: places */

uint64_t unetc_padded(uint64_t bytes) { return (bytes + 63) & ~(uint64_t)63; }

static uint64_t unetc_larger(uint64_t a, uint64_t b) { return a > b ? a : b; }

unsigned char *unetc_aligned(void *memory) {
    unsigned char *bytes = (unsigned char *)memory;
    return bytes + (64 - ((uintptr_t)bytes & 63)) % 64;
}

/* What the parts of a net take: plans take turns in all but their operands. */
typedef struct unetc_sizes {
    uint64_t operands;
    uint64_t arena;
    uint64_t prepared;
    uint64_t derived;
    uint64_t workspace;
} unetc_sizes;

static unetc_sizes unetc_sizes_of(const unetc_target *target, int plan_count) {
    unetc_sizes sizes = {0, 0, 0, 0, 0};
    for (int i = 0; i < plan_count; i += 1) {
        const unetc_plan *plan = &target->plans[i];
        sizes.operands += (uint64_t)plan->operand_count * sizeof(void *);
        sizes.arena = unetc_larger(sizes.arena, plan->arena_bytes);
        sizes.prepared = unetc_larger(sizes.prepared, plan->prepared_bytes);
        sizes.derived = unetc_larger(sizes.derived, plan->derived_bytes);
        sizes.workspace = unetc_larger(sizes.workspace, plan->workspace_bytes);
    }
    sizes.operands = unetc_padded(sizes.operands);
    sizes.arena = unetc_padded(sizes.arena);
    sizes.prepared = unetc_padded(sizes.prepared);
    sizes.derived = unetc_padded(sizes.derived);
    sizes.workspace = unetc_padded(sizes.workspace);
    return sizes;
}

uint64_t unetc_net_bytes(const unetc_target *target, int plan_count, int threads, uint64_t spare) {
    unetc_sizes sizes = unetc_sizes_of(target, plan_count);
    uint64_t fixed = 64 + unetc_padded(sizeof(unetc_net)) + sizes.operands + sizes.arena + sizes.prepared + sizes.derived;
    uint64_t most = SIZE_MAX;
    if (spare > most - 64 || fixed > most - unetc_padded(spare)) return 0;
    fixed += unetc_padded(spare);
    if (sizes.workspace > 0 && (most - fixed) / sizes.workspace < (uint64_t)threads) return 0;
    return fixed + (uint64_t)threads * sizes.workspace;
}

const unetc_target *unetc_best_of(const unetc_target *const *targets) {
    for (int i = 0; targets[i] != NULL; i += 1) {
        if (targets[i]->is_supported()) return targets[i];
    }
    return NULL;
}

const unetc_target *unetc_best_target(void) { return unetc_best_of(unetc_targets); }

unetc_net *unetc_net_in(void *memory) {
    unetc_net *net;
    if (memory == NULL) return NULL;
    net = (unetc_net *)(void *)unetc_aligned(memory);
    return net->seal == unetc_seal(net) ? net : NULL;
}

float *unetc_map_of(const unetc_net *net, const unetc_map *map, int sample) {
    return (float *)(void *)(net->arena + map->offset + (uint64_t)sample * map->stride);
}

/* MARK: weights */

/* What begins a file of weights; all numbers are little-endian, as the floats behind it. */
typedef struct unetc_weight_header {
    char magic[8];
    uint32_t version;
    uint32_t header_bytes;
    uint64_t bytes;
    uint64_t checksum;
    char structure[64];
    char unused[32];
} unetc_weight_header;

/* Changes when any bit does: four sums over every fourth word, mixed at the end. */
static uint64_t unetc_checksum(const unsigned char *bytes, uint64_t count) {
    const uint64_t factor = 0x9e3779b97f4a7c15u;
    uint64_t sums[4] = {1, 2, 3, 4};
    uint64_t result = count;
    uint64_t place = 0;
    for (; count - place >= 32; place += 32) {
        uint64_t words[4];
        memcpy(words, bytes + place, 32);
        for (int i = 0; i < 4; i += 1) {
            sums[i] = (sums[i] ^ words[i]) * factor;
            sums[i] ^= sums[i] >> 29;
        }
    }
    for (; place < count; place += 1) sums[place % 4] = (sums[place % 4] ^ bytes[place]) * factor;
    for (int i = 0; i < 4; i += 1) result = (result ^ sums[i] ^ (sums[i] >> 32)) * factor;
    return result ^ (result >> 32);
}

int unetc_check_weights(const unsigned char *bytes, uint64_t count, const unsigned char **weights) {
    unetc_weight_header header;
    if (((uintptr_t)bytes & 3) != 0) return UNETC_ERROR_ARGUMENT;
    if (count < sizeof header) return UNETC_ERROR_WEIGHTS;
    memcpy(&header, bytes, sizeof header);
    if (memcmp(header.magic, "unetcwts", 8) != 0 || header.version != 1 || header.header_bytes != sizeof header)
        return UNETC_ERROR_WEIGHTS;
    if (memcmp(header.structure, unetc_structure, 64) != 0 || header.bytes != unetc_weight_bytes) return UNETC_ERROR_WEIGHTS;
    if (header.bytes > count - sizeof header) return UNETC_ERROR_DAMAGED;
    if (unetc_checksum(bytes + sizeof header, header.bytes) != header.checksum) return UNETC_ERROR_DAMAGED;
    *weights = bytes + sizeof header;
    return UNETC_OK;
}

uint64_t unetc_weight_file_bytes(void) { return sizeof(unetc_weight_header) + unetc_weight_bytes; }

void unetc_write_weights(const unsigned char *weights, unsigned char *file) {
    unetc_weight_header header;
    memset(&header, 0, sizeof header);
    memcpy(header.magic, "unetcwts", 8);
    header.version = 1;
    header.header_bytes = sizeof header;
    header.bytes = unetc_weight_bytes;
    header.checksum = unetc_checksum(weights, unetc_weight_bytes);
    memcpy(header.structure, unetc_structure, 64);
    memcpy(file, &header, sizeof header);
    memcpy(file + sizeof header, weights, (size_t)unetc_weight_bytes);
}

/* MARK: what users call */

int unetc_abi_version(void) { return UNETC_ABI_VERSION; }

const char *unetc_target_name(void) {
    const unetc_target *target = unetc_best_target();
    return target == NULL ? "" : target->name;
}

const char *unetc_error_text(int error) {
    switch (error) {
    case UNETC_OK: return "no error";
    case UNETC_ERROR_ARGUMENT: return "an argument is no use: NULL, zero, negative, or of another range than the header says";
    case UNETC_ERROR_ARENA: return "the arena is smaller than arena_bytes() says, or init() has not filled it, or not for tiles";
    case UNETC_ERROR_WEIGHTS: return "these are not the weights of this net: another graph's, or no file of weights";
    case UNETC_ERROR_DAMAGED: return "the weights are cut short, or their checksum is wrong";
    case UNETC_ERROR_PROCESSOR: return "this processor has the instructions of none of the bundle's targets";
    case UNETC_ERROR_PICTURE: return "the arena has no room for so wide a picture: ask arena_bytes_for_picture()";
    case UNETC_ERROR_NO_TILES: return "this net cannot be computed tile by tile";
    case UNETC_ERROR_NUMBERS: return "the net's output is no finite number: are the weights, or the input?";
    case UNETC_ERROR_STOPPED: return "a function that reads or writes rows has asked to stop";
    default: return "an error of an unknown number";
    }
}

size_t unetc_arena_bytes(int threads) {
    const unetc_target *target = unetc_best_target();
    return target == NULL || threads < 1 ? 0 : (size_t)unetc_net_bytes(target, 1, threads, 0);
}

/* Finds each operand's address once. */
static void unetc_bind(unetc_net *net) {
    void **next = net->operands;
    for (int i = 0; i < net->plan_count; i += 1) {
        const unetc_plan *plan = &net->target->plans[i];
        for (int32_t operand = 0; operand < plan->operand_count; operand += 1) {
            uint64_t offset = plan->operands[operand] >> 3;
            const unsigned char *base = net->arena;
            switch (plan->operands[operand] & 7) {
            case UNETC_WEIGHTS: base = net->state.weights; break;
            case UNETC_MOMENT1: base = net->state.moment1; break;
            case UNETC_MOMENT2: base = net->state.moment2; break;
            case UNETC_PREPARED: base = net->prepared; break;
            case UNETC_DERIVED: base = net->derived; break;
            default: break;
            }
            /* Kernels write no weights but those that learn, whose memory is the net's own. */
            *next++ = (void *)(uintptr_t)(base + offset);
        }
    }
}

int unetc_init(void *arena, size_t arena_bytes, int threads, const void *weights, size_t weight_bytes) {
    return unetc_init_plans(arena, arena_bytes, threads, 1, weights, weight_bytes);
}

int unetc_init_plans(
    void *arena, size_t arena_bytes, int threads, int plan_count, const void *weights, size_t weight_bytes) {
    const unetc_target *target = unetc_best_target();
    unetc_state state = {NULL, NULL, NULL};
    uint64_t needed;
    int error;
    if (target == NULL) return UNETC_ERROR_PROCESSOR;
    if (arena == NULL || threads < 1) return UNETC_ERROR_ARGUMENT;
    needed = unetc_net_bytes(target, plan_count, threads, 0);
    if (needed == 0 || arena_bytes < needed) return UNETC_ERROR_ARENA;
    if (weights == NULL) {
        if (unetc_embedded_weights == NULL) return UNETC_ERROR_ARGUMENT;
        weights = unetc_embedded_weights;
        weight_bytes = (size_t)unetc_embedded_bytes;
    }
    error = unetc_check_weights((const unsigned char *)weights, weight_bytes, &state.weights);
    if (error != UNETC_OK) return error;
    unetc_make_net(target, plan_count, arena, arena_bytes, threads, state)->threshold = unetc_default_threshold;
    return UNETC_OK;
}

unetc_net *unetc_make_net(
    const unetc_target *target, int plan_count, void *arena, size_t arena_bytes, int threads, unetc_state state) {
    unetc_sizes sizes = unetc_sizes_of(target, plan_count);
    unsigned char *bytes = unetc_aligned(arena);
    unetc_net *net = (unetc_net *)(void *)bytes;
    memset(net, 0, sizeof *net);
    net->target = target;
    net->state = state;
    net->threads = threads;
    net->plan_count = plan_count;
    net->prepared_plan = -1;
    bytes += unetc_padded(sizeof *net);
    net->operands = (void **)(void *)bytes;
    net->arena = bytes += sizes.operands;
    net->arena_bytes = sizes.arena;
    net->prepared = bytes += sizes.arena;
    net->derived = bytes += sizes.prepared;
    net->workspaces = bytes += sizes.derived;
    net->workspace_stride = sizes.workspace;
    net->spare = bytes += (uint64_t)threads * sizes.workspace;
    net->spare_bytes = arena_bytes - (uint64_t)(bytes - (unsigned char *)arena);
    unetc_bind(net);
    net->seal = unetc_seal(net);
    return net;
}

int unetc_set_parallel(void *arena, const unetc_parallel *parallel) {
    unetc_net *net = unetc_net_in(arena);
    if (net == NULL) return UNETC_ERROR_ARENA;
    if (parallel != NULL && parallel->run == NULL) return UNETC_ERROR_ARGUMENT;
    net->is_parallel = parallel != NULL;
    if (parallel != NULL) net->parallel = *parallel;
    return UNETC_OK;
}

float *unetc_input(void *arena) {
    unetc_net *net = unetc_net_in(arena);
    return net == NULL ? NULL : unetc_map_of(net, &net->target->plans[0].input, 0);
}

const float *unetc_output(void *arena) {
    unetc_net *net = unetc_net_in(arena);
    return net == NULL ? NULL : unetc_map_of(net, &net->target->plans[0].output, 0);
}

static size_t unetc_map_floats(const unetc_map *map) {
    return (size_t)map->channels * (size_t)map->height * (size_t)map->width;
}

int unetc_run(void *arena, const float *input, float *output, int batch) {
    unetc_net *net = unetc_net_in(arena);
    const unetc_plan *plan;
    size_t in, out;
    if (net == NULL) return UNETC_ERROR_ARENA;
    plan = &net->target->plans[0];
    if (batch < 1 || ((input == NULL || output == NULL) && batch > plan->batch)) return UNETC_ERROR_ARGUMENT;
    in = unetc_map_floats(&plan->input);
    out = unetc_map_floats(&plan->output);
    for (int first = 0, count; first < batch; first += count) {
        count = batch - first < plan->batch ? batch - first : plan->batch;
        for (int i = 0; input != NULL && i < count; i += 1)
            memcpy(unetc_map_of(net, &plan->input, i), input + (size_t)(first + i) * in, in * sizeof *input);
        if (unetc_forward(net, 0, count) != UNETC_OK) return UNETC_ERROR_ARGUMENT;
        for (int i = 0; output != NULL && i < count; i += 1)
            memcpy(output + (size_t)(first + i) * out, unetc_map_of(net, &plan->output, i), out * sizeof *output);
    }
    return UNETC_OK;
}

/* MARK: steps */

/* While kernels run, numbers too small for all their bits count as zero, as when the net was trained: they would take
 * many times as long. */
#if defined(__SSE__)
typedef unsigned int unetc_mode;
static unetc_mode unetc_enter(void) {
    unetc_mode mode = _mm_getcsr();
    if ((mode & 0x8040u) != 0x8040u) _mm_setcsr(mode | 0x8040u);
    return mode;
}
static void unetc_leave(unetc_mode mode) {
    if ((mode & 0x8040u) != 0x8040u) _mm_setcsr(mode);
}
#elif defined(__aarch64__) && defined(__GNUC__)
typedef uint64_t unetc_mode;
static unetc_mode unetc_enter(void) {
    unetc_mode mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    if ((mode & (1u << 24)) == 0) __asm__ volatile("msr fpcr, %0" : : "r"(mode | (1u << 24)));
    return mode;
}
static void unetc_leave(unetc_mode mode) {
    if ((mode & (1u << 24)) == 0) __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}
#else
typedef int unetc_mode;
static unetc_mode unetc_enter(void) { return 0; }
static void unetc_leave(unetc_mode mode) { (void)mode; }
#endif

static void unetc_work(void *data, int64_t task, int worker) {
    unetc_job *job = (unetc_job *)data;
    unetc_call call;
    unetc_mode mode;
    if (worker < 0 || worker >= job->net->threads || task < 0 || task >= job->tasks) {
        /* Its scratch would lie outside of the arena. */
        __atomic_store_n(&job->is_wrong, 1, __ATOMIC_RELAXED);
        return;
    }
    mode = unetc_enter();
    call.operands = job->operands;
    call.scalars = job->scalars;
    call.workspace = job->net->workspaces + (uint64_t)worker * job->net->workspace_stride;
    call.count = job->count;
    job->kernel(&call, task);
    unetc_leave(mode);
}

/* Runs all tasks, on the calling thread or as the user spreads them. */
static void unetc_run_step(const unetc_net *net, unetc_job *job) {
    if (net->is_parallel && job->tasks > 1) {
        net->parallel.run(net->parallel.context, unetc_work, job, job->tasks);
    } else {
        for (int64_t task = 0; task < job->tasks; task += 1) unetc_work(job, task, 0);
    }
}

int unetc_run_plan(unetc_net *net, int index, const unetc_scalars *scalars) {
    const unetc_plan *plan = &net->target->plans[index];
    void *const *operands = net->operands;
    unetc_job job;
    /* Plans take turns in the memory of what is prepared. */
    int prepares = net->prepared_plan != index;
    unetc_mode mode = unetc_enter();
    for (int i = 0; i < index; i += 1) operands += net->target->plans[i].operand_count;
    job.net = net;
    job.scalars = scalars;
    job.is_wrong = 0;
    net->prepared_plan = -1;
    for (int32_t i = 0; i < plan->step_count; i += 1) {
        const unetc_step *step = &plan->steps[i];
        job.kernel = step->kernel;
        job.operands = operands;
        job.count = step->count;
        operands += step->operand_count;
        if (step->is_preparation && !prepares) continue;
        job.tasks = step->tasks_per_sample * scalars->batch + step->tasks_fixed;
        unetc_run_step(net, &job);
        if (__atomic_load_n(&job.is_wrong, __ATOMIC_RELAXED)) break;
    }
    unetc_leave(mode);
    if (job.is_wrong) return UNETC_ERROR_ARGUMENT;
    net->prepared_plan = index;
    return UNETC_OK;
}

int unetc_forward(unetc_net *net, int index, int batch) {
    unetc_scalars scalars;
    memset(&scalars, 0, sizeof scalars);
    scalars.batch = batch;
    return unetc_run_plan(net, index, &scalars);
}
