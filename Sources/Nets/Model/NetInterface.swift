import Base
import Imaging
import Runtime
import Tasks
import TrainerSupport

/// The names and shapes through which the trainer talks to a model: one picture in, one map of numbers out.
package struct NetInterface: Hashable, Sendable {
    var picture: String
    /// nil for models without a loss and for those that learn their input.
    package var target: String?
    /// `[1, H, W]` logits of a mask or of its middle, `[labels, H, W]` of several that may overlap, `[classes, H, W]` logits of a
    /// class map, or a picture.
    package var output: String
    package var shape: SampleShape
    /// False for models without a loss, which can predict but not train.
    package var canTrain: Bool

    package var task: TrainingTask { shape.task }

    /// - Throws: `TrainerError` when the graph has other inputs, targets or outputs than the trainer can feed.
    package init(model: Model) throws {
        let infer = try model.plan("infer")
        let input = try Self.input(infer)
        let train = model.plan(for: .train)
        let target = try Self.target(train, TargetDescription.list(metadata: model.metadata))
        let outputs = infer.outputs.filter { $0.role == .output }
        let (output, task) = try Self.output(outputs, target, input: input, isTrained: train != nil)
        picture = input.name
        self.target = target?.info.name
        self.output = output.name
        canTrain = train != nil
        let mask = Array((target?.info ?? output).shape.suffix(2))
        shape = SampleShape(
            channels: input.shape[0], height: input.shape[1], width: input.shape[2], maskHeight: mask[0],
            maskWidth: mask[1], outputHeight: output.shape[1], outputWidth: output.shape[2], task: task)
    }

    private typealias Target = (info: TensorInfo, description: TargetDescription)

    private static func input(_ infer: PlanInfo) throws -> TensorInfo {
        let pictures = infer.inputs.filter { $0.role == .input }
        guard pictures.count == 1, let input = pictures.first, input.shape.count == 3,
            input.shape[0] <= PictureInfo.maximumBands
        else {
            throw unfit("one input of shape [channels, H, W]: 1 (gray), 3 (RGB), or any number of bands", pictures)
        }
        return input
    }

    /// The target and what its numbers are; nil when there is none.
    private static func target(_ train: PlanInfo?, _ descriptions: [TargetDescription]) throws -> Target? {
        let targets = train?.inputs.filter { $0.role == .target } ?? []
        guard let info = targets.first else { return nil }
        guard targets.count == 1 else {
            throw unfit(
                "one target, a binary mask [1, H, W], masks [labels, H, W] of labels that may overlap, or a class map "
                    + "classes[H, W]", targets)
        }
        guard let description = descriptions.first(where: { $0.name == info.name }) else {
            throw TrainerError(
                "the model's metadata says nothing about the target \"\(info.name)\"", hint: "compile the graph again")
        }
        if description.kind == .values && !(info.shape.count == 3 && info.shape[0] <= LabelRange.maximumCount) {
            throw TrainerError(
                "the trainer feeds binary masks [1, H, W], up to \(LabelRange.maximumCount) of them whose labels may overlap, "
                    + "and class maps classes[H, W]: found \"\(info.name)\" \(Text.shape(info.shape))",
                hint: "for one class a pixel declare the target as classes[H, W] and compare it with cross_entropy; "
                    + "run other graphs with unetc run")
        }
        return (info, description)
    }

    /// The output that is compared with the target, and what that makes the net learn.
    private static func output(
        _ outputs: [TensorInfo], _ target: Target?, input: TensorInfo, isTrained: Bool
    ) throws -> (TensorInfo, TrainingTask) {
        let maps = outputs.filter { $0.shape.count == 3 }
        /// The one called "logits", else the first that fits.
        func pick(_ expected: String, where fits: (TensorInfo) -> Bool) throws -> TensorInfo {
            let fitting = maps.filter(fits)
            if let output = fitting.first(where: { $0.name == "logits" }) ?? fitting.first { return output }
            throw unfit(expected, outputs)
        }
        guard let target else {
            guard !isTrained else {
                guard [1, 3].contains(input.shape[0]) else {
                    throw unfit("gray or RGB pictures, since it learns them itself and these are written", [input])
                }
                let expected = "an output of the input's shape \(Text.shape(input.shape)), since there is no target"
                return (try pick(expected) { $0.shape == input.shape }, .reconstruction)
            }
            let output = try pick("an output of shape [C, H, W]") { _ in true }
            let task = output.shape[0] == 1 ? TrainingTask.mask : .classes(try classes(output.shape[0], ignore: nil))
            return (output, task)
        }
        switch target.description.kind {
        case .values:
            // Losses compare maps of one size, and all that a graph can do to a target is to cut or fill its border.
            let shape = target.info.shape
            let isWhole = maps.contains { $0.shape == shape }
            let expected = "an output of the target's shape \(Text.shape(shape)), or of its middle"
            let output = try pick(expected) {
                isWhole ? $0.shape == shape : $0.shape[0] == shape[0] && zip($0.shape, shape).allSatisfy { $0 <= $1 }
            }
            return (output, shape[0] == 1 ? .mask : .labels(LabelRange(count: shape[0])))
        case .classes:
            let size = target.info.shape
            let count = target.description.classes
            let expected = "an output of shape [\(count.map(String.init) ?? "classes"), "
            let output = try pick(expected + size.map(String.init).joined(separator: ", ") + "]") {
                Array($0.shape.dropFirst()) == size && $0.shape[0] == count ?? $0.shape[0]
            }
            return (output, .classes(try classes(output.shape[0], ignore: target.description.ignore)))
        }
    }

    private static func classes(_ count: Int, ignore: Int?) throws -> ClassRange {
        guard count <= ClassRange.maximumCount else {
            throw TrainerError(
                "the trainer keeps class maps as bytes, for up to \(ClassRange.maximumCount) classes; the graph has "
                    + "\(count)", hint: "run the graph with unetc run")
        }
        return ClassRange(count: count, ignore: ignore)
    }

    private static func unfit(_ expected: String, _ found: [TensorInfo]) -> TrainerError {
        let list = found.map { "\"\($0.name)\" \(Text.shape($0.shape))" }.joined(separator: ", ")
        return TrainerError(
            "the trainer expects a graph with \(expected), found \(list.isEmpty ? "none" : list)",
            hint: "run other graphs with unetc run")
    }
}
