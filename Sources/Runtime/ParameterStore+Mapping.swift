extension ParameterStore {
    /// Kernels read vectors of parameters from multiples of this many bytes.
    static let mappedAlignment = 64

    /// Parameters that lie in a file: nothing is copied but what is not stored as 32-bit floats, or not where vectors can
    /// be read. For inference; a plan that updates parameters changes copies of the file's pages.
    ///
    /// - Parameter prefix: of the tensors' names in the file.
    /// - Throws: `RuntimeError` as for `load`.
    public convenience init(model: Model, mapping file: SafetensorsFile, prefix: String = "") throws {
        try self.init(model: model)
        let mapping = try file.mapping()
        var copied: [ParameterInfo] = []
        for parameter in model.parameters {
            try check(parameter, file, prefix: prefix, what: "parameter")
            guard let tensor = file.tensor(prefix + parameter.name), tensor.element == .f32,
                (file.dataStart + tensor.range.lowerBound) % Self.mappedAlignment == 0,
                parameter.elementCount > 0
            else {
                copied.append(parameter)
                continue
            }
            parameters.place(parameter, in: mapping, at: file.dataStart + tensor.range.lowerBound)
        }
        try load(copied, file, prefix: prefix, what: "parameter") { parameters.store($0, $1) }
    }
}
