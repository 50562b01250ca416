import GraphIR
import Interpreter
import Passes
import TestSupport
import Testing

@Suite struct RewritingTests {
    private func names(_ graph: Graph) -> [String] { graph.nodes.map(\.name) }

    // MARK: simplify

    @Test func factorsOfOneGo() throws {
        var b = GraphBuilder()
        let x = b.input("x", [2, 3, 3])
        let once = try b.apply(.scale(1), [x], "once")
        let half = try b.apply(.scale(0.5), [try b.apply(.scale(1), [once], "twice")], "half")
        let kept = try b.apply(.scale(1), [half], "kept")
        b.output("y", kept)
        let simple = simplify(b.graph)
        #expect(names(simple) == ["x", "half", "kept"], "an output keeps its node")
        #expect(verify(simple) == [])
        #expect(try resultMismatch(b.graph, simple) == nil)
    }

    @Test func aWeightedSumOfLossesSurvives() throws {
        let graph = try compiled(
            """
            graph g() {
              input x: [1, 3, 3]
              target t: [1, 3, 3]
              a = conv(x, 1, kernel: 1)
              output y = a
              loss 1.0 * bce_with_logits(a, t) + 0.25 * dice_loss(a, t)
            }
            """)
        let backward = try differentiate(graph)
        let simple = simplify(backward)
        let operators = simple.nodes.map(\.op)
        #expect(!operators.contains(.elementwise(.scale(1))))
        #expect(operators.contains(.elementwise(.scale(0.25))))
        #expect(try resultMismatch(backward, simple) == nil)
    }

    // MARK: removeDeadNodes

    @Test func whatNobodyNeedsGoes() throws {
        var b = GraphBuilder()
        let x = b.input("x", [2, 3, 3])
        _ = b.input("unread", [1])
        let y = try b.apply(.tanh, [x], "y")
        _ = try b.conv(y, 2, kernel: 1, "dead")
        _ = try b.apply(.relu, [try b.apply(.sigmoid, [y], "dead2")], "dead3")
        b.output("y", y)
        #expect(
            names(removeDeadNodes(b.graph)) == ["x", "unread", "y", "dead.weight", "dead.bias"],
            "inputs are written by name")
        #expect(
            names(removeDeadNodes(b.graph, keepLeaves: false)) == ["x", "y", "dead.weight", "dead.bias"],
            "all plans lay out all parameters")
        #expect(removeDeadNodes(removeDeadNodes(b.graph)) == removeDeadNodes(b.graph))
    }

    @Test func updatesAndGradientsAreNeeded() throws {
        let graph = try differentiate(try SampleGraph.smallUNet(), withRespectTo: ["image"])
        #expect(names(removeDeadNodes(graph)) == names(graph))
        let trained = appendUpdates(graph)
        let kept = removeDeadNodes(trained)
        #expect(kept.ids { $0 == .update }.count == graph.parameters.count)
        #expect(!names(kept).contains("grad.image"), "a gradient that no update reads")
    }

    // MARK: inferenceGraph

    @Test(arguments: NamedGraph.nets)
    func predictionNeedsNoLossAndNoTarget(_ named: NamedGraph) throws {
        let graph = try named.build()
        let inference = inferenceGraph(graph)
        #expect(verify(inference) == [])
        #expect(inference.loss == nil && inference.gradients.isEmpty)
        #expect(inference.outputs.map(\.name) == graph.outputs.map(\.name))
        #expect(inference.ids { $0 == .target }.isEmpty)
        #expect(inference.parameters.map { inference[$0].name } == graph.parameters.map { graph[$0].name })
        let leaves = randomLeaves(of: graph, batch: 2, seed: 3)
        let expected = try interpret(graph, batch: 2, values: leaves)
        let found = try interpret(inference, batch: 2, values: leaves)
        for (a, b) in zip(graph.outputs, inference.outputs) {
            #expect(expected[a.node.index] == found[b.node.index])
        }
        #expect(inferenceGraph(try differentiate(graph)) == inference)
    }

    // MARK: appendUpdates

    @Test func everyParameterIsUpdatedOnceByItsGradient() throws {
        let graph = try differentiate(try SampleGraph.smallUNet(), withRespectTo: ["image"])
        let trained = appendUpdates(graph)
        #expect(verify(trained) == [])
        #expect(trained.gradients.isEmpty)
        let updates = trained.ids { $0 == .update }
        #expect(updates.map { trained[$0].inputs[0] } == graph.parameters)
        for id in updates {
            let node = trained[id]
            let parameter = trained[node.inputs[0]].name
            #expect(trained[node.inputs[1]].name == "grad.\(parameter)")
            #expect(node.name == "update.\(parameter)")
            #expect(node.origin.derivation == "update of \(parameter)")
        }
    }
}
