import Exchange
import FileAccess
import GraphDSL
import GraphIR
import Nets
import Passes
import Strategy
import TensorFiles
import Trainer

/// Weights of another program, or of another net, under the names of a graph.
struct AdoptedWeights {
    private let session: Session
    private let source: String
    let matching: Matching
    private let values: (Matching.Row) throws -> [Float]?

    /// - Parameters:
    ///   - source: a file of tensors, the folder of a run, or an ONNX model.
    ///   - graph: the file of the graph that they are for.
    /// - Throws: `TensorFileError` or `TrainerError` where they do not fit and nobody has agreed to that, `DriverError` for the graph.
    init(
        _ source: String, for graph: String, overrides: [(name: String, value: String)], _ flags: MatchFlags
    ) throws {
        let session = try Session(path: graph, overrides: overrides)
        self.session = session
        self.source = source
        let nodes = session.graph.parameters.map { session.graph[$0] }
        let wanted = nodes.map { TensorDescription(name: $0.name, shape: $0.type.shape) }
        let method = try flags.method()
        if Self.areTensors(source) {
            let weights = try StartingWeights(source, for: wanted, by: method, skipsMismatches: flags.skipMismatch)
            (matching, values) = (weights.matching, weights.values(for:))
        } else {
            let tensors = try Self.tensors(of: try ONNXModel(path: source), source, session.graph.inputExtent)
            let stored = Dictionary(tensors.map { ($0.name, $0.values) }) { first, _ in first }
            let matched = try MatchedTensors(
                of: source, tensors.map { TensorDescription(name: $0.name, shape: $0.shape) }, for: wanted, by: method,
                skipsMismatches: flags.skipMismatch
            ) { stored[$0] ?? [] }
            (matching, values) = (matched.matching, matched.values(for:))
        }
    }

    /// Whether it holds tensors without a net around them, by what is in it; by its name where it cannot be read.
    static func areTensors(_ path: String) -> Bool {
        let isCalledSo = [".pt", ".pth", ".safetensors"].contains { path.hasSuffix($0) }
        return isCalledSo || Files.isFolder(path) || (try? TensorFile(path: path)) != nil
    }

    /// A model's parameters, called as the statements that it would become; as in the file where it cannot become a graph.
    private static func tensors(
        of model: ONNXModel, _ path: String, _ size: Extent?
    ) throws -> [ImportedNet.Tensor] {
        var options = ImportOptions()
        options.loss = .none
        options.size = size
        do {
            return try ONNXImporter.net(model, path: path, options).tensors
        } catch {
            printError("note: tensors are called as in the file: \(error.message)")
            return model.floatTensors
        }
    }

    /// Writes all parameters of the graph, those that take nothing with the values that it starts with, and the graph with the
    /// values of `-D` as its defaults; shows the table.
    func write(weights: String, graph: String?) throws {
        var writer = SafetensorsWriter()
        for row in matching.rows {
            let values = try values(row) ?? session.initialValues(of: row.wanted.name)
            try writer.add(row.wanted.name, shape: row.wanted.shape, values: values)
        }
        try writer.write(to: weights)
        if let graph {
            try FileWriter.write(graph, text: GraphHeader.changed(session.text, defaults: session.overrides))
        }
        printResult(matching.table)
        for line in matching.summary { printError(line) }
        printError("wrote \(graph.map { "\($0) and " } ?? "")\(weights) from \(source)")
    }
}
