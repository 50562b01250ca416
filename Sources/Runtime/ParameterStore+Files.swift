import Base
import TensorFiles

extension ParameterStore {
    /// Reads every parameter from the tensor called `prefix` + its name, of any readable element type.
    ///
    /// Nothing changes unless all of them are there in the right shapes. Values are copied: what becomes of the file afterwards
    /// is nobody's business here.
    /// - Parameter needsRunningMoments: false leaves running means and variances that are not in the file as they are, for
    ///   plans that compute with those of the batch.
    /// - Returns: the names of other tensors that start with `prefix`, in the file's order.
    /// - Throws: `RuntimeError` that names the file, the parameter, and both shapes, or how many of its values are no finite
    ///   numbers; in that case some parameters have changed.
    @discardableResult
    public func load(
        _ file: TensorFile, prefix: String = "", needsRunningMoments: Bool = true
    ) throws -> [String] {
        let wanted = model.parameters.filter {
            needsRunningMoments || $0.kind.isTrained || file.tensor(prefix + $0.name) != nil
        }
        try load(wanted, file, prefix: prefix, what: "parameter") { try parameters.store($0, fill: $1) }
        let known = Set(model.parameters.map { prefix + $0.name })
        // A counter that PyTorch's batch normalisation keeps, which nothing depends on.
        let counter = ".num_batches_tracked"
        return file.names.filter { $0.hasPrefix(prefix) && !known.contains($0) && !$0.hasSuffix(counter) }
    }

    /// Reads state `index` (1 or 2) of every parameter from the tensor called `prefix` + the parameter's name.
    /// - Throws: `RuntimeError` as for `load`, or when that state was not allocated.
    public func loadMoment(_ index: Int, from file: TensorFile, prefix: String) throws {
        try load(model.parametersWithState, file, prefix: prefix, what: "optimizer state of parameter") {
            parameter, fill in
            try fill(try state(index, of: parameter))
        }
    }

    /// Adds every parameter as the tensor `prefix` + its name.
    ///
    /// Nothing is copied: the writer stores the values as they are when it writes the file.
    /// - Throws: `TensorFileError` when the writer already holds a tensor of that name.
    public func export(to writer: inout SafetensorsWriter, prefix: String = "") throws {
        try export(model.parameters, to: &writer, prefix: prefix, owner: parameters) { parameters.values($0) }
    }

    /// Adds state `index` (1 or 2) of every parameter as the tensor `prefix` + the parameter's name, without a copy.
    /// - Throws: as `export`; `RuntimeError` when that state was not allocated.
    public func exportMoment(_ index: Int, to writer: inout SafetensorsWriter, prefix: String) throws {
        try export(model.parametersWithState, to: &writer, prefix: prefix, owner: try moment(index)) {
            UnsafeBufferPointer(try state(index, of: $0))
        }
    }

    func load(
        _ wanted: [ParameterInfo], _ file: TensorFile, prefix: String, what: String,
        store: (ParameterInfo, (UnsafeMutableBufferPointer<Float>) throws -> Void) throws -> Void
    ) throws {
        for parameter in wanted { try check(parameter, file, prefix: prefix, what: what) }
        for parameter in wanted {
            try store(parameter) { target in
                try file.read(prefix + parameter.name, into: target)
                try Self.checkFinite(target, parameter, file, what)
            }
        }
    }

    private static func checkFinite(
        _ values: UnsafeMutableBufferPointer<Float>, _ parameter: ParameterInfo, _ file: TensorFile, _ what: String
    ) throws {
        guard let first = values.first(where: { !$0.isFinite }) else { return }
        let count = values.count { !$0.isFinite }
        throw RuntimeError(
            "\(file.path): \(what) \"\(parameter.name)\" \(Text.shape(parameter.shape)) holds \(count) "
                + "value\(count == 1 ? "" : "s") of \(values.count) that \(count == 1 ? "is" : "are") not finite (the first is "
                + "\(first.isNaN ? "nan" : "\(first)")); use the weights of an earlier epoch, or train anew")
    }

    func check(_ parameter: ParameterInfo, _ file: TensorFile, prefix: String, what: String) throws {
        let name = prefix + parameter.name
        let expected = "\(what) \"\(parameter.name)\" \(Text.shape(parameter.shape))"
        guard let tensor = file.tensor(name) else {
            if let refusal = file.refusal(name) { throw RuntimeError("\(file.path): \(expected) \(refusal)") }
            throw RuntimeError(
                "\(file.path): \(expected) is missing: there is no tensor \"\(name)\" (the file holds "
                    + "\(file.names.isEmpty ? "none" : quotedList(file.names)))")
        }
        guard tensor.shape == parameter.shape else {
            throw RuntimeError(
                "\(file.path): \(expected) has shape \(Text.shape(tensor.shape)) in the file; is it of another graph, "
                    + "or of another width?")
        }
        guard tensor.element.isReadableAsFloat else {
            throw RuntimeError(
                "\(file.path): \(expected) holds \(tensor.element.rawValue) values, which are not readable")
        }
    }

    func export(
        _ wanted: [ParameterInfo], to writer: inout SafetensorsWriter, prefix: String, owner: AnyObject,
        values: (ParameterInfo) throws -> UnsafeBufferPointer<Float>
    ) throws {
        for parameter in wanted {
            try writer.add(
                prefix + parameter.name, shape: parameter.shape, element: .f32,
                borrowing: UnsafeRawBufferPointer(values(parameter)), of: owner)
        }
    }
}
