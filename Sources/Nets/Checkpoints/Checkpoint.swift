import Base
import Recipes
import Runtime
import TensorFiles
import TrainerSupport

/// Saves and restores a net, its optimiser's state and the run's record as one safetensors file.
///
/// Parameters have their plain names, so that the file loads into PyTorch; state is called `OPTIMIZER.m.NAME` and
/// `OPTIMIZER.v.NAME`, and their moving average, where there is one, `ema.NAME`.
package struct Checkpoint {
    let path: String
    /// Whether its content has been found to be what was written, so that nobody need look again.
    var isChecked = false

    package init(path: String, isChecked: Bool = false) {
        self.path = path
        self.isChecked = isChecked
    }

    /// Writes everything that continuing the run needs. A previous file stays whole until the new one is.
    /// - Throws: `FileError` when the file cannot be written.
    package func save(_ parameters: ParameterStore, record: RunRecord) throws {
        try write(
            parameters, record, prefixes: Self.prefixes(record.settings.optimizer.kind, parameters.momentCount),
            average: parameters.hasAverage)
    }

    /// Writes the parameters only, for predicting.
    /// - Throws: as `save`.
    package func saveWeights(_ parameters: ParameterStore, record: RunRecord) throws {
        try write(parameters, record, prefixes: [], average: false)
    }

    /// Reads parameters and state.
    /// - Throws: `TrainerError`, `TensorFileError` or `RuntimeError` for a truncated or damaged file, for one of another graph, with both shapes,
    ///   and for values that are no finite numbers.
    package func restore(_ parameters: ParameterStore) throws -> RunRecord {
        let (file, record) = try open(for: parameters.model)
        try parameters.load(file)
        if parameters.hasAverage { try parameters.loadAverage(from: file, prefix: Self.averagePrefix) }
        let prefixes = Self.prefixes(record.settings.optimizer.kind, parameters.momentCount)
        for (index, prefix) in prefixes.enumerated() {
            try parameters.loadMoment(index + 1, from: file, prefix: prefix)
        }
        return record
    }

    /// Reads only the record.
    /// - Parameter model: refused if it is of another graph; nil for any.
    /// - Throws: as `restore`.
    package func record(for model: Model?) throws -> RunRecord { try open(for: model).record }

    /// Reads the parameters of a checkpoint, or of any file with tensors of their names; of a checkpoint with their
    /// moving average that one, which is what tests and predictions use.
    /// - Throws: as `restore`.
    package func restoreWeights(_ parameters: ParameterStore) throws {
        let model = parameters.model
        let file = try file(for: model)
        let names = model.parameters.map(\.name)
        let hasAverage =
            !(file.metadata["ema"] ?? "").isEmpty && file.contains(Self.averagePrefix + (names.first ?? ""))
        try parameters.load(file, prefix: hasAverage ? Self.averagePrefix : file.prefix(before: names))
    }

    private func open(for model: Model?) throws -> (file: TensorFile, record: RunRecord) {
        let file = try file(for: model)
        return (file, try RunRecord(file.metadata, path: path))
    }

    /// The file, whose content is what was written.
    private func file(for model: Model?) throws -> TensorFile {
        let file: TensorFile
        do {
            file = try TensorFile(path: path)
        } catch let error as TensorFileError {
            throw TrainerError(
                error.message,
                hint: error.hint ?? "is it the right file, and whole? Copy it again, or train anew with another --out")
        }
        if let model { try Self.checkGraph(file, model) }
        if !isChecked { try checkContent(of: file) }
        return file
    }

    private func write(_ parameters: ParameterStore, _ record: RunRecord, prefixes: [String], average: Bool) throws {
        var writer = SafetensorsWriter(metadata: record.metadata)
        try parameters.export(to: &writer)
        for (index, prefix) in prefixes.enumerated() {
            try parameters.exportMoment(index + 1, to: &writer, prefix: prefix)
        }
        if average { try parameters.exportAverage(to: &writer, prefix: Self.averagePrefix) }
        Self.seal(&writer, record)
        try writer.write(to: path)
    }

    static let averagePrefix = "ema."

    /// Names of the state tensors of each moment, without the parameter's name.
    static func prefixes(_ kind: OptimizerSettings.Kind, _ moments: Int) -> [String] {
        ["m", "v"].prefix(moments).map { "\(kind.rawValue).\($0)." }
    }

    /// Whether a tensor of a checkpoint is the optimizer's state of another one in it. A layer may have an optimizer's name.
    static func isState(_ name: String, in file: TensorFile) -> Bool {
        guard let kind = file.metadata["optimizer"].flatMap(OptimizerSettings.Kind.init) else { return false }
        return prefixes(kind, 2).contains { name.hasPrefix($0) && file.contains(String(name.dropFirst($0.count))) }
    }

    /// Refuses a file that says it belongs to another graph; files that say nothing are judged by names and shapes.
    private static func checkGraph(_ file: TensorFile, _ model: Model) throws {
        guard let hash = file.metadata["graph_hash"], hash != model.graphHash else { return }
        let name = file.metadata["graph"] ?? "unknown"
        let differences = model.parameters.compactMap { parameter -> String? in
            let found = file.tensor(parameter.name)
            if found?.shape == parameter.shape { return nil }
            let shape = found.map { Text.shape($0.shape) } ?? "missing"
            return "parameter \"\(parameter.name)\" is \(shape) there and \(Text.shape(parameter.shape)) here"
        }
        let rest = differences.count > 1 ? ", and \(Text.count(differences.count - 1, "other")) differ" : ""
        let difference =
            differences.first.map { $0 + rest }
            ?? "their parameters have equal shapes, but they are connected in another way"
        throw TrainerError(
            "\(file.path): a checkpoint of another graph (\"\(name)\", this trainer was compiled from "
                + "\"\(model.graphName)\"): \(difference)",
            hint: "use the trainer that the checkpoint was made with, or compile its graph again")
    }
}
