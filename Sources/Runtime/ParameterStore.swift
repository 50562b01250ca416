import Base

/// The memory of a model's parameters and of their optimiser's state.
///
/// Parameters are row-major in PyTorch's layout. Use it from one thread at a time, and not during a run.
public final class ParameterStore {
    public let model: Model
    let parameters: ParameterMemory
    private(set) var moments: [MappedMemory] = []
    /// A moving average of all parameters; nil until it is asked for.
    var average: MappedMemory?

    /// All parameters zero.
    /// - Throws: `RuntimeError` when there is not enough memory.
    public init(model: Model) throws {
        self.model = model
        parameters = try ParameterMemory(bytes: model.parameterBytes)
    }

    /// Parameters at their initial values for `seed`.
    public convenience init(model: Model, initialValues: InitialValueRule, seed: UInt64) throws {
        try self.init(model: model)
        initialize(initialValues, seed: seed)
    }

    /// Gives all parameters their initial values for `seed`; optimiser state becomes zero, and an average starts there.
    public func initialize(_ rule: InitialValueRule, seed: UInt64) {
        for parameter in model.parameters {
            parameters.store(parameter) {
                rule.fill($0, name: parameter.name, kind: parameter.kind, fanIn: parameter.fanIn, seed: seed)
            }
        }
        resetMoments()
        startAverage()
    }

    /// A copy of a parameter's values.
    /// - Throws: `RuntimeError` that lists the parameters there are.
    public func values(of name: String) throws -> [Float] {
        let parameter = try model.parameter(name)
        return Array(parameters.values(parameter))
    }

    /// Whether all of a parameter's values are finite numbers.
    /// - Throws: as `values(of:)`.
    public func isFinite(_ name: String) throws -> Bool {
        parameters.values(try model.parameter(name)).allSatisfy(\.isFinite)
    }

    /// Overwrites a parameter.
    /// - Throws: `RuntimeError` for an unknown name or another number of values.
    public func setValues(_ values: [Float], of name: String) throws {
        let parameter = try model.parameter(name)
        try expect(values.count, parameter)
        parameters.store(values, parameter)
    }

    // MARK: Optimiser state

    /// State tensors per parameter that there is memory for.
    public var momentCount: Int { moments.count }

    /// Makes sure that there are at least `count` state tensors per parameter (at most 2); new ones are zero.
    /// - Throws: `RuntimeError` when there is not enough memory.
    public func allocateMoments(_ count: Int) throws {
        while moments.count < min(count, 2) {
            moments.append(try MappedMemory(bytes: model.state.bytes, for: "the optimizer's state"))
        }
    }

    /// Sets all optimiser state to zero, as it is before the first step.
    public func resetMoments() {
        for memory in moments {
            for parameter in model.parametersWithState {
                elements(ofState: parameter, in: memory)?.update(repeating: 0)
            }
        }
    }

    /// A copy of a parameter's state: `index` 1 for the first moment (SGD's momentum), 2 for the second.
    /// - Throws: `RuntimeError` for an unknown name, or state that was not allocated.
    public func moment(_ index: Int, of name: String) throws -> [Float] {
        let parameter = try model.parameter(name)
        return Array(try state(index, of: parameter))
    }

    /// Overwrites a parameter's state.
    /// - Throws: `RuntimeError` for an unknown name, another number of values, or state that was not allocated.
    public func setMoment(_ index: Int, _ values: [Float], of name: String) throws {
        let parameter = try model.parameter(name)
        try expect(values.count, parameter)
        _ = try state(index, of: parameter).update(fromContentsOf: values)
    }

    func moment(_ index: Int) throws -> MappedMemory {
        guard moments.indices.contains(index - 1) else {
            throw RuntimeError("there is no moment \(index): \(moments.count) per parameter are allocated")
        }
        return moments[index - 1]
    }

    /// A parameter's state: `index` 1 for the first moment.
    func state(_ index: Int, of parameter: ParameterInfo) throws -> UnsafeMutableBufferPointer<Float> {
        guard let state = elements(ofState: parameter, in: try moment(index)) else {
            throw RuntimeError("parameter \"\(parameter.name)\" is frozen, so that the optimizer keeps nothing of it")
        }
        return state
    }

    /// Where the state of the parameter at `offset` begins; nil when it has none, or none was allocated.
    func state(_ index: Int, at offset: Int) -> UnsafeMutableRawPointer? {
        guard moments.indices.contains(index - 1), let place = model.state.place(of: offset) else { return nil }
        return moments[index - 1].base + place
    }

    // MARK: Places

    /// A parameter's part of a moment; nil when it has none.
    private func elements(
        ofState parameter: ParameterInfo, in memory: MappedMemory
    ) -> UnsafeMutableBufferPointer<Float>? {
        model.state.place(of: parameter.offset).map {
            UnsafeMutableBufferPointer(start: memory.floats(at: $0), count: parameter.elementCount)
        }
    }

    func elements(_ parameter: ParameterInfo, in memory: MappedMemory) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: memory.floats(at: parameter.offset), count: parameter.elementCount)
    }

    private func expect(_ count: Int, _ parameter: ParameterInfo) throws {
        guard count == parameter.elementCount else {
            throw RuntimeError(
                "parameter \"\(parameter.name)\" \(Text.shape(parameter.shape)) takes \(parameter.elementCount) values, "
                    + "found \(count)")
        }
    }
}
