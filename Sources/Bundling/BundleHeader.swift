import Emission

/// The header that programs include: all that a bundle offers, with this net's numbers.
struct BundleHeader {
    let description: BundleDescription
    let interface: PictureInterface

    var text: String {
        """
        \(title)
        #ifndef UNETC_H
        #define UNETC_H

        #include <stddef.h>
        #include <stdint.h>

        #ifdef __cplusplus
        extern "C" {
        #endif

        #ifndef UNETC_API
        #if defined(_WIN32) && defined(UNETC_SHARED)
        #define UNETC_API __declspec(dllexport)
        #elif defined(__GNUC__)
        #define UNETC_API __attribute__((visibility("default")))
        #else
        #define UNETC_API
        #endif
        #endif

        /* Raised whenever a program that was written for an earlier version has to be looked at again. */
        #define UNETC_ABI_VERSION 1

        \(constants)

        /* What functions return: 0, or what is wrong. */
        enum {
            UNETC_OK = 0,
            UNETC_ERROR_ARGUMENT = 1,  /* an argument is NULL, zero, negative, or out of range */
            UNETC_ERROR_ARENA = 2,     /* the arena is smaller than unetc_arena_bytes() says, or unetc_init() has not filled it, or not for tiles */
            UNETC_ERROR_WEIGHTS = 3,   /* the weights are those of another net, or none */
            UNETC_ERROR_DAMAGED = 4,   /* the weights are cut short, or their checksum is wrong */
            UNETC_ERROR_PROCESSOR = 5, /* the processor has the instructions of none of the targets */
            UNETC_ERROR_PICTURE = 6,   /* the arena has no room for so wide a picture */
            UNETC_ERROR_NO_TILES = 7,  /* the net cannot be computed tile by tile */
            UNETC_ERROR_NUMBERS = 8,   /* the net's output is no finite number */
            UNETC_ERROR_STOPPED = 9    /* a function of yours that reads or writes rows has returned something else than 0 */
        };

        /* The same in words. */
        UNETC_API const char *unetc_error_text(int error);

        /* UNETC_ABI_VERSION as the library was built, to be compared with that of the header. */
        UNETC_API int unetc_abi_version(void);

        /* The kernels that this processor runs: \(targetList); "" where it can run none. */
        UNETC_API const char *unetc_target_name(void);

        /* -- Memory ------------------------------------------------------------------------------------------------- */

        /* Bytes of memory that a net takes besides its weights, when so many threads work for it; 0 for threads < 1, or where
         * the processor can run none of the targets. */
        UNETC_API size_t unetc_arena_bytes(int threads);

        /* Makes a net in memory of yours, which may begin anywhere, be static or be allocated: `arena_bytes` of it, at least as
         * many as unetc_arena_bytes(threads) says. `weights` are the contents of \(weightsFile), in memory at a multiple of 4;
         * they are checked here, read as long as the net is used, and may be mapped read-only.\(embedding)
         *
         * One net is used by one caller at a time; any number of them may be used at once, and share their weights. There is
         * nothing to be freed but your memory. */
        UNETC_API int unetc_init(void *arena, size_t arena_bytes, int threads, const void *weights, size_t weight_bytes);

        /* -- Tensors ------------------------------------------------------------------------------------------------ */

        /* Computes the output of `batch` inputs, one after the other: floats, row-major,
         *   input   [batch, \(shape(interface.inputShape))]
         *   output  [batch, \(shape(interface.outputShape))]\(outputMeaning)
         * They lie outside of the arena. Where NULL is given for one of them, it is what lies at unetc_input(), or is left at
         * unetc_output(), and `batch` is at most UNETC_BATCH. */
        UNETC_API int unetc_run(void *arena, const float *input, float *output, int batch);

        /* Where a net takes its input from, to be written before unetc_run(), and has its output, valid until the next call;
         * NULL for memory that is no net. The samples of a batch follow each other. */
        UNETC_API float *unetc_input(void *arena);
        UNETC_API const float *unetc_output(void *arena);

        /* -- Pictures ----------------------------------------------------------------------------------------------- */

        /* How the numbers of a picture lie: rows from the top, the channels of a pixel side by side. Numbers of 16 bits and
         * floats are the machine's own, at any address. Alpha is left out, unless the net takes 4 channels; a net of one
         * channel is fed the luma of colours, one of three gray three times. */
        enum {
            UNETC_GRAY8 = 0,
            UNETC_RGB8 = 1,
            UNETC_BGR8 = 2, /* as OpenCV has them */
            UNETC_RGBA8 = 3,
            UNETC_BGRA8 = 4,
            UNETC_GRAY16 = 5,
            UNETC_RGB16 = 6,
            UNETC_GRAYF32 = 7,
            UNETC_RGBF32 = 8,
            UNETC_BANDS8 = 9, /* as many channels as the net has, whatever they are */
            UNETC_BANDS16 = 10,
            UNETC_BANDSF32 = 11
        };

        /* Makes the mask of a picture of any size: resizes it to the net's, normalises it\(normalization), runs the net, and brings
         * what it says back to the picture's size, as `trainer predict` does.
         *
         *   pixels       the first row
         *   stride       bytes from row to row; negative where rows lie bottom up, 0 where they follow each other without a gap
         *   format       UNETC_RGB8 …
         *   mask         [height, width\(interface.maskChannels > 1 ? ", \(interface.maskChannels)" : "")] bytes: \(maskMeaning)
         *   mask_stride  bytes from row to row of it; 0 for \(interface.maskChannels > 1 ? "\(interface.maskChannels) * width" : "`width`")
         *
         * unetc_arena_bytes(threads) does for pictures of up to some thousand pixels' width; for wider ones ask
         * unetc_arena_bytes_for_picture(), 0 of which means that there is no such format or size. */
        UNETC_API int unetc_segment(
            void *arena, const void *pixels, int width, int height, ptrdiff_t stride, int format, uint8_t *mask,
            ptrdiff_t mask_stride);
        UNETC_API size_t unetc_arena_bytes_for_picture(int threads, int width, int height, int format);

        /* The same, and what the net says as numbers: `values` are floats [\(valueChannels), height, width], \(valueMeaning).
         * Either of mask and values may be NULL. */
        UNETC_API int unetc_segment_values(
            void *arena, const void *pixels, int width, int height, ptrdiff_t stride, int format, uint8_t *mask,
            ptrdiff_t mask_stride, float *values);
        \(threshold)\(tiles)
        /* -- Threads ------------------------------------------------------------------------------------------------ */

        /* What spreads tasks over threads of yours: calls body(data, task, worker) once for each task from 0 to tasks - 1, in
         * any order and at the same time, and returns when all have ended. `worker` is from 0 to the net's threads - 1, and no
         * two calls at the same time have the same. With OpenMP:
         *
         *   static void spread(void *context, unetc_body body, void *data, int64_t tasks) {
         *       #pragma omp parallel for schedule(dynamic) num_threads(4)
         *       for (int64_t i = 0; i < tasks; i++) body(data, i, omp_get_thread_num());
         *   }
         *
         * Results are the same bits with any number of threads, and without. */
        typedef void (*unetc_body)(void *data, int64_t task, int worker);
        typedef struct unetc_parallel {
            void (*run)(void *context, unetc_body body, void *data, int64_t tasks);
            void *context;
        } unetc_parallel;

        /* From now on tasks are spread so; NULL has the calling thread do them all, as at first. */
        UNETC_API int unetc_set_parallel(void *arena, const unetc_parallel *parallel);
        \(training)

        #ifdef __cplusplus
        }
        #endif
        #endif

        """
    }

    private var title: String {
        """
        /* The net "\(shown(description.graphName))": pictures in, masks out.
         *
         * Made by unetc \(description.compilerVersion) from \(shown(description.sourceName)). C99 and the C library; nothing is allocated, printed or kept outside of the
         * memory that you give.
         *
         *   size_t bytes = unetc_arena_bytes(1);
         *   void *arena = malloc(bytes);
         *   int error = unetc_init(arena, bytes, 1, weights, weight_bytes);
         *   if (!error) error = unetc_segment(arena, pixels, width, height, 0, UNETC_RGB8, mask, 0);
         *   if (error) puts(unetc_error_text(error));
         */
        """
    }

    private var constants: String {
        let (input, output) = (interface.inputShape, interface.outputShape)
        return """
            /* The net's own size, and its channels. */
            #define UNETC_CHANNELS \(input[0])
            #define UNETC_HEIGHT \(input[1])
            #define UNETC_WIDTH \(input[2])
            #define UNETC_OUTPUT_CHANNELS \(output[0])
            #define UNETC_OUTPUT_HEIGHT \(output[1])
            #define UNETC_OUTPUT_WIDTH \(output[2])
            /* Bytes of a mask's pixel. */
            #define UNETC_MASK_CHANNELS \(interface.maskChannels)
            /* Inputs that it takes at once. */
            #define UNETC_BATCH \(description.batch)
            """
    }

    private var targetList: String {
        description.targets.map { "\"\($0.target.name)\"" }.joined(separator: ", ")
    }

    private var weightsFile: String { description.names.kept(description.names.prefix) + ".weights" }

    /// What others have written, in a comment.
    private func shown(_ text: String) -> String { description.names.kept(commentText(text)) }

    private var embedding: String {
        guard description.embedsWeights else { return "" }
        return " NULL and 0\n * stand for those that are part of this library."
    }

    private func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: ", ") }

    private var outputMeaning: String {
        switch interface.task {
        case .mask: ", a logit a pixel: object above 0 with a threshold of 0.5"
        case .classes: ", a logit a class: the largest wins"
        case .labels: ", a logit a label: there above 0 with a threshold of 0.5"
        case .reconstruction: ", the picture again"
        }
    }

    var maskMeaning: String { interface.maskMeaning + (interface.tellsClasses ? classes : "") }

    private var classes: String {
        let names = description.classNames
        return names.isEmpty ? "" : " (\(names.map(shown).joined(separator: ", ")))"
    }

    private var valueChannels: Int { interface.outputShape[0] }

    var valueMeaning: String { interface.valueMeaning }

    private var normalization: String { description.pictures.normalizationText.map { " (\($0))" } ?? "" }

    private var training: String {
        guard let plan = description.targets.first?.training else { return "" }
        let target = plan.tensors.first { $0.role == .target }
        let meaning =
            target.map { "[batch, \(shape($0.type.shape))]" } ?? "not looked at, may be NULL: the net learns its input"
        return """

            /* -- Learning ----------------------------------------------------------------------------------------------- */

            /* Samples of a step at most. */
            #define UNETC_TRAINING_BATCH \(plan.plan.batchCapacity)

            /* A net that learns, in memory of its own: `bytes` of it, at least unetc_training_bytes(threads), 0 of which means
             * that the processor can run none of the targets. It begins with the weights given, which are copied. */
            UNETC_API size_t unetc_training_bytes(int threads);
            UNETC_API int unetc_training_init(
                void *memory, size_t bytes, int threads, const void *weights, size_t weight_bytes);

            /* Takes a step of \(plan.graph.training.optimizer.name) on up to UNETC_TRAINING_BATCH samples, as the trainer does, in every bit:
             *   input   [batch, \(shape(interface.inputShape))], as unetc_run() takes it
             *   target  \(meaning)
             *   loss    of these samples, before the step; may be NULL */
            UNETC_API int unetc_training_step(
                void *memory, const float *input, const float *target, int batch, float learning_rate, float *loss);

            /* Writes what it has learned as a file of weights, of unetc_training_weight_bytes(), for unetc_init(). */
            UNETC_API int unetc_training_weights(void *memory, void *file, size_t bytes);
            UNETC_API size_t unetc_training_weight_bytes(void);

            /* As unetc_set_parallel(). */
            UNETC_API int unetc_training_set_parallel(void *memory, const unetc_parallel *parallel);

            """
    }

    private var tiles: String {
        let hasTiles = description.targets.contains { $0.plans.count > 1 }
        let absence = hasTiles ? "" : " This net cannot be computed so, or was not asked to: UNETC_ERROR_NO_TILES."
        return """

            /* Where the rows of a large picture come from and go to. */
            typedef struct unetc_rows {
                /* The pixels of the row of that number, which stay until the next call; NULL to stop. Rows are asked for from
                 * the top\(description.pictures.normalization == .perPicture ? ", twice" : ""). */
                const void *(*read)(void *context, int row);
                /* Takes a row of the mask, and of the values [\(valueChannels), width]; anything but 0 to stop. */
                int (*write)(void *context, int row, const uint8_t *mask, const float *values);
                void *context;
            } unetc_rows;

            /* Makes the mask of a picture of any size at its own resolution, tile by tile, as `trainer predict --tile` does: what
             * comes out has the bits of the net compiled at the picture's size. Memory depends on the picture's width, not on
             * its height. The net has to be made by unetc_init_for_tiles(), in memory of unetc_arena_bytes_for_tiles(), which is 0
             * where there is no such format or size; unetc_segment() runs on it as well.\(absence) */
            UNETC_API int unetc_segment_tiles(void *arena, int width, int height, int format, const unetc_rows *rows);
            UNETC_API size_t unetc_arena_bytes_for_tiles(int threads, int width, int height, int format);
            UNETC_API int unetc_init_for_tiles(
                void *arena, size_t arena_bytes, int threads, const void *weights, size_t weight_bytes);

            """
    }

    private var threshold: String {
        guard interface.hasThreshold else { return "" }
        return """

            /* From which probability on a pixel counts; as trained: \(description.pictures.threshold). */
            UNETC_API int unetc_set_threshold(void *arena, float threshold);

            """
    }
}
