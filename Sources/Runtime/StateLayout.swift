import ModelABI

/// Where the optimiser's state of each parameter lies, and which parameters have none since no step changes them.
struct StateLayout {
    /// Names of parameters that an optimiser would change, had the compiler not left them out of all steps.
    let frozen: Set<String>
    /// Bytes of a moment of all others.
    let bytes: Int
    /// By the offset of a parameter; nil where the state lies as the parameters do.
    private let offsets: [Int: Int]?

    /// - Parameter updated: names of the parameters that steps of training leave to the optimiser.
    init(_ parameters: [ParameterInfo], updated: Set<String>, parameterBytes: Int) {
        let left = parameters.filter { $0.kind.hasGradient && !updated.contains($0.name) }
        frozen = updated.isEmpty ? [] : Set(left.map(\.name))
        guard !frozen.isEmpty else {
            (offsets, bytes) = (nil, parameterBytes)
            return
        }
        var offsets: [Int: Int] = [:]
        var end = 0
        for parameter in parameters where updated.contains(parameter.name) {
            offsets[parameter.offset] = end
            end += (parameter.bytes + 63) / 64 * 64
        }
        self.offsets = offsets
        bytes = end
    }

    /// Where the state of the parameter at `offset` begins; nil when it has none.
    func place(of offset: Int) -> Int? { offsets.map { $0[offset] } ?? offset }
}

extension ParameterKind {
    /// Whether it is what a gradient is made for whenever a net is trained.
    fileprivate var hasGradient: Bool {
        switch self {
        case .weight, .bias, .scale, .shift: true
        case .other, .runningMean, .runningVariance: false
        }
    }
}

extension Model {
    /// The parameters that steps of training change by an optimiser: others are means and variances, or were frozen by the
    /// compiler.
    public var trainedParameters: [ParameterInfo] {
        parameters.filter { $0.kind.isTrained && !state.frozen.contains($0.name) }
    }

    /// Those that have a place among the optimiser's state.
    var parametersWithState: [ParameterInfo] { parameters.filter { state.place(of: $0.offset) != nil } }
}

extension TableReader {
    /// Names of the parameters that steps of training leave to the optimiser.
    func updatedParameters() -> Set<String> {
        var names: Set<String> = []
        for plan in UnsafeBufferPointer(start: model.plans, count: Int(model.plan_count)) {
            for step in UnsafeBufferPointer(start: plan.steps, count: Int(plan.step_count))
            where step.kernel == nil && step.operand_count > 0 {
                names.insert(text(plan.tensors[Int(step.operands[0])].name))
            }
        }
        return names
    }
}
