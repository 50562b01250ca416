import GraphIR
import Interpreter
import Passes
import TestSupport
import Testing

/// The graphs of the folder `graphs`, small, in the interpreter.
@Suite struct BundledNetTests {
    @Test(arguments: BundledNet.all)
    func gradientsAgreeWithDifferences(_ net: BundledNet) throws {
        // So many bounded functions behind each other have a corner within any step that can be told from roundings.
        let text = try net.text().replacing("relu6(", with: "silu(")
        let graph = try compiled(text, net.overrides)
        let differentiated = try differentiate(graph)
        let problem = try directionMismatch(of: graph, differentiated: differentiated, seed: 3)
        #expect(problem == nil)
    }

    @Test func theCheckNoticesAWrongFactor() throws {
        let net = try #require(BundledNet.all.first { $0.name == "unet-small" })
        let graph = try compiled(net.text(), net.overrides)
        var differentiated = try differentiate(graph)
        let gradient = try #require(differentiated.gradients.first).gradient
        differentiated[gradient].epilogue.append(FusedStep(.scale(1.01)))
        let problem = try directionMismatch(of: graph, differentiated: differentiated)
        #expect(problem?.contains("the gradients say") == true)
    }

    /// What the comments of unet-nails.graph say: its convolutions on beds of nails are transposed ones with the kernel
    /// turned and its channels swapped.
    @Test func nailsAreTransposedConvolutions() throws {
        let overrides = [("width", "2"), ("size", "16")]
        let nails = try compiled(bundledText("unet-nails"), overrides)
        let transposed = try compiled(bundledText("unet-transpose3"), overrides)
        var leaves = randomLeaves(of: nails, batch: 2, seed: 5)
        let expected = try outputs(nails, leaves)
        for id in transposed.parameters where transposed[id].name.hasSuffix("upsample.weight") {
            let name = transposed[id].name
            leaves[name] = turned(try #require(leaves[name]))
        }
        #expect(mismatch("logits", expected: expected, found: try outputs(transposed, leaves), tolerance: 1e-12) == nil)
    }

    private func bundledText(_ name: String) throws -> String {
        try #require(BundledNet.all.first { $0.name == name }).text()
    }

    private func outputs(_ graph: Graph, _ leaves: [String: Tensor]) throws -> Tensor {
        try interpret(graph, batch: 2, values: leaves)[try #require(graph.outputs.first).node.index]
    }

    /// `[out, in, 3, 3]` as `[in, out, 3, 3]` with the kernel turned by 180 degrees.
    private func turned(_ weight: Tensor) -> Tensor {
        let (output, input) = (weight.shape[0], weight.shape[1])
        var values = weight.values
        for k in 0..<output {
            for c in 0..<input {
                for tap in 0..<9 { values[(c * output + k) * 9 + 8 - tap] = weight.values[(k * input + c) * 9 + tap] }
            }
        }
        return Tensor(shape: [input, output, 3, 3], values: values)
    }
}
