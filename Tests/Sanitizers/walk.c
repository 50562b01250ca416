/* Walks the plans of a generated model under the sanitizers.
 *
 * In a trainer all values of a plan lie in one arena, where an access beyond one lands in another and nothing notices.
 * Here each operand of each kernel is copied into memory of its own, of exactly its size, for the time of that kernel,
 * and so is the scratch of a task. The address sanitizer then sees every access beyond. An operand that a step says it
 * writes starts as NaN, and one that it says it reads must not change. The same plan is also walked in the arena, and boxed
 * with the tasks in reverse order; all three must give the same bits.
 *
 *     walk            all plans at every batch
 *     walk --plant    every result's box one float too small: must be caught
 */
#include "unetc_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REGIONS = 6, MOST_OPERANDS = 64, STEPS_OF_TRAINING = 2 };
enum order { FORWARD, REVERSE };

/* The memory of one walk. */
typedef struct world {
    const unetc_model *model;
    const unetc_plan *plan;
    char *regions[REGIONS];
    uint64_t sizes[REGIONS];
    unetc_scalars scalars;
    int is_boxed, is_planted;
    enum order order;
} world;

/* A stretch of a region that a kernel may touch. */
typedef struct stretch {
    char *start;
    uint64_t bytes;
} stretch;

static void fail(const char *what, const char *name) {
    fprintf(stderr, "walk: %s: %s\n", name, what);
    exit(1);
}

static void *exactly(uint64_t bytes) {
    void *memory = NULL;
    if (posix_memalign(&memory, 64, bytes > 0 ? bytes : 1) != 0) fail("not enough memory", "walk");
    return memory;
}

/* ---- Values ---- */

static uint64_t random_state;

static float uniform(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (float)(random_state >> 40) / 16777216.0f;
}

static uint64_t elements(const unetc_tensor *tensor) {
    uint64_t count = 1;
    for (int32_t i = 0; i < tensor->rank; i++) count *= (uint64_t)tensor->shape[i];
    return count;
}

static uint64_t sample_bytes(const unetc_tensor *tensor) {
    return elements(tensor) * (tensor->element == UNETC_ELEMENT_BF16 ? 2 : sizeof(float));
}

/* Where the samples of this batch lie, and not a byte more. */
static stretch place(const world *w, const unetc_tensor *tensor) {
    stretch found = {w->regions[tensor->region] + tensor->offset, tensor->bytes};
    if (tensor->batched)
        found.bytes = (uint64_t)(w->scalars.batch - 1) * tensor->sample_stride + sample_bytes(tensor);
    if (tensor->region < 0 || tensor->region >= REGIONS || found.bytes > tensor->bytes ||
        tensor->offset + found.bytes > w->sizes[tensor->region])
        fail("lies outside its region", tensor->name);
    return found;
}

static void fill(const world *w, const unetc_tensor *tensor) {
    float scale = tensor->role == UNETC_ROLE_PARAMETER ? 1 / sqrtf((float)(tensor->fan_in > 0 ? tensor->fan_in : 1)) : 1;
    int is_variance = tensor->parameter_kind == UNETC_PARAMETER_RUNNING_VARIANCE;
    int64_t samples = tensor->batched ? w->scalars.batch : 1;
    for (int64_t n = 0; n < samples; n++) {
        float *values = (float *)(w->regions[tensor->region] + tensor->offset + (uint64_t)n * tensor->sample_stride);
        for (uint64_t i = 0; i < elements(tensor); i++) {
            float value = is_variance ? 1 : uniform();
            values[i] = tensor->role == UNETC_ROLE_TARGET ? (float)(value > 0.5f) : scale * (2 * value - 1);
        }
    }
}

/* ---- One kernel ---- */

static int operands_of(const world *w, const unetc_step *step, stretch *found) {
    int count = 0;
    for (int32_t i = 0; i < step->operand_count; i++)
        found[count++] = place(w, &w->plan->tensors[step->operands[i]]);
    if (step->kernel == NULL) {
        /* An update: the parameter's state lies where the parameter does, in regions of its own, and all of it is padded
         * to cache lines that updates use to their end. */
        uint64_t offset = w->plan->tensors[step->operands[0]].offset;
        for (int i = 0; i < count; i++) found[i].bytes = (found[i].bytes + 63) / 64 * 64;
        for (int moment = UNETC_REGION_MOMENT1; moment <= UNETC_REGION_MOMENT2; moment++)
            found[count++] = (stretch){w->regions[moment] + offset, found[0].bytes};
    }
    return count;
}

static void run_tasks(const world *w, const unetc_step *step, void *const *operands) {
    unetc_kernel kernel = step->kernel != NULL ? step->kernel : w->model->optimizers[0].kernel;
    int64_t tasks = step->tasks_per_sample * w->scalars.batch + step->tasks_fixed;
    for (int64_t i = 0; i < tasks; i++) {
        float *workspace = exactly(step->workspace_bytes);
        memset(workspace, 0xff, step->workspace_bytes); /* NaN */
        unetc_call call = {operands, &w->scalars, workspace, step->count};
        kernel(&call, w->order == REVERSE ? tasks - 1 - i : i);
        free(workspace);
    }
}

/* 'r' for an operand that the kernel reads, 'w' that it writes, 'u' for both. */
static char access_to(const unetc_step *step, int operand) {
    return step->accesses != NULL && operand < step->operand_count ? step->accesses[operand] : 'u';
}

/* Who reads what it has not written reads NaN. What lies between samples belongs to others. */
static void spoil(const world *w, const unetc_tensor *tensor, char *box) {
    int64_t samples = tensor->batched ? w->scalars.batch : 1;
    for (int64_t n = 0; n < samples; n++)
        memset(box + (uint64_t)n * tensor->sample_stride, 0xff, sample_bytes(tensor));
}

/* What a kernel has changed goes back into the arena; what it only read may lie under a result there. */
static void run_boxed(const world *w, const unetc_step *step) {
    stretch places[MOST_OPERANDS];
    void *boxes[MOST_OPERANDS];
    if (step->operand_count + 2 > MOST_OPERANDS) fail("has too many operands for this test", step->name);
    int count = operands_of(w, step, places);
    if (w->is_planted) places[0].bytes -= sizeof(float);
    for (int i = 0; i < count; i++) {
        boxes[i] = exactly(places[i].bytes);
        memcpy(boxes[i], places[i].start, places[i].bytes);
        if (access_to(step, i) == 'w' && !w->is_planted)
            spoil(w, &w->plan->tensors[step->operands[i]], (char *)boxes[i]);
    }
    run_tasks(w, step, boxes);
    char *changed = calloc((size_t)count, 1);
    for (int i = 0; i < count; i++) {
        changed[i] = memcmp(boxes[i], places[i].start, places[i].bytes) != 0;
        if (changed[i] && access_to(step, i) == 'r') fail("changes an operand that it says it reads", step->name);
    }
    for (int i = 0; i < count; i++) {
        if (changed[i]) memcpy(places[i].start, boxes[i], places[i].bytes);
        free(boxes[i]);
    }
    free(changed);
}

static void run_in_place(const world *w, const unetc_step *step) {
    stretch places[MOST_OPERANDS];
    void *operands[MOST_OPERANDS];
    int count = operands_of(w, step, places);
    for (int i = 0; i < count; i++) operands[i] = places[i].start;
    run_tasks(w, step, operands);
}

/* ---- One walk ---- */

static void walk(world *w) {
    const unetc_plan *plan = w->plan;
    random_state = 1;
    for (int region = 0; region < REGIONS; region++) w->sizes[region] = w->model->parameter_bytes;
    w->sizes[UNETC_REGION_ARENA] = plan->arena_bytes;
    w->sizes[UNETC_REGION_PREPARED] = plan->prepared_bytes;
    w->sizes[UNETC_REGION_DERIVED] = plan->derived_bytes;
    for (int region = 0; region < REGIONS; region++) {
        /* NaN where something has to be written before it is read. */
        int is_made = region == UNETC_REGION_ARENA || region == UNETC_REGION_PREPARED || region == UNETC_REGION_DERIVED;
        w->regions[region] = exactly(w->sizes[region]);
        memset(w->regions[region], is_made ? 0xff : 0, w->sizes[region]);
    }
    for (int32_t i = 0; i < plan->tensor_count; i++)
        if (plan->tensors[i].role == UNETC_ROLE_PARAMETER) fill(w, &plan->tensors[i]);
    for (int step = 1; step <= STEPS_OF_TRAINING; step++) {
        w->scalars.step = step;
        w->scalars.correction1 = 1 - powf(w->scalars.beta1, (float)step);
        w->scalars.correction2 = 1 - powf(w->scalars.beta2, (float)step);
        for (int32_t i = 0; i < plan->tensor_count; i++) {
            int32_t role = plan->tensors[i].role;
            if (role == UNETC_ROLE_INPUT || role == UNETC_ROLE_TARGET || role == UNETC_ROLE_COTANGENT)
                fill(w, &plan->tensors[i]);
        }
        for (int32_t i = 0; i < plan->step_count; i++) {
            if (w->is_boxed) run_boxed(w, &plan->steps[i]);
            else run_in_place(w, &plan->steps[i]);
        }
    }
}

/* A hash of the bits of all results and all parameters; every one of them must be a number. */
static uint64_t results(const world *w) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (int32_t i = 0; i < w->plan->tensor_count; i++) {
        const unetc_tensor *tensor = &w->plan->tensors[i];
        if (tensor->role != UNETC_ROLE_PARAMETER && tensor->role != UNETC_ROLE_LOSS && tensor->role != UNETC_ROLE_OUTPUT)
            continue;
        int64_t samples = tensor->batched ? w->scalars.batch : 1;
        for (int64_t n = 0; n < samples; n++) {
            const char *start = w->regions[tensor->region] + tensor->offset + (uint64_t)n * tensor->sample_stride;
            for (uint64_t k = 0; k < elements(tensor); k++) {
                float value;
                uint32_t bits;
                memcpy(&value, start + 4 * k, 4);
                memcpy(&bits, start + 4 * k, 4);
                if (!isfinite(value)) fail("holds a value that is no number", tensor->name);
                hash = (hash ^ bits) * 0x100000001b3u;
            }
        }
    }
    return hash;
}

static uint64_t walked(world w) {
    walk(&w);
    uint64_t hash = results(&w);
    for (int region = 0; region < REGIONS; region++) free(w.regions[region]);
    return hash;
}

int main(int argc, char **argv) {
    const unetc_model *model = unetc_model_get();
    const char *fault = model->prepare != NULL ? model->prepare() : NULL;
    if (fault != NULL) fail(fault, model->graph_name);
    world w = {.model = model, .is_planted = argc > 1 && strcmp(argv[1], "--plant") == 0};
    w.scalars = (unetc_scalars){.seed = 1, .learning_rate = 0.01f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f, .gradient_scale = 1};
    for (int32_t p = 0; p < model->plan_count; p++) {
        w.plan = &model->plans[p];
        for (w.scalars.batch = 1; w.scalars.batch <= model->batch_capacity; w.scalars.batch++) {
            w.is_boxed = 0;
            w.order = FORWARD;
            uint64_t expected = walked(w);
            w.is_boxed = 1;
            if (walked(w) != expected) fail("other bits with operands in memory of their own", w.plan->name);
            w.order = REVERSE;
            if (walked(w) != expected) fail("other bits with the tasks in reverse order", w.plan->name);
        }
        printf("%s: %d kernels, batch 1 to %d\n", w.plan->name, w.plan->step_count, model->batch_capacity);
    }
    return 0;
}
