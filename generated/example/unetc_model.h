/* The one header that emitted code and the executor share.
 *
 * A model is data plus functions: tables of tensors, steps and plans, and kernels of one signature. The executor walks
 * the step table; it knows nothing of operators. Every pointer in these tables refers to static constants of the
 * emitted code. Sizes are in bytes unless a name says otherwise. A tensor says how its elements are stored and in which
 * order; those that callers write or read by name are 32-bit floats, NCHW, row-major.
 */
#ifndef UNETC_MODEL_H
#define UNETC_MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UNETC_MODEL_MAGIC 0x54454e55u /* "UNET" */
#define UNETC_MODEL_ABI 8u

/* Where a tensor's bytes live: offsets count from that region's base. */
enum {
    UNETC_REGION_ARENA = 0,      /* activations, gradients, scratch: planned, reused */
    UNETC_REGION_PARAMETERS = 1, /* weights and biases: survive from step to step */
    UNETC_REGION_MOMENT1 = 2,    /* optimiser state, same offsets as the parameters */
    UNETC_REGION_MOMENT2 = 3,
    UNETC_REGION_PREPARED = 4, /* made of parameters for one step alone, such as transformed weights */
    UNETC_REGION_DERIVED = 5   /* values that are made of parameters alone, such as folded weights */
};

/* What a tensor means to the program around the plan. */
enum {
    UNETC_ROLE_VALUE = 0,
    UNETC_ROLE_INPUT = 1,     /* written before a step, by name */
    UNETC_ROLE_TARGET = 2,    /* likewise */
    UNETC_ROLE_COTANGENT = 3, /* likewise: "cotangent.<output>" of a graph without loss */
    UNETC_ROLE_PARAMETER = 4,
    UNETC_ROLE_OUTPUT = 5,         /* readable after a step, by the output's name */
    UNETC_ROLE_LOSS = 6,           /* one float, readable after a step, called "loss" */
    UNETC_ROLE_GRADIENT = 7,       /* readable after the plan "gradients": "grad.<parameter or input>" */
    UNETC_ROLE_OPTIMIZER_STATE = 8,
    UNETC_ROLE_SCRATCH = 9 /* of one step's kernels alone, which need not fill it */
};

/* How elements are stored. All are computed with as 32-bit floats. */
enum {
    UNETC_ELEMENT_F32 = 0,
    UNETC_ELEMENT_BF16 = 1 /* the upper half of a 32-bit float */
};

/* The part of the work a step belongs to. */
enum { UNETC_PHASE_FORWARD = 0, UNETC_PHASE_BACKWARD = 1, UNETC_PHASE_UPDATE = 2 };

/* What a step computes; what is fused into it does not count. */
enum {
    UNETC_KIND_ELEMENTWISE = 0,
    UNETC_KIND_CONVOLUTION = 1,
    UNETC_KIND_DATA_GRADIENT = 2,   /* of a convolution */
    UNETC_KIND_WEIGHT_GRADIENT = 3, /* likewise */
    UNETC_KIND_BIAS_GRADIENT = 4,   /* likewise */
    UNETC_KIND_PREPARED_WEIGHTS = 5, /* rearranges or transforms weights for the step behind it */
    UNETC_KIND_PARTIAL_SUMS = 6,     /* adds up what the step before it has left */
    UNETC_KIND_POOLING = 7,
    UNETC_KIND_NORMALIZATION = 8,
    UNETC_KIND_RESAMPLING = 9,
    UNETC_KIND_LOSS = 10,
    UNETC_KIND_COPY = 11,
    UNETC_KIND_UPDATE = 12
};

/* What a step makes of the samples of its call; who shares a batch out among several calls goes by it. */
enum {
    UNETC_SCOPE_SAMPLES = 0, /* of each sample something that depends on no other one */
    UNETC_SCOPE_SUM = 1,     /* a sum over the samples: those of parts of a batch add up to the whole one's */
    UNETC_SCOPE_BATCH = 2    /* something that needs all samples of the batch at once, or their number */
};

/* What a plan is for. */
enum {
    UNETC_PLAN_OTHER = 0,
    UNETC_PLAN_TRAIN = 1,
    UNETC_PLAN_INFER = 2,
    UNETC_PLAN_TILE = 3,
    UNETC_PLAN_FORWARD = 4,
    UNETC_PLAN_GRADIENTS = 5,
    UNETC_PLAN_DEFERRED = 6 /* gradients of weights that the parts of a step of "train" have left to its end */
};

/* How a parameter starts: only its name, the seed, its fan-in and its kind matter. */
enum {
    UNETC_PARAMETER_NONE = 0,
    UNETC_PARAMETER_WEIGHT = 1,
    UNETC_PARAMETER_BIAS = 2,
    UNETC_PARAMETER_SCALE = 3,           /* of a normalisation: starts at 1 */
    UNETC_PARAMETER_SHIFT = 4,           /* likewise: starts at 0 */
    UNETC_PARAMETER_RUNNING_MEAN = 5,    /* starts at 0; has no gradient, steps of the training plan change it */
    UNETC_PARAMETER_RUNNING_VARIANCE = 6 /* likewise: starts at 1 */
};

typedef struct unetc_tensor {
    const char *name;
    int32_t role;
    int32_t region;
    int32_t rank;
    int32_t shape[4];       /* of one sample when batched, without the batch dimension */
    int32_t batched;        /* 1: one such block per sample, sample_stride bytes apart */
    int32_t parameter_kind; /* UNETC_PARAMETER_* */
    int32_t fan_in;
    uint64_t offset;
    uint64_t bytes;         /* the whole tensor at the batch capacity */
    uint64_t sample_stride; /* 0 when not batched */
    /* 1 + the index of the tensor that this one is a part of by meaning: of a concat that it was written into, of the
     * map that it is a slice of, of the value that it is another name for; 0: it stands for itself. Whoever writes one
     * has written the other. */
    int32_t part_of;
    int32_t element; /* UNETC_ELEMENT_* */
    /* Channels that lie side by side at each position of a map: [N, C / channel_block, H, W, channel_block]; 0 or 1: NCHW,
     * row-major. */
    int32_t channel_block;
} unetc_tensor;

/* What changes from call to call. */
typedef struct unetc_scalars {
    int64_t batch; /* samples in this call: 1 ... the plan's batch_capacity */
    int64_t step;  /* optimiser step, from 1 */
    uint64_t seed; /* of what is random: the same seed and step give the same dropout masks */
    int64_t first_sample; /* the number, within its batch, of this call's first sample; 0 when it takes the whole batch */
    float learning_rate;
    float beta1; /* Adam's decay of the first moment, SGD's momentum */
    float beta2;
    float epsilon;
    float weight_decay;
    float correction1; /* 1 - beta1^step */
    float correction2; /* 1 - beta2^step */
    float gradient_scale; /* what optimisers multiply gradients by: 1, or less to clip them */
    float gradient_weight; /* of "accumulate": what this call's gradients count */
    float gradient_keep; /* likewise: 0 to begin the sums anew, 1 to add to them */
    float average_weight; /* of "average": what the parameters of this step count */
} unetc_scalars;

typedef struct unetc_call {
    void *const *operands; /* the step's tensors: results first, then what it reads */
    const unetc_scalars *scalars;
    void *workspace; /* this thread's scratch, at least the step's workspace_bytes, 64-byte aligned */
    int64_t count;    /* the step's count */
} unetc_call;

/* Computes one task of a step. Tasks of one step write disjoint places and may run in any order, on any thread. */
typedef void (*unetc_kernel)(const unetc_call *call, int64_t task);

typedef struct unetc_step {
    const char *name;      /* the value it makes: "enc1_1", "d_enc1_1", "update enc1_1.weight" */
    const char *operation; /* "conv + bias + relu" */
    const char *source;    /* "unet.graph:7" */
    const char *algorithm; /* "im2col + gemm" */
    int32_t phase;
    unetc_kernel kernel; /* NULL: an update, made by the chosen optimiser */
    int32_t operand_count;
    const int32_t *operands; /* indices into the plan's tensors */
    int64_t tasks_per_sample; /* tasks in a call: tasks_per_sample * batch + tasks_fixed */
    int64_t tasks_fixed;
    int64_t count;             /* a number the kernel may ask for, such as an update's elements */
    uint64_t workspace_bytes;  /* per thread */
    double flops_per_sample;   /* multiplications and additions of the mathematical operation */
    double flops_fixed;
    double bytes_per_sample; /* read and written once each */
    double bytes_fixed;
    /* 1: it reads parameters and derived tensors alone and fills its first operand, a prepared or derived tensor; its
     * tasks do not depend on the batch. While no parameter changes it need not run again, as long as the tensor's
     * memory is left alone. */
    int32_t preparation;
    /* What the kernel does with each operand, a letter for each: 'r' reads it, 'w' writes it, 'u' both. NULL where
     * nobody says. */
    const char *accesses;
    int32_t kind; /* UNETC_KIND_* */
    /* 1: it may run at the same time as the step before it, and as those that this one may. None of such a group writes what
     * another one of it reads or writes; what they need, earlier groups have made. */
    int32_t beside;
    double task_weight; /* what one of its tasks takes beside those of its group, in any unit */
    int32_t scope; /* UNETC_SCOPE_* */
    /* Of a step that needs the whole batch: 1 + the place among its operands of one that is not batched, but in which steps
     * before have left a part of each sample, by its number in the batch; 0: there is none. */
    int32_t parts;
    uint64_t parts_offset; /* bytes in front of the first part */
    uint64_t parts_stride; /* bytes from one to the next */
} unetc_step;

/* What of a plan's outputs is exact when its input is a part of a larger picture. Numbers are rows, then columns; the
 * outputs have a value for each input pixel, or lack as many on all tiles. */
typedef struct unetc_tiling {
    int32_t alignment[2];   /* a part starts at multiples of this in the picture */
    int32_t halo_before[2]; /* of the outputs at an upper or left edge inside the picture, what is not exact */
    int32_t halo_after[2];  /* likewise at a lower or right edge */
} unetc_tiling;

typedef struct unetc_plan {
    const char *name; /* by which callers ask for it: "train", "infer", "gradients" */
    int32_t tensor_count;
    const unetc_tensor *tensors;
    int32_t step_count;
    const unetc_step *steps;
    uint64_t arena_bytes;
    /* The prepared region. Its tensors lie apart from each other, so that all can be kept from run to run. But each is
     * read only between its preparation and the next one: who runs all preparations each time may as well give all of
     * them one place, of as many bytes as the largest has. */
    uint64_t prepared_bytes;
    uint64_t prepared_largest_bytes;
    uint64_t derived_bytes; /* the derived region, whose tensors all have a place of their own */
    int32_t batch_capacity; /* samples in a call of this plan at most; 0: as many as the model says */
    const unetc_tiling *tiling; /* NULL: its input is a whole picture */
    int32_t kind; /* UNETC_PLAN_* */
} unetc_plan;

typedef struct unetc_optimizer {
    const char *name;   /* "adam", "sgd" */
    int32_t moments;    /* state tensors per parameter: 0, 1 or 2 */
    unetc_kernel kernel; /* operands: parameter, gradient, moment1, moment2; one task per update_chunk elements */
} unetc_optimizer;

typedef struct unetc_model {
    uint32_t magic;
    uint32_t abi;
    const char *graph_name;
    const char *graph_source;  /* the text it was compiled from */
    const char *metadata;      /* JSON: compiler version, target, parameters of the graph, train block */
    const char *graph_hash;    /* hexadecimal; equal for graphs with equal parameters, shapes and structure */
    int32_t batch_capacity; /* of all plans that do not say another */
    uint64_t parameter_bytes;
    int32_t plan_count;
    const unetc_plan *plans;
    int32_t optimizer_count;
    const unetc_optimizer *optimizers;
    /* Called once before the first step. NULL, or returns NULL when all is well, else what is wrong. */
    const char *(*prepare)(void);
    int64_t update_chunk; /* elements of a task of an optimiser, and of the two kernels below */
    unetc_kernel accumulate; /* operands: a parameter's sum of gradients, a gradient to add to it */
    unetc_kernel average; /* operands: a parameter's moving average, the parameter */
} unetc_model;

/* The one symbol a compiled model exports. */
const unetc_model *unetc_model_get(void);

#ifdef __cplusplus
}
#endif
#endif
