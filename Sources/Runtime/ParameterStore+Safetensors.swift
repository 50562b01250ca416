extension ParameterStore {
    /// Reads every parameter from the tensor called `prefix` + its name, of any readable element type.
    ///
    /// Nothing changes unless all of them are there in the right shapes.
    /// - Parameter needsRunningMoments: false leaves running means and variances that are not in the file as they are, for
    ///   plans that compute with those of the batch.
    /// - Returns: the names of other tensors that start with `prefix`, in the file's order.
    /// - Throws: `RuntimeError` that names the file, the parameter, and both shapes.
    @discardableResult
    public func load(
        _ file: SafetensorsFile, prefix: String = "", needsRunningMoments: Bool = true
    ) throws -> [String] {
        let wanted = model.parameters.filter {
            needsRunningMoments || $0.kind.isTrained || file.tensor(prefix + $0.name) != nil
        }
        try load(wanted, file, prefix: prefix, what: "parameter") { parameters.store($0, $1) }
        let known = Set(model.parameters.map { prefix + $0.name })
        return file.names.filter { $0.hasPrefix(prefix) && !known.contains($0) }
    }

    /// Reads state `index` (1 or 2) of every parameter from the tensor called `prefix` + the parameter's name.
    /// - Throws: `RuntimeError` as for `load`, or when that state was not allocated.
    public func loadMoment(_ index: Int, from file: SafetensorsFile, prefix: String) throws {
        let memory = try moment(index)
        try load(model.parameters, file, prefix: prefix, what: "optimizer state of parameter") { values, parameter in
            _ = elements(parameter, in: memory).update(fromContentsOf: values)
        }
    }

    /// Adds every parameter as the tensor `prefix` + its name.
    ///
    /// Nothing is copied: the writer stores the values as they are when it writes the file.
    /// - Throws: `RuntimeError` when the writer already holds a tensor of that name.
    public func export(to writer: inout SafetensorsWriter, prefix: String = "") throws {
        try export(to: &writer, prefix: prefix, owner: parameters) { parameters.values($0) }
    }

    /// Adds state `index` (1 or 2) of every parameter as the tensor `prefix` + the parameter's name, without a copy.
    /// - Throws: `RuntimeError` as for `export`, or when that state was not allocated.
    public func exportMoment(_ index: Int, to writer: inout SafetensorsWriter, prefix: String) throws {
        let memory = try moment(index)
        try export(to: &writer, prefix: prefix, owner: memory) { UnsafeBufferPointer(elements($0, in: memory)) }
    }

    func load(
        _ wanted: [ParameterInfo], _ file: SafetensorsFile, prefix: String, what: String,
        store: ([Float], ParameterInfo) -> Void
    ) throws {
        for parameter in wanted { try check(parameter, file, prefix: prefix, what: what) }
        // One after the other: together they are as much memory as the parameters.
        for parameter in wanted { store(try file.floats(prefix + parameter.name), parameter) }
    }

    func check(_ parameter: ParameterInfo, _ file: SafetensorsFile, prefix: String, what: String) throws {
        let name = prefix + parameter.name
        let expected = "\(what) \"\(parameter.name)\" \(shapeText(parameter.shape))"
        guard let tensor = file.tensor(name) else {
            throw RuntimeError(
                "\(file.path): \(expected) is missing: there is no tensor \"\(name)\" (the file holds "
                    + "\(file.names.isEmpty ? "none" : quotedList(file.names)))")
        }
        guard tensor.shape == parameter.shape else {
            throw RuntimeError(
                "\(file.path): \(expected) has shape \(shapeText(tensor.shape)) in the file; is it of another graph, "
                    + "or of another width?")
        }
        guard tensor.element.isReadableAsFloat else {
            throw RuntimeError(
                "\(file.path): \(expected) holds \(tensor.element.rawValue) values, which are not readable")
        }
    }

    func export(
        to writer: inout SafetensorsWriter, prefix: String, owner: AnyObject,
        values: (ParameterInfo) -> UnsafeBufferPointer<Float>
    ) throws {
        for parameter in model.parameters {
            try writer.add(
                prefix + parameter.name, shape: parameter.shape, element: .f32,
                borrowing: UnsafeRawBufferPointer(values(parameter)), of: owner)
        }
    }
}
