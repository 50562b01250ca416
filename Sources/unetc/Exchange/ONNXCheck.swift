import Base
import Driver
import Exchange
import GraphIR
import Passes
import Runtime
import Strategy
import TensorFiles

/// Compares what onnxruntime makes of an exported model with what the compiled graph computes.
struct ONNXCheck {
    /// Of the environment: the Python that has onnxruntime.
    static let variable = "UNETC_ONNX_PYTHON"
    /// What two programs may differ by, as a part of the largest value: they add up in another order.
    static let tolerance = 1e-5
    private static let batch = 2

    let session: Session
    let weights: String?

    /// - Parameters:
    ///   - model: of the net.
    ///   - pictures: the file of the same with what surrounds it, which has to run as well.
    /// - Returns: what was compared, for people.
    /// - Throws: `CommandFailure` where they differ, or where there is no Python that can tell.
    func run(_ model: ONNXModel, _ pictures: String?, python path: String?) throws -> String {
        let packages = ["numpy", "onnxruntime"]
        guard let python = try PythonProgram.find(path, variable: Self.variable, packages: packages) else {
            throw CommandFailure(
                "--check needs a Python with onnxruntime, and there is none\n  hint: pip install onnx onnxruntime, and name "
                    + "that Python by --python or $\(Self.variable)")
        }
        let folder = try ScratchFolder("onnx")
        let (inputs, outputs) = (folder.path + "/inputs.safetensors", folder.path + "/outputs.safetensors")
        let net = folder.path + "/net.onnx"
        try model.write(to: net)
        try writeInputs(to: inputs)
        let run = GraphRun(session: session, feeds: try TensorFile(path: inputs), plan: .infer)
        let options = CompileOptions(target: try .named("native"), batch: nil, jobs: processorCount())
        try run.results(options, weights: weights, threads: processorCount()).write(to: outputs)
        let script = String(decoding: PackageResources.check_onnx_py, as: UTF8.self)
        let files = [net, inputs, outputs] + (pictures.map { [$0] } ?? [])
        return try judged(try JSON(parsing: try python.run(script, files)))
    }

    /// Numbers from 0 to 1, as pictures have them.
    private func writeInputs(to path: String) throws {
        var random = SplitMix64(seed: 1)
        var writer = SafetensorsWriter()
        for node in session.graph.nodes where node.op == .input {
            let count = node.type.elementCount(batch: Self.batch)
            let values = (0..<count).map { _ in Float(random.unit()) }
            try writer.add(node.name, shape: [Self.batch] + node.type.shape, values: values)
        }
        try writer.write(to: path)
    }

    private func judged(_ result: JSON) throws -> String {
        let checker = result["checker"]?.string ?? ""
        if !checker.isEmpty && checker != "onnx is not there" {
            throw CommandFailure("onnx.checker: \(checker)", exitCode: 70)
        }
        let rows = try (result["outputs"]?.members ?? []).map { output in
            guard let difference = output.value["difference"]?.number, let largest = output.value["largest"]?.number
            else {
                throw CommandFailure(
                    "output \"\(output.key)\" has another shape in onnxruntime", exitCode: 70)
            }
            guard difference <= Self.tolerance * max(1, largest) else {
                throw CommandFailure(
                    "output \"\(output.key)\" differs in onnxruntime by \(difference), values being up to "
                        + "\(largest)", exitCode: 70)
            }
            return "\(output.key) differs by at most \(difference) of values up to \(largest)"
        }
        return "onnxruntime agrees: " + rows.joined(separator: "; ")
    }
}
