import Base
import Runtime
import TensorFiles
import TrainerSupport

/// Weights of another net that a run starts from: a file's tensors, and what each parameter takes of it.
package struct StartingWeights {
    /// As it was named.
    package let path: String
    package let matching: Matching
    private let file: TensorFile
    /// What stands before names that are taken, such as the `ema.` of averages.
    private let prefix: String

    /// - Parameters:
    ///   - path: a file of tensors, or the folder of a run.
    ///   - skipsMismatches: whether what is not there, or of another shape, starts anew.
    /// - Throws: `TrainerError` or `TensorFileError` when there is no such file, or its tensors do not fit.
    package init(_ path: String, for model: Model, by method: Matching.Method, skipsMismatches: Bool) throws {
        self.path = path
        let place = try Self.file(path)
        file = try TensorFile(path: place)
        try Checkpoint(path: place).checkContent(of: file)
        let hasAverage =
            !(file.metadata["ema"] ?? "").isEmpty && file.names.contains { $0.hasPrefix(Checkpoint.averagePrefix) }
        prefix = hasAverage ? Checkpoint.averagePrefix : ""
        let (file, prefix) = (file, prefix)
        let sources = file.tensors.filter { tensor in
            tensor.element.isReadableAsFloat && tensor.name.hasPrefix(prefix)
                && !Checkpoint.isState(tensor.name, in: file)
        }.map { TensorDescription(name: String($0.name.dropFirst(prefix.count)), shape: $0.shape) }
        // In the order of their layers.
        let wanted = model.parameters.map { TensorDescription(name: $0.name, shape: $0.shape) }
        matching = try Matching(sources, wanted, by: method)
        guard matching.rows.contains(where: \.isTaken) else {
            if let fault = matching.fault(of: place) { throw fault }
            throw TrainerError("\(place): nothing in it fits this net", hint: "is it of another net?")
        }
        if !skipsMismatches, let fault = matching.fault(of: place) { throw fault }
    }

    /// Puts the values in the parameters' place; those that the file has not stay as they are.
    /// - Throws: `TensorFileError` when the file cannot be read, `TrainerError` for values that are no finite numbers.
    package func load(into parameters: ParameterStore) throws {
        for row in matching.rows where row.isTaken {
            guard let source = row.source else { continue }
            var values = try file.floats(prefix + source.name)
            guard values.allSatisfy(\.isFinite) else {
                throw TrainerError(
                    "\(path): tensor \"\(source.name)\" holds values that are no finite numbers",
                    hint: "use weights of an earlier epoch")
            }
            if row.outcome == .adapted {
                values = Matching.adapted(values, shape: source.shape, channels: row.wanted.shape[1])
            }
            try parameters.setValues(values, of: row.wanted.name)
        }
        parameters.startAverage()
    }

    /// SHA-256 of what is taken: names of parameters, shapes and bytes.
    package func digest() throws -> String {
        var digest = Digest()
        for row in matching.rows where row.isTaken {
            guard let source = row.source else { continue }
            digest.add("\(row.wanted.name) \(Text.shape(source.shape))\n")
            try file.forEachPiece(of: prefix + source.name) { digest.add(Array($0)) }
        }
        return digest.text
    }

    /// For `run.json`.
    package var json: JSON {
        .object([
            ("file", .string(path)),
            ("loaded", .integer(matching.rows.count(where: \.isTaken))),
            (
                "parameters",
                .array(
                    matching.rows.map { row in
                        .object([
                            ("name", .string(row.wanted.name)), ("from", row.source.map { .string($0.name) } ?? .null),
                            ("outcome", .string(row.word)),
                        ])
                    })
            ),
            ("unused", .array(matching.unused.map { .string($0.name) })),
        ])
    }

    /// The file of weights that a path means.
    private static func file(_ path: String) throws -> String {
        guard FileSystem.isFolder(path) else { return path }
        let files = RunFiles(folder: path)
        if let file = [files.best, files.checkpoint].first(where: FileSystem.isFile) { return file }
        throw TrainerError(
            "--init-from \(path): expected a file of weights or the folder of a run, found no best.safetensors in it",
            hint: "name a file in it")
    }
}
