import Base
import Emission
import KernelIR

/// What a bundle's code has to know of its net: targets, weights, pictures.
struct NetTables {
    let description: BundleDescription
    let interface: PictureInterface
    let weights: BundleWeights

    /// The targets that a processor may have, the fastest first.
    var targets: String {
        let entries = description.targets.map { target in
            let processor = BundleProcessor(target.target)
            let name = "unetc_\(target.identifier)"
            return """
                #if \(processor.condition)
                extern const unetc_plan \(name)_plans[];
                \(target.training == nil ? "" : "extern const unetc_plan \(name)_training_plans[];")
                static int \(name)_is_supported(void) { return \(processor.check); }
                static const unetc_target \(name) = {\(cString(target.target.name)), \(name)_is_supported, \(target.plans.count), \(name)_plans};
                \(target.training == nil ? "" : "static const unetc_target \(name)_training = {\(cString(target.target.name)), \(name)_is_supported, 1, \(name)_training_plans};")
                #endif
                """
        }
        let rows = description.targets.map { target in
            "#if \(BundleProcessor(target.target).condition)\n    &unetc_\(target.identifier),\n#endif"
        }
        return """
            /* What this bundle was compiled for, and whose weights it takes. */
            #include "unetc_net.h"
            \(description.learns ? "#include \"unetc_training.h\"" : "")

            #if defined(__GNUC__)
            #pragma GCC visibility push(hidden)
            #endif
            #ifdef __cplusplus
            extern "C" {
            #endif
            \(entries.joined(separator: "\n"))
            #ifdef __cplusplus
            }
            #endif
            #if defined(__GNUC__)
            #pragma GCC visibility pop
            #endif

            const unetc_target *const unetc_targets[] = {
            \(rows.joined(separator: "\n"))
                NULL,
            };
            \(training)

            const char unetc_structure[65] = \(cString(weights.structure));
            const uint64_t unetc_weight_bytes = \(weights.count);
            \(description.embedsWeights ? "" : """
            const void *const unetc_embedded_weights = NULL;
            const uint64_t unetc_embedded_bytes = 0;
            """)

            """
    }

    /// The targets with a plan that takes a step, and the optimiser's numbers.
    private var training: String {
        guard description.learns, let plan = description.targets.first?.training else { return "" }
        let rows = description.targets.map { target in
            "#if \(BundleProcessor(target.target).condition)\n    &unetc_\(target.identifier)_training,\n#endif"
        }
        let options = plan.graph.training
        let numbers: [Double] =
            switch options.optimizer {
            case .adam(_, let beta1, let beta2, let epsilon, let decay),
                .adamw(_, let beta1, let beta2, let epsilon, let decay):
                [beta1, beta2, epsilon, decay]
            case .sgd(_, let momentum, let decay): [momentum, 0.999, 1e-8, decay]
            }
        return """

            const unetc_target *const unetc_training_targets[] = {
            \(rows.joined(separator: "\n"))
                NULL,
            };
            const unetc_optimizer_numbers unetc_optimizer = {\(numbers.map(cDouble).joined(separator: ", ")), \(options.seed)u};
            """
    }

    // MARK: Pictures

    /// What becomes of pictures, and of what the net says of them.
    var pictures: String {
        let (input, output, pictures) = (interface.inputShape, interface.outputShape, description.pictures)
        var scales = "NULL"
        var table = ""
        if case .scales(let numbers) = pictures.normalization {
            let rows = numbers.map { "    {\(cDouble($0.mean)), \(cDouble($0.deviation))}," }
            table = """
                /* Of each channel what is subtracted from numbers from 0 to 1, and what they are then divided by. */
                static const unetc_scale scales[] = {
                \(rows.joined(separator: "\n"))
                };


                """
            scales = "scales"
        }
        return """
            /* How pictures become what the net is fed, as it was trained, and what its output is. */
            #include "unetc_pictures.h"

            \(table)const unetc_picture_net unetc_pictures = {
                \(list(input)), /* channels, height and width of the input */
                \(list(output)), /* of the output */
                \(interface.maskHeight), \(interface.maskWidth), /* height and width of masks */
                \(interface.task.constant),
                \(cLiteral(Float(pictures.threshold))), /* from which probability on a pixel counts */
                \(span(pictures.bytes)), \(span(pictures.words)), \(span(pictures.floats)), /* what becomes 0 and 1, of 8 bits, 16, floats */
                \(pictures.takesHighBytes ? 1 : 0), /* whether of 16 bits the upper 8 count */
                \(pictures.normalization.constant),
                \(scales),
            };
            const float unetc_default_threshold = \(cLiteral(Float(pictures.threshold)));

            """
    }

    private func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ", ") }

    private func span(_ span: BundlePictures.Span) -> String { "{\(cDouble(span.low)), \(cDouble(span.high))}" }
}

extension PictureInterface.Task {
    fileprivate var constant: String {
        switch self {
        case .mask: "UNETC_TASK_MASK"
        case .classes: "UNETC_TASK_CLASSES"
        case .labels: "UNETC_TASK_LABELS"
        case .reconstruction: "UNETC_TASK_RECONSTRUCTION"
        }
    }
}

extension BundlePictures.Normalization {
    fileprivate var constant: String {
        switch self {
        case .range: "UNETC_NORMALIZE_RANGE"
        case .none: "UNETC_NORMALIZE_NONE"
        case .scales: "UNETC_NORMALIZE_SCALES"
        case .perPicture: "UNETC_NORMALIZE_PER_PICTURE"
        }
    }
}
