import GraphIR
import Interpreter
import Passes
import Programs
import TestSupport
import Testing

/// What training computes with the batch, evaluation computes with what training has counted up.
@Suite struct EvaluationGraphTests {
    private static let text = """
        graph g {
          input x: [3, 6, 6]
          target t: [2, 6, 6]
          a = conv(x, 4, kernel: 3, padding: 1)
          b = relu(batch_norm(a))
          c = conv_transpose(b, 4, kernel: 3, padding: 1, bias: false)
          d = batch_norm(c, eps: 1e-3)
          e = dropout(silu(d), rate: 0.5)
          f = batch_norm(e)
          g = conv(f, 2, kernel: 1)
          output y = g
          loss mse(y, t)
        }
        """

    private func kinds(_ graph: Graph) -> [String: Int] {
        graph.nodes.reduce(into: [:]) { $0[$1.op.mnemonic, default: 0] += 1 }
    }

    @Test func normalisationsBehindConvolutionsAreFolded() throws {
        let evaluation = try evaluationGraph(compiled(Self.text))
        #expect(verify(evaluation) == [])
        let kinds = kinds(evaluation)
        #expect(kinds["folded_weight"] == 2 && kinds["folded_bias"] == 2)
        #expect(kinds["batch_norm"] == 1, "the one behind an activation stays")
        #expect(kinds["dropout"] == nil && kinds["batch_moments"] == nil && kinds["update_running"] == nil)
        #expect(evaluation.loss != nil && evaluation.outputs.map(\.name) == ["y"])
        #expect(inferenceGraph(try compiled(Self.text)).loss == nil)
    }

    /// With running moments that are the batch's own, the same as in training without the dropout.
    @Test func computesWhatTheDefinitionSays() throws {
        let plain = try compiled(Self.text.replacing("dropout(silu(d), rate: 0.5)", with: "silu(d)"))
        var leaves = randomLeaves(of: plain, batch: 3, seed: 3)
        for (name, values) in leaves where name.hasSuffix("running_var") {
            leaves[name]?.values = values.values.map { abs($0) + 0.5 }
        }
        for id in plain.ids {
            guard case .normalization(.updateRunning(let row, _, _)) = plain[id].op else { continue }
            let moments = try interpret(plain, batch: 3, values: leaves)[plain[id].inputs[1].index]
            let channels = moments.shape[1]
            leaves[plain[plain[id].inputs[0]].name]?.values = Array(
                moments.values[row * channels..<(row + 1) * channels])
        }
        let expected = try interpret(plain, batch: 3, values: leaves)
        let evaluation = try evaluationGraph(compiled(Self.text))
        let found = try interpret(evaluation, batch: 3, values: leaves)
        let (y, z) = (try #require(plain.outputs.first?.node), try #require(evaluation.outputs.first?.node))
        #expect(mismatch("y", expected: expected[y.index], found: found[z.index], tolerance: 1e-9) == nil)
    }

    @Test func gradientsLeaveRunningMomentsAlone() throws {
        let result = try runPipeline(try compiled(Self.text), for: .gradients)
        #expect(!result.program.graph.nodes.contains { $0.op.isEffect })
        let training = try runPipeline(try compiled(Self.text), for: .train).program
        let updates = training.steps.filter {
            if case .normalization(.updateRunning) = training.graph[$0].op { true } else { false }
        }
        #expect(updates.count == 6)
    }

    /// A convolution whose result somebody else reads, too, stays as it is.
    @Test func sharedConvolutionsAreNotFolded() throws {
        let graph = try compiled(
            "graph g { input x: [2, 4, 4]; a = conv(x, 2, kernel: 1); b = batch_norm(a); output y = a + b }")
        #expect(kinds(evaluationGraph(graph))["folded_weight"] == nil)
    }
}
