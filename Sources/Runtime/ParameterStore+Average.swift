import TensorFiles

/// An exponential moving average of all parameters, running means and variances of normalisations included.
///
/// Those of the batch statistics are averaged like weights: they then belong to about the steps that the averaged weights
/// come from, where the latest ones belong to the latest weights.
extension ParameterStore {
    public var hasAverage: Bool { average != nil }

    /// Makes sure that there is memory for an average; a new one is a copy of the parameters.
    /// - Throws: `RuntimeError` when there is not enough memory.
    public func allocateAverage() throws {
        guard average == nil else { return }
        average = try MappedMemory(bytes: model.parameterBytes, for: "the average of the parameters")
        startAverage()
    }

    /// Makes the average, if there is one, a copy of the parameters.
    public func startAverage() {
        if let average { parameters.copy(to: average) }
    }

    /// Puts the average in the parameters' place and the parameters in the average's, bit for bit; twice changes nothing.
    public func exchangeAverage() {
        if let average { parameters.exchange(with: average) }
    }

    /// A copy of the average of a parameter.
    /// - Throws: `RuntimeError` for an unknown name, or when there is no average.
    public func average(of name: String) throws -> [Float] {
        let parameter = try model.parameter(name)
        return Array(elements(parameter, in: try averageMemory()))
    }

    /// Adds the average of every parameter as the tensor `prefix` + the parameter's name, without a copy.
    /// - Throws: `TensorFileError` when the writer holds such a tensor already, `RuntimeError` when there is no average.
    public func exportAverage(to writer: inout SafetensorsWriter, prefix: String) throws {
        let memory = try averageMemory()
        try export(model.parameters, to: &writer, prefix: prefix, owner: memory) {
            UnsafeBufferPointer(elements($0, in: memory))
        }
    }

    /// Reads the average of every parameter from the tensor called `prefix` + the parameter's name.
    /// - Throws: `RuntimeError` as for `load`, or when there is no average.
    public func loadAverage(from file: TensorFile, prefix: String) throws {
        let memory = try averageMemory()
        try load(model.parameters, file, prefix: prefix, what: "average of parameter") { parameter, fill in
            try fill(elements(parameter, in: memory))
        }
    }

    private func averageMemory() throws -> MappedMemory {
        guard let average else { throw RuntimeError("there is no average of the parameters: none was allocated") }
        return average
    }
}
