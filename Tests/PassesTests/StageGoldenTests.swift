import GraphIR
import Passes
import TestSupport
import Testing

@Suite struct StageGoldenTests {
    /// All stages of a plan one after the other, then the names of its steps in order.
    private func story(_ stages: GraphStages) -> String {
        let graphs = GraphStages.Stage.allCases.map { "== \($0)\n\(stages[$0].text)" }.joined()
        let program = stages.program
        return graphs + "== program\n" + program.steps.map { program.graph[$0].name + "\n" }.joined()
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
        for stage in GraphStages.Stage.allCases {
            #expect(try Graph(parsing: result[stage].text) == result[stage], "\(stage)")
        }
        #expect(try goldenMismatch("hand-made-gradients.text", story(result)) == nil)
    }

    @Test func thePipelineIsAFunctionOfTheGraph() throws {
        let graph = try bundled("unet.graph", width: 2, size: 16)
        let texts = try (0..<2).map { _ in story(try runPipeline(graph, for: .train)) }
        #expect(texts[0] == texts[1])
    }
}
