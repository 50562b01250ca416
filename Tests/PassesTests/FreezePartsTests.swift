import Base
import GraphIR
import Interpreter
import Programs
import TestSupport
import Testing

@testable import Passes

/// Parts of a net that stay as they are.
@Suite struct FreezePartsTests {
    private static let text = """
        graph g {
          input x: [3, 6, 6]
          target t: [2, 6, 6]
          enc_a = conv(x, 4, kernel: 3, padding: 1)
          enc_b = relu(batch_norm(enc_a))
          enc_c = conv(enc_b, 4, kernel: 3, padding: 1, bias: false)
          enc_d = relu(batch_norm(enc_c))
          dec_a = conv(enc_d, 4, kernel: 3, padding: 1)
          dec_b = relu(batch_norm(dec_a))
          out = conv(dec_b, 2, kernel: 1)
          output y = out
          loss mse(out, t)
        }
        """

    private func graph(_ patterns: [String], _ text: String = text) throws -> Graph {
        var graph = try compiled(text)
        graph.training.frozen = patterns.map(NamePattern.init)
        return graph
    }

    private func count(_ graph: Graph, _ mnemonic: String) -> Int { graph.nodes.count { $0.op.mnemonic == mnemonic } }

    @Test func withoutPatternsNothingChanges() throws {
        #expect(freezeParts(try graph([])) == (try graph([])))
    }

    @Test func frozenPartsHaveNoBackwardSteps() throws {
        let whole = try runPipeline(try graph([]), for: .train).backward
        let part = try runPipeline(try graph(["enc_*"]), for: .train).backward
        #expect(verify(part) == [])
        #expect(count(whole, "update") == 13 && count(part, "update") == 6)
        #expect(count(whole, "conv_weight_gradient") == 4 && count(part, "conv_weight_gradient") == 2)
        #expect(count(whole, "conv_data_gradient") == 3 && count(part, "conv_data_gradient") == 1)
        #expect(count(part, "folded_weight") == 2 && count(part, "batch_norm") == 1)
        #expect(count(whole, "update_running") == 6 && count(part, "update_running") == 2)
        #expect(part.parameters.count == whole.parameters.count, "all plans have the same parameters")
    }

    /// Gradients of what is trained, against central differences of a graph whose normalisations are those of evaluation.
    @Test(arguments: [["enc_*"], ["dec_*"], ["*.running_*"], ["enc_a.*", "enc_c.weight"], ["out.*"]])
    func gradientsAreThoseOfWhatIsComputed(patterns: [String]) throws {
        let graph = try graph(patterns)
        let frozen = freezeParts(graph)
        #expect(verify(frozen) == [])
        let result = try differentiate(withoutEffects(frozen))
        #expect(verify(result) == [])
        var leaves = randomLeaves(of: result, batch: 2, seed: 5)
        for (name, values) in leaves where name.hasSuffix("running_var") {
            leaves[name]?.values = values.values.map { abs($0) + 0.5 }
        }
        let values = try interpret(result, batch: 2, values: leaves)
        let loss = try #require(result.loss)
        #expect(!result.gradients.isEmpty)
        for binding in result.gradients {
            let name = result[binding.of].name
            #expect(!patterns.contains { NamePattern($0).matches(name) }, "\(name)")
            let step = 1e-6
            func moved(_ by: Double) throws -> Double {
                var leaves = leaves
                leaves[name]?.values[0] += by
                return try interpret(result, batch: 2, values: leaves)[loss.index].values[0]
            }
            let expected = (try moved(step) - moved(-step)) / (2 * step)
            let found = values[binding.gradient.index].values[0]
            #expect(abs(found - expected) < 1e-5 * max(1, abs(expected)), "\(name): \(found), \(expected)")
        }
    }

    @Test func patternsAreChecked() throws {
        #expect(try graph([]).faultOfFrozen([NamePattern("enc_*")]) == nil)
        #expect(try graph([]).faultOfFrozen([NamePattern("encc_*")])?.message.contains("no parameter") == true)
        let half = try graph(["enc_*", "dec_b.running_var"])
        #expect(half.faultOfFrozen([NamePattern("enc_*")]) == nil)
        #expect(half.faultOfFrozen(half.training.frozen)?.message.contains("\"dec_b.running_mean\" would not") == true)
        #expect(try graph(["*"]).faultOfFrozen([NamePattern("*")])?.message == "nothing would be left to train")
    }

    @Test func textsKeepThem() throws {
        let graph = try graph(["enc_*", "out.?ias"])
        #expect(try Graph(parsing: graph.text).training.frozen == graph.training.frozen)
    }
}
