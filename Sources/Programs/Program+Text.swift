import GraphIR

/// A program as text: its graph, then its steps in order, with the layouts of what they make, how convolutions are
/// computed, and what steps ask for besides. `Program(parsing:)` reads it back to an equal program.
///
/// ```
/// graph unet {
///   …
/// }
/// program {
///   step %4 in nchw16c by winograd4 {reason: forced, candidates: winograd4_gemm, predicted: 0.5_2.25} {scratch: 64}  // a
///   step %5 {tasks: [4, 64], work: 0.25_1.5, preparations: 1, groups: [0, 1]}  // b
///   step %6  // a.nchw
/// }
/// ```
/// A value without `in` is row-major. `value %2 in nchw8c` says the same of what no step makes.
extension Program {
    /// The text form; the same program gives the same bytes in every process.
    public var text: String {
        let made = Set(steps)
        var lines = ["program {"]
        for id in graph.ids where !made.contains(id) && layout(of: id) != .nchw { lines.append("  value \(line(id))") }
        for id in steps { lines.append("  step \(line(id))") }
        return graph.text + lines.joined(separator: "\n") + "\n}\n"
    }

    private func line(_ id: NodeID) -> String {
        var words = ["\(id)"]
        if layout(of: id) != .nchw { words.append("in \(layout(of: id))") }
        if let step = step(id) {
            if let choice = step.choice { words.append("by \(choice.algorithm.name) \(braced(choice.attributes))") }
            let demands = step.demands
            if !demands.isEmpty { words.append(braced(demands)) }
        }
        return words.joined(separator: " ") + "  // \(quotedIfNeeded(graph[id].name))"
    }
}

extension AlgorithmChoice {
    fileprivate var attributes: [Attribute] {
        let factors = predictions.map(\.factors)
        return [
            Attribute("reason", reason.word),
            Attribute("candidates", predictions.map(\.algorithm.name).joined(separator: "_")),
            Attribute("predicted", reals: predictions.map(\.milliseconds)),
        ]
            + (factors.allSatisfy { $0 == .float32 }
                ? [] : [Attribute("factors", factors.map(\.rawValue).joined(separator: "_"))])
    }
}

extension AlgorithmChoice.Reason {
    /// As one word: `cost_model`.
    var word: String { rawValue.replacing(" ", with: "_") }
}

extension Step {
    /// What it asks for beside its operands and its result.
    fileprivate var demands: [Attribute] {
        let bytes = [
            ("scratch", scratchBytes), ("prepared", preparedBytes), ("workspace", workspaceBytes),
        ].filter { $0.1 != 0 }.map { Attribute($0.0, $0.1) }
        return bytes + (milliseconds.map { [Attribute("ms", $0)] } ?? []) + kernelAttributes
    }

    /// Its kernels, and what they run beside.
    private var kernelAttributes: [Attribute] {
        var attributes: [Attribute] = []
        if !kernels.isEmpty {
            attributes.append(Attribute("tasks", kernels.map(\.tasks)))
            attributes.append(Attribute("work", reals: kernels.map(\.milliseconds)))
        }
        if preparations > 0 { attributes.append(Attribute("preparations", preparations)) }
        if !groups.isEmpty { attributes.append(Attribute("groups", groups)) }
        return attributes
    }
}
