import Glibc
import Runtime

@testable import Training

/// The smallest net that can be trained: each pixel's logit is a weighted sum of its channels.
///
/// Written by hand in C and compiled for the tests, so that they need no compiler of ours.
enum PixelModel {
    static let capacity = 4
    static let side = 16

    /// - Parameter defines: macros of the C text: `CHANNELS`, `SIDE`, `NAME`, `HASH`.
    static func load(_ defines: [String] = []) throws -> Model {
        try Model.load(path: defines.isEmpty ? library.get() : compile(defines))
    }

    private static let folder = Result { try TestFolder() }
    private static let library = Result { try compile([]) }

    private static func compile(_ defines: [String]) throws -> String {
        let name = "model" + defines.map { "_" + $0.filter { $0.isLetter || $0.isNumber } }.joined()
        let base = try folder.get().file(name)
        try AtomicFile.write(base + ".c", text: text)
        let file = FileSystem.absolute(#filePath)
        let root = FileSystem.parent(FileSystem.parent(FileSystem.parent(file)))
        let flags = defines.map { "'-D\($0)'" }.joined(separator: " ")
        let include = "'-I\(root)/Sources/ModelABI/include'"
        guard system("cc -O1 -shared -fPIC \(include) \(flags) -o '\(base).so' '\(base).c' -lm") == 0 else {
            throw TrainerError("the C compiler failed on \(base).c")
        }
        return base + ".so"
    }

    private static let text = #"""
        #include "unetc_model.h"
        #include <math.h>
        #include <stddef.h>
        #ifndef CHANNELS
        #define CHANNELS 3
        #endif
        #ifndef SIDE
        #define SIDE 16
        #endif
        #ifndef NAME
        #define NAME "pixels"
        #endif
        #ifndef HASH
        #define HASH "abc"
        #endif
        #define CAPACITY 4
        #define AREA (SIDE * SIDE)

        static void forward(const unetc_call *call, int64_t n) {
            float *y = call->operands[0] + n * AREA;
            const float *x = call->operands[1] + n * CHANNELS * AREA, *w = call->operands[2], *b = call->operands[3];
            for (int i = 0; i < AREA; i++) {
                y[i] = b[0];
                for (int c = 0; c < CHANNELS; c++) y[i] += w[c] * x[c * AREA + i];
            }
        }
        static void loss(const unetc_call *call, int64_t task) {
            const float *y = call->operands[1], *t = call->operands[2];
            int64_t count = call->scalars->batch * AREA;
            double sum = 0;
            for (int64_t i = 0; i < count; i++) sum += fmax(y[i], 0) - y[i] * t[i] + log1p(exp(-fabs(y[i])));
            call->operands[0][0] = (float)(sum / (double)count);
        }
        static void gradient(const unetc_call *call, int64_t task) {
            float *dw = call->operands[0], *db = call->operands[1];
            const float *y = call->operands[2], *t = call->operands[3], *x = call->operands[4];
            int64_t batch = call->scalars->batch;
            for (int c = 0; c < CHANNELS; c++) dw[c] = 0;
            db[0] = 0;
            for (int64_t n = 0; n < batch; n++)
                for (int i = 0; i < AREA; i++) {
                    float d = (1 / (1 + expf(-y[n * AREA + i])) - t[n * AREA + i]) / (float)(batch * AREA);
                    for (int c = 0; c < CHANNELS; c++) dw[c] += d * x[(n * CHANNELS + c) * AREA + i];
                    db[0] += d;
                }
        }
        static void adam(const unetc_call *call, int64_t task) {
            const unetc_scalars *s = call->scalars;
            for (int64_t i = 0; i < call->count; i++) {
                float g = call->operands[1][i], *m = call->operands[2] + i, *v = call->operands[3] + i;
                *m += (1 - s->beta1) * (g - *m);
                *v += (1 - s->beta2) * (g * g - *v);
                call->operands[0][i] -= s->learning_rate * (*m / s->correction1)
                    / (sqrtf(*v / s->correction2) + s->epsilon);
            }
        }
        static void sgd(const unetc_call *call, int64_t task) {
            for (int64_t i = 0; i < call->count; i++) {
                float *m = call->operands[2] + i;
                *m = call->scalars->beta1 * *m + call->operands[1][i];
                call->operands[0][i] -= call->scalars->learning_rate * *m;
            }
        }

        #define MAPS(name, role, channels, offset) \
            {name, role, UNETC_REGION_ARENA, 3, {channels, SIDE, SIDE}, 1, 0, 0, offset, \
             4ull * (channels) * AREA * CAPACITY, 4ull * (channels) * AREA}
        #define FIXED(name, role, region, kind, channels, offset) \
            {name, role, region, 4, {1, channels, 1, 1}, 0, kind, CHANNELS, offset, 4 * (channels), 0}
        #define IMAGES (4ull * CHANNELS * AREA * CAPACITY)
        #define MASKS (4ull * AREA * CAPACITY)
        #define PARAMETERS \
            FIXED("out.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, UNETC_PARAMETER_WEIGHT, CHANNELS, 0), \
            {"out.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {1}, 0, UNETC_PARAMETER_BIAS, CHANNELS, \
             64, 4, 0}
        static const unetc_tensor train_tensors[] = {
            MAPS("image", UNETC_ROLE_INPUT, CHANNELS, 0),
            MAPS("mask", UNETC_ROLE_TARGET, 1, IMAGES),
            MAPS("logits", UNETC_ROLE_OUTPUT, 1, IMAGES + MASKS),
            {"loss", UNETC_ROLE_LOSS, UNETC_REGION_ARENA, 0, {0}, 0, 0, 0, IMAGES + 2 * MASKS, 4, 0},
            FIXED("d_weight", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, CHANNELS, IMAGES + 2 * MASKS + 64),
            FIXED("d_bias", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, 1, IMAGES + 2 * MASKS + 128),
            PARAMETERS,
        };
        static const int32_t forward_operands[] = {2, 0, 6, 7}, loss_operands[] = {3, 2, 1},
            gradient_operands[] = {4, 5, 2, 1, 0}, update_w[] = {6, 4}, update_b[] = {7, 5},
            infer_operands[] = {1, 0, 2, 3};
        static const unetc_step train_steps[] = {
            {"logits", "conv", "t:1", "loop", 0, forward, 4, forward_operands, 1, 0, 0, 0, 0, 0, 0, 0},
            {"loss", "bce", "t:2", "loop", 0, loss, 3, loss_operands, 0, 1, 0, 0, 0, 0, 0, 0},
            {"d", "sum", "t:1", "loop", 1, gradient, 5, gradient_operands, 0, 1, 0, 0, 0, 0, 0, 0},
            {"update w", "update", "t:1", "optimizer", 2, NULL, 2, update_w, 0, 1, CHANNELS, 0, 0, 0, 0, 0},
            {"update b", "update", "t:1", "optimizer", 2, NULL, 2, update_b, 0, 1, 1, 0, 0, 0, 0, 0},
        };
        static const unetc_tensor infer_tensors[] = {
            MAPS("image", UNETC_ROLE_INPUT, CHANNELS, 0),
            MAPS("logits", UNETC_ROLE_OUTPUT, 1, IMAGES),
            PARAMETERS,
        };
        static const unetc_step infer_steps[] = {
            {"logits", "conv", "t:1", "loop", 0, forward, 4, infer_operands, 1, 0, 0, 0, 0, 0, 0, 0},
        };
        static const unetc_plan plans[] = {
            {"train", 8, train_tensors, 5, train_steps, IMAGES + 2 * MASKS + 192},
            {"infer", 4, infer_tensors, 1, infer_steps, IMAGES + MASKS},
        };
        static const unetc_optimizer optimizers[] = {{"adam", 2, adam}, {"sgd", 1, sgd}};
        static const unetc_model model = {
            UNETC_MODEL_MAGIC, UNETC_MODEL_ABI, NAME, "graph pixels {}",
            "{\"compiler\":\"0.1.0\",\"target\":\"native\",\"parameters\":{\"width\":1},"
            "\"train\":{\"optimizer\":\"adam\","
            "\"lr\":0.05,\"beta1\":0.9,\"beta2\":0.999,\"eps\":1e-8,\"weight_decay\":0,\"momentum\":0,\"batch\":16,"
            "\"epochs\":3,\"init\":\"pytorch\",\"seed\":5},\"inputs\":[\"image\"],\"targets\":[\"mask\"],"
            "\"outputs\":[\"logits\"]}",
            HASH, CAPACITY, 128, 2, plans, 2, optimizers, NULL,
        };
        const unetc_model *unetc_model_get(void) { return &model; }
        """#
}
