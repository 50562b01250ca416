import Exchange
import GraphIR
import Strategy
import TestSupport
import Testing

/// The graphs of the zoo, out to ONNX and back in.
@Suite struct ZooExchangeTests {
    /// A graph at the size that tests have, or as it stands in its file.
    struct Case: CustomTestStringConvertible, Sendable {
        var net: BundledNet
        var isWhole: Bool
        var testDescription: String { net.name + (isWhole ? " at full width" : "") }
    }

    private static let cases =
        BundledNet.all.map { Case(net: $0, isWhole: false) }
        + (isLongRun
            ? BundledNet.all.map { Case(net: BundledNet($0.name, overriding: []), isWhole: true) } : [])

    /// `--check` asks onnxruntime, where a Python has it, and the importer in any case.
    @Test(arguments: cases) func comesBackAsItWas(_ test: Case) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try ExportCommandTests.writeWeights(program.folder + "/w.safetensors", of: test.net)
        let session = try Session(path: checkoutFolder() + "/" + test.net.path, overrides: test.net.overrides)
        let environment =
            "UNETC_CACHE='\(program.folder)/cache' "
            + (ExportCommandTests.python.map { "UNETC_ONNX_PYTHON='\($0.path)'" } ?? "")
        let flags = test.net.overrides.map { "-D \($0.name)=\($0.value)" }.joined(separator: " ")
        let export = try program.run(
            "export '\(session.path)' \(flags) --weights w.safetensors --onnx net.onnx --train-form --check",
            environment: environment)
        #expect(export.exitCode == 0, "\(export.errors)")
        #expect(export.output.contains("reads back as the same graph: "), "\(export.output)")
        if ExportCommandTests.python != nil {
            #expect(export.output.contains("onnxruntime agrees: "), "\(export.output)")
        }

        let restored = try program.run("import net.onnx --graph a.graph --weights a.safetensors")
        #expect(restored.exitCode == 0 && restored.errors.contains("the one that the model was exported from"))
        let original = try Session(path: program.folder + "/a.graph", overrides: [])
        #expect(original.graph.structureHash == session.graph.structureHash)
        #expect(original.graph.training == session.graph.training)
        #expect(try sameTensors(program.folder + "/a.safetensors", program.folder + "/w.safetensors"))

        let name = session.graph.name
        let made = try program.run(
            "import net.onnx --from-nodes --loss none --name \(name) --graph b.graph --weights b.safetensors")
        #expect(made.exitCode == 0, "\(made.errors)")
        let graph = try Session(path: program.folder + "/b.graph", overrides: []).graph
        #expect(graph.exported.structureHash == session.graph.exported.structureHash)
        // Nothing was folded, and nothing restored: the text is of the nodes.
        #expect(graph.loss == nil)
    }

    private func sameTensors(_ a: String, _ b: String) throws -> Bool {
        let (a, b) = (try readSafetensors(a), try readSafetensors(b))
        return a.keys.sorted() == b.keys.sorted() && a.allSatisfy { b[$0.key] == $0.value }
    }
}
