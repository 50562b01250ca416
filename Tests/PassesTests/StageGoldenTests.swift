import GraphIR
import Passes
import TestSupport
import Testing

@Suite struct StageGoldenTests {
    /// All stages of a plan one after the other; the last one as the names of its steps in order.
    private func story(_ result: PipelineResult) -> String {
        var text = ""
        for stage in result.stages {
            text += "== \(stage.name)\n"
            text +=
                stage.name == "scheduled"
                ? result.schedule.steps.map { result.schedule.graph[$0].name + "\n" }.joined() : stage.graph.text
        }
        return text
    }

    @Test(arguments: [PlanKind.train, .infer])
    func theSmallUNet(_ kind: PlanKind) throws {
        let result = try runPipeline(try bundled("unet-small.graph", width: 2, size: 16), for: kind)
        #expect(try goldenMismatch("unet-small-\(kind.rawValue).text", story(result)) == nil)
    }

    @Test func aHandMadeGraph() throws {
        let graph = try compiled(
            """
            graph hand_made() {
              input x: [2, 6, 6]
              input y: [2, 6, 6]
              a = silu(conv(x + y, 4, kernel: 3, padding: same, bias: false))
              p = max_pool(a, kernel: 3, stride: 2, padding: 1)
              b = sigmoid(conv_transpose(p, 4, kernel: 4, stride: 2, padding: 1))
              c = a * b
              output attended = c
              output both = conv(concat(a, c), 3, kernel: 1, groups: 1)
            }
            """)
        let result = try runPipeline(graph, for: .gradients, withRespectTo: ["x", "y"])
        #expect(result.stages.map(\.name) == ["graph", "backward", "fused", "scheduled"])
        for stage in result.stages { #expect(try Graph(parsing: stage.graph.text) == stage.graph, "\(stage.name)") }
        #expect(try goldenMismatch("hand-made-gradients.text", story(result)) == nil)
    }

    @Test func thePipelineIsAFunctionOfTheGraph() throws {
        let graph = try bundled("unet.graph", width: 2, size: 16)
        let texts = try (0..<2).map { _ in story(try runPipeline(graph, for: .train)) }
        #expect(texts[0] == texts[1])
    }
}
