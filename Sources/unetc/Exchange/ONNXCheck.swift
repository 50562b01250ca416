import Base
import Driver
import Exchange
import FileAccess
import GraphIR
import Passes
import Runtime
import Strategy
import TensorFiles

/// Compares what others make of an exported model with what the compiled graph computes: our own importer, and onnxruntime.
struct ONNXCheck {
    /// Of the environment: the Python that has onnxruntime.
    static let variable = "UNETC_ONNX_PYTHON"
    /// What two programs may differ by, as a part of the largest value: they add up in another order.
    static let tolerance = 1e-5
    private static let batch = 2

    private let session: Session
    private let weights: ExportedWeights
    /// Of the weights; nil for the graph's initial values.
    private let file: String?
    private let folder: ScratchFolder
    private var inputs: String { folder.path + "/inputs.safetensors" }

    init(session: Session, weights: ExportedWeights, file: String?) throws {
        self.session = session
        self.weights = weights
        self.file = file
        folder = try ScratchFolder("onnx")
    }

    /// - Parameters:
    ///   - model: of the net.
    ///   - options: that it was exported with.
    ///   - pictures: the file of the same with what surrounds it, which has to run as well.
    ///   - path: the Python that the user named.
    /// - Returns: what was compared, for people.
    /// - Throws: `CommandFailure` where they differ, `ExchangeError` where the importer refuses the model.
    func run(
        _ model: ONNXModel, _ options: ExportOptions, _ pictures: String?, python path: String?
    ) throws -> [String] {
        let net = folder.path + "/net.onnx"
        try model.write(to: net)
        try writeInputs()
        let results = try results(of: session, weights: file)
        var lines = [try readBack(net, options, results)]
        let packages = ["numpy", "onnxruntime"]
        guard let python = try PythonProgram.find(path, variable: Self.variable, packages: packages) else {
            return lines + [
                "onnxruntime is not there to be asked (pip install onnx onnxruntime, and name that Python by --python or "
                    + "$\(Self.variable))"
            ]
        }
        let files = pictures.map { [$0] } ?? []
        let answer = try Self.answer(of: python, [net, inputs, results.path] + files)
        lines.append(
            try judged(answer) {
                try Self.answer(of: python, [net, inputs, $0])
            } own: {
                try results.floats($0)
            })
        return lines
    }

    // MARK: Values

    /// Numbers from 0 to 1, as pictures have them.
    private func writeInputs() throws {
        var random = SplitMix64(seed: 1)
        var writer = SafetensorsWriter()
        for node in session.graph.nodes where node.op == .input {
            let count = node.type.elementCount(batch: Self.batch)
            let values = (0..<count).map { _ in Float(random.unit()) }
            try writer.add(node.name, shape: [Self.batch] + node.type.shape, values: values)
        }
        try writer.write(to: inputs)
    }

    /// What a graph makes of the inputs.
    private func results(of session: Session, weights: String?, called name: String = "outputs") throws -> TensorFile {
        let path = folder.path + "/\(name).safetensors"
        let run = GraphRun(session: session, feeds: try TensorFile(path: inputs), plan: .infer)
        let options = CompileOptions(target: try .named("native"), batch: nil, jobs: processorCount())
        try run.results(options, weights: weights, threads: processorCount()).write(to: path)
        return try TensorFile(path: path)
    }

    // MARK: The importer

    /// The model as the importer understands it: the same structure, where nothing was folded, and the same outputs.
    private func readBack(_ path: String, _ options: ExportOptions, _ results: TensorFile) throws -> String {
        var importing = ImportOptions()
        importing.loss = .none
        importing.name = session.graph.name
        importing.size = session.graph.inputExtent
        let net = try ONNXImporter.net(try ONNXModel(path: path), path: path, importing)
        let (graph, weights) = (folder.path + "/back.graph", folder.path + "/back.safetensors")
        try FileWriter.write(graph, text: net.text)
        var writer = SafetensorsWriter()
        for tensor in net.tensors { try writer.add(tensor.name, shape: tensor.shape, values: tensor.values) }
        try writer.write(to: weights)
        let back = try Session(path: graph, overrides: [])
        let isSame = back.graph.exported.structureHash == session.graph.exported.structureHash
        guard isSame || !options.keepsNormalizations else {
            throw CommandFailure("the model reads back as another graph:\n\(net.text)", exitCode: 70)
        }
        let found = try self.results(of: back, weights: weights, called: "back")
        var rows: [String] = []
        for name in results.names {
            let expected = try results.floats(name)
            let values = found.contains(name) ? try found.floats(name) : []
            guard values.count == expected.count else {
                throw CommandFailure("output \"\(name)\" is not what the model reads back as", exitCode: 70)
            }
            let agreement = Agreement(name: name, values, expected.map(Double.init))
            guard agreement.difference <= Self.tolerance * max(1, agreement.largest) else {
                throw CommandFailure("read back, \(agreement.text)", exitCode: 70)
            }
            rows.append(agreement.text)
        }
        return "reads back as \(isSame ? "the same graph" : "a graph that computes the same"): "
            + rows.joined(separator: "; ")
    }

    // MARK: onnxruntime

    /// What it says of the model's outputs beside those of a file.
    private static func answer(of python: PythonProgram, _ files: [String]) throws -> JSON {
        let script = String(decoding: PackageResources.check_onnx_py, as: UTF8.self)
        let result = try JSON(parsing: try python.run(script, files))
        let checker = result["checker"]?.string ?? ""
        if !checker.isEmpty && checker != "onnx is not there" {
            throw CommandFailure("onnx.checker: \(checker)", exitCode: 70)
        }
        return result
    }

    private static func agreements(_ answer: JSON) throws -> [Agreement] {
        try (answer["outputs"]?.members ?? []).map { output in
            guard let difference = output.value["difference"]?.number, let largest = output.value["largest"]?.number
            else {
                throw CommandFailure("output \"\(output.key)\" has another shape in onnxruntime", exitCode: 70)
            }
            return Agreement(name: output.key, difference: difference, largest: largest)
        }
    }

    /// Two programs that round in another order may differ by more than one of them is wrong by. Then the model is judged by the
    /// graph in double precision, as a part of the largest value on the way: a net may subtract large values from each other.
    /// - Parameters:
    ///   - asked: what onnxruntime says beside the results of a file.
    ///   - own: the compiled graph's values of an output.
    private func judged(
        _ answer: JSON, _ asked: (String) throws -> JSON, own: (String) throws -> [Float]
    ) throws -> String {
        let agreements = try Self.agreements(answer)
        let rows = agreements.map(\.text).joined(separator: "; ")
        if agreements.allSatisfy({ $0.difference <= Self.tolerance * max(1, $0.largest) }) {
            return "onnxruntime agrees: \(rows)"
        }
        let exact = try ExactResults(of: session.graph, TensorFile(path: inputs), batch: Self.batch) {
            try weights.values($0)
        }
        let path = folder.path + "/exact.safetensors"
        try exact.write(to: path)
        let found = try Self.agreements(try asked(path))
        var parts: [String] = []
        for (agreement, output) in zip(found, exact.outputs) {
            let compiled = Agreement(name: output.name, try own(output.name), output.values)
            parts.append(
                "\(output.name) in double precision differs from onnxruntime's by at most \(agreement.difference), from "
                    + "the compiled graph's by \(compiled.difference)")
        }
        let largest = "values on the way are up to \(exact.largest)"
        guard found.allSatisfy({ $0.difference <= Self.tolerance * max(1, exact.largest) }) else {
            throw CommandFailure("onnxruntime: \(rows); \(parts.joined(separator: "; ")); \(largest)", exitCode: 70)
        }
        return "onnxruntime agrees: \(rows); \(parts.joined(separator: "; ")); \(largest)"
    }
}

/// How far an output is from what it should be.
private struct Agreement {
    var name: String
    var difference: Double
    /// Of the values that it should have.
    var largest: Double

    var text: String { "\(name) differs by at most \(difference) of values up to \(largest)" }
}

extension Agreement {
    init(name: String, _ values: [Float], _ expected: [Double]) {
        self.name = name
        difference = zip(values, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
        largest = expected.reduce(0) { max($0, abs($1)) }
    }
}
