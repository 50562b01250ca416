import Base
import Driver
import Strategy
import TensorFiles
import TestSupport
import Testing

import Platform

@testable import unetc

/// `unetc export`: onnxruntime has to agree with the compiled graph.
@Suite struct ExportCommandTests {
    static let python = try? PythonProgram.find(
        nil, variable: ONNXCheck.variable, packages: ["numpy", "onnx", "onnxruntime"])
    static let reason: Comment =
        "there is no Python with onnxruntime: scripts/setup-python.sh makes one, $UNETC_ONNX_PYTHON names one"

    /// Weights of a graph such that nothing of it is left out by chance: variances above 0, no zeros.
    static func writeWeights(_ path: String, of net: BundledNet) throws {
        let session = try Session(path: checkoutFolder() + "/" + net.path, overrides: net.overrides)
        var random = SplitMix64(seed: 7)
        var writer = SafetensorsWriter()
        for id in session.graph.parameters {
            let node = session.graph[id]
            let fan = Double(max(1, node.type.shape.dropFirst().reduce(1, *))).squareRoot()
            let isVector = node.type.shape.count == 1
            let values = (0..<node.type.elementCount).map { _ in
                Float(isVector ? random.unit() + 0.5 : (random.unit() - 0.5) * 3 / fan)
            }
            try writer.add(node.name, shape: node.type.shape, values: values)
        }
        try writer.write(to: path)
    }

    private static func arguments(_ net: BundledNet) -> String {
        "'\(checkoutFolder())/\(net.path)' " + net.overrides.map { "-D \($0.name)=\($0.value)" }.joined(separator: " ")
    }

    @Test(.enabled(if: python != nil, reason), arguments: BundledNet.all, ["", "--train-form --opset 21"])
    func onnxruntimeAgrees(_ net: BundledNet, _ form: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try Self.writeWeights(program.folder + "/w.safetensors", of: net)
        let run = try program.run(
            "export \(Self.arguments(net)) --weights w.safetensors --onnx net.onnx --check \(form)",
            environment: "UNETC_CACHE='\(program.folder)/cache' UNETC_ONNX_PYTHON='\(Self.python?.path ?? "")'")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output.contains("onnxruntime agrees: "), "\(run.output)")
    }

    @Test func standardOutputTakesTheModel() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let net = try #require(BundledNet.all.first { $0.name == "unet-small" })
        #expect(try program.run("export \(Self.arguments(net)) --onnx a.onnx").exitCode == 0)
        #expect(program.shell("$unetc export \(Self.arguments(net)) --onnx /dev/stdout > b.onnx 2> said") == 0)
        #expect(program.shell("cmp a.onnx b.onnx") == 0)
        #expect(try program.text("said").hasPrefix("wrote /dev/stdout: "))
    }

    @Test func weightsOfAnotherWidthAreNamed() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let net = try #require(BundledNet.all.first { $0.name == "unet-small" })
        try Self.writeWeights(program.folder + "/w.safetensors", of: net)
        let run = try program.run(
            "export '\(checkoutFolder())/\(net.path)' -D width=4 --weights w.safetensors --onnx net.onnx")
        #expect(run.exitCode == 1)
        #expect(
            run.errors
                == "error: w.safetensors: parameter \"enc1.conv1.weight\" [4, 3, 3, 3] has shape [2, 3, 3, 3] in the file\n"
                + "  hint: is it of another graph, or of another width (-D)?\n")
    }

    @Test(arguments: ["16", "23"]) func otherOpsetsAreRefused(_ opset: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run("export net.graph --onnx a.onnx --opset \(opset)")
        #expect(run.exitCode == 2 && run.errors.contains("--opset takes a number from 17 to 22, found \(opset)"))
    }
}
