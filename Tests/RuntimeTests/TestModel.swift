import FileAccess
import Runtime

import Platform

/// A small model, written by hand in C and compiled for each test that wants one.
///
/// `y = w x` per element, for up to 5 samples of 6 elements; the loss is the mean over the batch of the sum of `y`.
/// Plan "train" also counts how often each task ran (`seen`) and on whose scratch (`owner`), and updates `w` and `v`.
/// Plans "keep" and "keep too", which are the same, prepare `p = 2 w` and `q = 3 v` for `y = p x + q`, and tell how many
/// preparations this library has run so far (`made`).
enum TestModel {
    static let elements = 6
    static let batchCapacity = 5

    /// - Parameter defines: macros of the C text, such as `["MAGIC=1"]`.
    static func load(defines: [String] = []) throws -> Model {
        try Model.load(path: defines.isEmpty ? try library.get() : try compile(defines: defines))
    }

    /// The model without macros, which most tests want.
    private static let library = Result { try compile(defines: []) }

    /// The path of the shared object.
    static func compile(defines: [String]) throws -> String {
        let folder = try TemporaryFolder.make()
        let source = folder + "/model.c"
        let library = folder + "/model.so"
        try FileWriter.write(source, text: text)
        let include = Checkout.root + "/Sources/ModelABI/include"
        let flags = defines.map { "'-D\($0)'" }.joined(separator: " ")
        let status = system("cc -O1 -shared -fPIC '-I\(include)' \(flags) -o '\(library)' '\(source)'")
        guard status == 0 else { throw RuntimeError("the C compiler failed on \(source)") }
        return library
    }

    private static let text = #"""
        #include "unetc_model.h"
        #include <stddef.h>
        #ifndef E
        #define E 6
        #endif
        #define CAPACITY 5
        #ifndef MAGIC
        #define MAGIC UNETC_MODEL_MAGIC
        #endif
        #ifndef ABI
        #define ABI UNETC_MODEL_ABI
        #endif
        #ifndef ARENA
        #define ARENA 640
        #endif
        #ifndef WRONG
        #define WRONG NULL
        #endif
        #ifndef LARGEST
        #define LARGEST 64
        #endif
        #ifndef Q_OFFSET
        #define Q_OFFSET 64
        #endif
        #ifndef P_SOURCE
        #define P_SOURCE 3
        #endif
        #ifndef P_TASKS
        #define P_TASKS 0
        #endif
        #ifndef Y_RESULT
        #define Y_RESULT 1
        #endif
        #ifndef ADD_UP
        #define ADD_UP add_up
        #endif
        #ifndef FOLLOW
        #define FOLLOW follow
        #endif
        #ifndef UPDATE_BESIDE
        #define UPDATE_BESIDE 0
        #endif
        #ifndef WEIGHT
        #define WEIGHT 0
        #endif
        #ifndef Z_BESIDE
        #define Z_BESIDE 0
        #endif
        #ifndef Y_SOURCE
        #define Y_SOURCE 5
        #endif

        static float *operand(const unetc_call *call, int i) { return call->operands[i]; }
        static void clear(const unetc_call *call, int64_t task) {
            for (int i = 0; i < E; i++) operand(call, 0)[task * E + i] = 0;
        }
        static void scale(const unetc_call *call, int64_t task) {
            operand(call, 0)[task] = operand(call, 2)[task % E] * operand(call, 1)[task];
            operand(call, 3)[task] += 1;
            operand(call, 4)[task] = (float)(((uintptr_t)call->workspace >> 7) & 0xffff);
            ((float *)call->workspace)[15] = 1;
        }
        static void scale_apart(const unetc_call *call, int64_t sample) {
            for (int i = 0; i < E; i++)
                operand(call, 0)[sample * 2 * E + i] = operand(call, 2)[i] * operand(call, 1)[sample * E + i];
        }
        static void loss(const unetc_call *call, int64_t task) {
            float sum = 0;
            for (int64_t i = 0; i < call->scalars->batch * E; i++) sum += operand(call, 1)[i];
            *operand(call, 0) = sum / (float)call->scalars->batch;
        }
        static void gradient(const unetc_call *call, int64_t i) {
            float sum = 0;
            for (int64_t n = 0; n < call->scalars->batch; n++) sum += operand(call, 1)[n * E + i];
            operand(call, 0)[i] = sum / (float)call->scalars->batch;
        }
        /* Three elements a task. */
        static void plain(const unetc_call *call, int64_t task) {
            for (int64_t i = 3 * task; i < 3 * task + 3 && i < call->count; i++)
                operand(call, 0)[i] -=
                    call->scalars->learning_rate * call->scalars->gradient_scale * operand(call, 1)[i];
        }
        static void sgd(const unetc_call *call, int64_t task) {
            for (int64_t i = 3 * task; i < 3 * task + 3 && i < call->count; i++) {
                float m = call->scalars->beta1 * operand(call, 2)[i] + operand(call, 1)[i];
                operand(call, 2)[i] = m;
                operand(call, 0)[i] -= call->scalars->learning_rate * m;
            }
        }
        static void adam(const unetc_call *call, int64_t task) {
            const unetc_scalars *s = call->scalars;
            for (int64_t i = 3 * task; i < 3 * task + 3 && i < call->count; i++) {
                float g = operand(call, 1)[i];
                operand(call, 2)[i] += (1 - s->beta1) * (g - operand(call, 2)[i]);
                operand(call, 3)[i] += (1 - s->beta2) * (g * g - operand(call, 3)[i]);
                operand(call, 0)[i] = operand(call, 2)[i] / s->correction1 + operand(call, 3)[i] / s->correction2;
            }
        }
        static void add_up(const unetc_call *call, int64_t task) {
            const unetc_scalars *s = call->scalars;
            for (int64_t i = 3 * task; i < 3 * task + 3 && i < call->count; i++)
                operand(call, 0)[i] =
                    (s->gradient_keep > 0 ? operand(call, 0)[i] : 0) + s->gradient_weight * operand(call, 1)[i];
        }
        static void follow(const unetc_call *call, int64_t task) {
            for (int64_t i = 3 * task; i < 3 * task + 3 && i < call->count; i++)
                operand(call, 0)[i] += call->scalars->average_weight * (operand(call, 1)[i] - operand(call, 0)[i]);
        }

        static int preparations = 0;
        static void twice(const unetc_call *call, int64_t task) {
            for (int i = 0; i < E; i++) operand(call, 0)[i] = 2 * operand(call, 1)[i];
            preparations++;
        }
        static void thrice(const unetc_call *call, int64_t task) {
            for (int i = 0; i < E; i++) operand(call, 0)[i] = 3 * operand(call, 1)[i];
            preparations++;
        }
        static void product(const unetc_call *call, int64_t n) {
            for (int i = 0; i < E; i++)
                operand(call, 0)[n * E + i] = operand(call, 1)[n * E + i] * operand(call, 2)[i];
        }
        static void sum(const unetc_call *call, int64_t n) {
            for (int i = 0; i < E; i++) operand(call, 0)[n * E + i] += operand(call, 1)[i];
        }
        static void count(const unetc_call *call, int64_t task) { operand(call, 0)[0] = (float)preparations; }

        #define BLOCK(name, role, offset, stride) \
            {name, role, UNETC_REGION_ARENA, 1, {E}, 1, 0, 0, offset, stride * CAPACITY, stride}
        #define PARAMETERS \
            {"w", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {E}, 0, UNETC_PARAMETER_WEIGHT, 4, 0, 4 * E, 0}, \
            {"v", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 2, {2, 3}, 0, UNETC_PARAMETER_BIAS, 4, 64, 4 * E, 0}
        static const unetc_tensor train_tensors[] = {
            BLOCK("x", UNETC_ROLE_INPUT, 0, 24),
            BLOCK("y", UNETC_ROLE_OUTPUT, 128, 24),
            BLOCK("seen", UNETC_ROLE_OUTPUT, 256, 24),
            BLOCK("owner", UNETC_ROLE_OUTPUT, 384, 24),
            {"grad.w", UNETC_ROLE_GRADIENT, UNETC_REGION_ARENA, 1, {E}, 0, 0, 0, 512, 24, 0},
            {"loss", UNETC_ROLE_LOSS, UNETC_REGION_ARENA, 0, {0}, 0, 0, 0, 576, 4, 0},
            PARAMETERS,
        };
        static const int32_t clear_operands[] = {2}, scale_operands[] = {1, 0, 6, 2, 3}, loss_operands[] = {5, 1},
            gradient_operands[] = {4, 0}, update_w[] = {6, 4}, update_v[] = {7, 4}, infer_operands[] = {0, 1, 2};
        static const unetc_step train_steps[] = {
            {"clear", "zeros", "t:1", "loop", 0, clear, 1, clear_operands, 1, 0, 0, 0, 0, 0, 0, 0},
            {"y", "mul", "t:2", "loop", 0, scale, 5, scale_operands, E, 0, 0, 64, E, 1, 12 * E, 4 * E},
            {"loss", "mean", "t:3", "loop", 0, loss, 2, loss_operands, 0, 1, 0, 0, 0, 0, 0, 0},
            {"d_w", "sum", "t:2", "loop", 1, gradient, 2, gradient_operands, 0, E, 0, 0, 0, 0, 0, 0},
            {"update w", "update", "t:2", "optimizer", 2, NULL, 2, update_w, 0, 2, E, 0, 0, 0, 0, 0},
            {"update v", "update", "t:2", "optimizer", 2, NULL, 2, update_v, 0, 2, E, 0, 0, 0, 0, 0,
             .beside = UPDATE_BESIDE, .task_weight = WEIGHT},
        };
        static const unetc_tensor infer_tensors[] = {
            BLOCK("y", UNETC_ROLE_OUTPUT, 0, 48),
            BLOCK("x", UNETC_ROLE_INPUT, 256, 24),
            PARAMETERS,
        };
        static const unetc_step infer_steps[] = {
            {"y", "mul", "t:2", "loop", 0, scale_apart, 3, infer_operands, 1, 0, 0, 0, E, 0, 0, 0},
        };
        static const unetc_tensor keep_tensors[] = {
            BLOCK("x", UNETC_ROLE_INPUT, 0, 24),
            BLOCK("y", UNETC_ROLE_OUTPUT, 128, 24),
            {"made", UNETC_ROLE_OUTPUT, UNETC_REGION_ARENA, 1, {1}, 0, 0, 0, 256, 4, 0},
            PARAMETERS,
            {"p", UNETC_ROLE_VALUE, UNETC_REGION_PREPARED, 1, {E}, 0, 0, 0, 0, 64, 0},
            {"q", UNETC_ROLE_VALUE, UNETC_REGION_PREPARED, 1, {E}, 0, 0, 0, Q_OFFSET, 64, 0},
        };
        static const int32_t p_operands[] = {5, P_SOURCE}, y_operands[] = {Y_RESULT, 0, Y_SOURCE}, q_operands[] = {6, 4},
            sum_operands[] = {1, 6}, count_operands[] = {2};
        static const unetc_step keep_steps[] = {
            {"y#1", "twice", "t:1", "loop", 0, twice, 2, p_operands, P_TASKS, 1, 0, 0, 0, 0, 0, 0, 1},
            {"y", "mul", "t:1", "loop", 0, product, 3, y_operands, 1, 0, 0, 0, 0, 0, 0, 0, 0},
            {"z#1", "thrice", "t:2", "loop", 0, thrice, 2, q_operands, 0, 1, 0, 0, 0, 0, 0, 0, 1,
             .beside = Z_BESIDE},
            {"z", "add", "t:2", "loop", 0, sum, 2, sum_operands, 1, 0, 0, 0, 0, 0, 0, 0, 0},
            {"made", "count", "t:3", "loop", 0, count, 1, count_operands, 0, 1, 0, 0, 0, 0, 0, 0, 0},
        };
        static const unetc_plan plans[] = {
            {"train", 8, train_tensors, 6, train_steps, ARENA, .kind = UNETC_PLAN_TRAIN},
            {"infer", 4, infer_tensors, 1, infer_steps, 512, .kind = UNETC_PLAN_INFER},
            {"keep", 7, keep_tensors, 5, keep_steps, 260, 128, LARGEST},
            {"keep too", 7, keep_tensors, 5, keep_steps, 260, 128, LARGEST},
        };
        static const unetc_optimizer optimizers[] = {{"plain", 0, plain}, {"sgd", 1, sgd}, {"adam", 2, adam}};
        static const char *prepare(void) { return WRONG; }
        static const unetc_model model = {
            MAGIC, ABI, "test", "graph test {}", "{\"compiler\":\"hand\"}", "abc123", CAPACITY, 128, 4, plans, 3,
            optimizers, prepare, 3, ADD_UP, FOLLOW,
        };
        const unetc_model *unetc_model_get(void) { return &model; }
        """#
}

/// Folders that live as long as the test process.
enum TemporaryFolder {
    /// Makes one and returns its path.
    static func make() throws -> String { try unique("\(try root.get())/") }

    private static let root: Result<String, any Error> = Result {
        let root = try unique("/tmp/unetc-runtime-tests-")
        atexit {
            guard case .success(let root) = TemporaryFolder.root else { return }
            _ = system("rm -rf '\(root)'")
        }
        return root
    }

    private static func unique(_ prefix: String) throws -> String {
        var template = Array("\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw RuntimeError("no temporary folder can be made at \(prefix)") }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// What is in it, sorted.
    static func contents(_ folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// Where things are, derived from this file's place.
enum Checkout {
    static let root: String = {
        let file = realpath(#filePath, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        let parts = (file ?? #filePath).split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// Reference numbers beside the checkout; not everybody has them.
    static let reference = root + "/../shared/reference"
    static let hasReference = access(reference + "/ops.safetensors", R_OK) == 0
}

/// The message of the error that `body` throws; empty when it throws none.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}
