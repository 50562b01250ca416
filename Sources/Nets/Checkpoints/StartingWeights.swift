import Base
import Runtime
import TensorFiles
import TrainerSupport

/// Weights of another net that a run starts from: a file's tensors, and what each parameter takes of it.
package struct StartingWeights {
    /// As it was named.
    package let path: String
    package var matching: Matching { tensors.matching }
    private let tensors: MatchedTensors
    private let file: TensorFile
    /// What stands before names that are taken, such as the `ema.` of averages.
    private let prefix: String

    /// - Parameters:
    ///   - path: a file of tensors, or the folder of a run.
    ///   - wanted: the net's parameters in the order of their layers.
    ///   - skipsMismatches: whether what is not there, or of another shape, starts anew.
    /// - Throws: `TrainerError` or `TensorFileError` when there is no such file, or its tensors do not fit.
    package init(
        _ path: String, for wanted: [TensorDescription], by method: Matching.Method, skipsMismatches: Bool
    ) throws {
        self.path = path
        let place = try Self.file(path)
        let file = try TensorFile(path: place)
        try Checkpoint(path: place).checkContent(of: file)
        let hasAverage =
            !(file.metadata["ema"] ?? "").isEmpty && file.names.contains { $0.hasPrefix(Checkpoint.averagePrefix) }
        let prefix = hasAverage ? Checkpoint.averagePrefix : ""
        let sources = file.tensors.filter { tensor in
            tensor.element.isReadableAsFloat && tensor.name.hasPrefix(prefix)
                && !Checkpoint.isState(tensor.name, in: file)
        }.map { TensorDescription(name: String($0.name.dropFirst(prefix.count)), shape: $0.shape) }
        tensors = try MatchedTensors(
            of: place, sources, for: wanted, by: method, skipsMismatches: skipsMismatches
        ) { try file.floats(prefix + $0) }
        self.file = file
        self.prefix = prefix
    }

    /// What a parameter starts from; nil where the file has nothing for it.
    /// - Throws: `TensorFileError` when the file cannot be read, and for values that are no finite numbers.
    package func values(for row: Matching.Row) throws -> [Float]? { try tensors.values(for: row) }

    /// Puts the values in the parameters' place; those that the file has not stay as they are.
    /// - Throws: as `values`.
    package func load(into parameters: ParameterStore) throws {
        for row in matching.rows {
            guard let values = try values(for: row) else { continue }
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
            "\(path): expected a file of weights or the folder of a run, found no best.safetensors in it",
            hint: "name a file in it")
    }
}
