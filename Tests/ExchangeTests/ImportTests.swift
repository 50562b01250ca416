import Base
import GraphIR
import Interpreter
import Passes
import TestSupport
import Testing

@testable import Exchange

/// What is exported comes back as a graph that computes the same.
@Suite struct ImportTests {
    /// Parameters that differ from each other, variances above 0, weights so small that sums do not grow.
    private static func parameters(_ graph: Graph) -> [String: [Float]] {
        var random = SplitMix64(seed: 3)
        var result: [String: [Float]] = [:]
        for id in graph.parameters {
            let shape = graph[id].type.shape
            let size = Double(max(1, shape.dropFirst().reduce(1, *))).squareRoot()
            result[graph[id].name] = (0..<graph[id].type.elementCount).map { _ in
                Float(shape.count == 1 ? random.unit() + 0.5 : 3 * (random.unit() - 0.5) / size)
            }
        }
        return result
    }

    private static func outputs(_ graph: Graph, _ parameters: [String: [Float]]) throws -> [[Double]] {
        let forward = inferenceGraph(graph)
        var random = SplitMix64(seed: 5)
        var values: [String: Tensor] = [:]
        for node in forward.nodes {
            if node.op == .input {
                let count = node.type.elementCount(batch: 2)
                values[node.name] = Tensor(
                    shape: [2] + node.type.shape, values: (0..<count).map { _ in random.unit() })
            } else if case .parameter = node.op {
                values[node.name] = Tensor(
                    shape: node.type.shape, values: try #require(parameters[node.name], "\(node.name)").map(Double.init)
                )
            }
        }
        let results = try interpret(forward, batch: 2, values: values)
        return graph.outputs.map { output in
            forward.outputs.first { $0.name == output.name }.map { results[$0.node.index].values } ?? []
        }
    }

    private func roundTrip(
        _ graph: Graph, _ parameters: [String: [Float]], _ change: (inout ExportOptions) -> Void
    ) throws -> (graph: Graph, parameters: [String: [Float]]) {
        var options = ExportOptions()
        change(&options)
        let model = try ONNXExporter.model(graph, options) { parameters[$0] ?? [] }
        var importing = ImportOptions()
        importing.loss = .none
        importing.name = graph.name
        let net = try ONNXImporter.net(try reread(model), path: "test.onnx", importing)
        let values = Dictionary(uniqueKeysWithValues: net.tensors.map { ($0.name, $0.values) })
        return (try compiled(net.text), values)
    }

    /// The model as it comes out of its file.
    private func reread(_ model: ONNXModel) throws -> ONNXModel {
        try ONNXModel(model.bytes, path: "test.onnx") { _, _, _ in [] }
    }

    @Test(arguments: BundledNet.all, [false, true])
    func bundledGraphsComputeTheSame(_ net: BundledNet, keeps: Bool) throws {
        let graph = try compiled(try net.text(), net.overrides)
        let parameters = Self.parameters(graph)
        let back = try roundTrip(graph, parameters) { $0.keepsNormalizations = keeps }
        #expect(verify(back.graph) == [])
        // Where nothing has been folded, all values and parameters have their names again.
        if keeps { #expect(back.graph.exported.structureHash == graph.exported.structureHash) }
        let (expected, found) = (try Self.outputs(graph, parameters), try Self.outputs(back.graph, back.parameters))
        for (a, b) in zip(expected, found) {
            #expect(a.count == b.count && !a.isEmpty)
            let largest = a.map(abs).max() ?? 0
            #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, largest) })
        }
    }
}
