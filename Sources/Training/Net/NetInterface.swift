import Runtime

/// The names and shapes through which the trainer talks to a model: one picture in, one map of logits out.
struct NetInterface: Hashable, Sendable {
    var picture: String
    /// nil for models without a loss, which can predict but not train.
    var mask: String?
    var logits: String
    var shape: SampleShape

    /// - Throws: `TrainerError` when the graph has other inputs, targets or outputs than the trainer can feed.
    init(model: Model) throws {
        let infer = try model.plan("infer")
        let pictures = infer.inputs.filter { $0.role == .input }
        guard pictures.count == 1, let input = pictures.first, input.shape.count == 3, [1, 3].contains(input.shape[0])
        else {
            throw Self.unfit("one input of shape [1, H, W] (gray) or [3, H, W] (RGB)", pictures)
        }
        let targets = model.plans.first { $0.name == "train" }?.inputs.filter { $0.role == .target } ?? []
        let isBinary = targets.allSatisfy { $0.shape.count == 3 && $0.shape[0] == 1 }
        guard targets.count <= 1, isBinary else {
            throw Self.unfit("one target of shape [1, H, W], a binary mask", targets)
        }
        let outputs = infer.outputs.filter { $0.role == .output }
        let fitting = outputs.filter {
            $0.shape.count == 3 && $0.shape[0] == 1 && (targets.first.map(\.shape) ?? $0.shape) == $0.shape
        }
        guard let output = fitting.first(where: { $0.name == "logits" }) ?? fitting.first else {
            let shape = targets.first.map { Text.shape($0.shape) } ?? "[1, H, W]"
            throw Self.unfit("an output of the target's shape \(shape)", outputs)
        }
        picture = input.name
        mask = targets.first?.name
        logits = output.name
        shape = SampleShape(
            channels: input.shape[0], height: input.shape[1], width: input.shape[2], maskHeight: output.shape[1],
            maskWidth: output.shape[2])
    }

    private static func unfit(_ expected: String, _ found: [TensorInfo]) -> TrainerError {
        let list = found.map { "\"\($0.name)\" \(Text.shape($0.shape))" }.joined(separator: ", ")
        return TrainerError(
            "the trainer expects a graph with \(expected), found \(list.isEmpty ? "none" : list)",
            hint: "run other graphs with unetc run")
    }
}
