import Diagnostics
import GraphIR
import Passes
import TestSupport
import Testing

@Suite struct DifferentiateTests {
    private func names(_ graph: Graph, from start: Int) -> [String] { graph.nodes[start...].map(\.name) }

    @Test func goldenOfASmallNet() throws {
        let graph = try differentiate(SampleGraph.smallUNet())
        #expect(verify(graph) == [])
        #expect(try Graph(parsing: graph.text) == graph)
        #expect(try goldenMismatch("small_unet_backward.text", graph.text) == nil)
    }

    @Test func keepsTheForwardNodesAndBindsInParameterOrder() throws {
        let graph = try SampleGraph.smallUNet()
        let result = try differentiate(graph, withRespectTo: ["image"])
        #expect(Array(result.nodes.prefix(graph.nodes.count)) == graph.nodes)
        #expect(result.gradients.map(\.of) == graph.parameters + [try #require(graph.id(named: "image"))])
        for binding in result.gradients {
            #expect(result[binding.gradient].name == "grad.\(result[binding.of].name)")
        }
        #expect(result.outputs == graph.outputs && result.loss == graph.loss && result.training == graph.training)
    }

    @Test func theFirstConvolutionHasNoDataGradient() throws {
        let graph = try SampleGraph.smallUNet()
        func dataGradients(_ graph: Graph) -> Int { graph.ids { $0.mnemonic == "conv_data_gradient" }.count }
        #expect(try dataGradients(differentiate(graph)) == 3)
        #expect(try dataGradients(differentiate(graph, withRespectTo: ["image"])) == 4)
    }

    @Test func fanOutIsSummedUnderTheValuesName() throws {
        var b = GraphBuilder()
        let x = try b.apply(.tanh, [b.input("x", [2])], "t")
        let parts = try [Elementwise.relu, .sigmoid, .silu].map { try b.apply($0, [x], $0.mnemonic) }
        let sum = try b.apply(.add, [try b.apply(.add, [parts[0], parts[1]], "s1"), parts[2]], "s2")
        b.output("y", sum)
        let graph = try differentiate(b.graph, withRespectTo: ["x"])
        #expect(
            names(graph, from: b.graph.nodes.count) == [
                "cotangent.y", "d_t.from_silu", "d_t.from_sigmoid", "d_t.up_to_sigmoid", "d_t.from_relu", "d_t",
                "grad.x",
            ])
        let contribution = try #require(graph.id(named: "d_t.from_sigmoid"))
        #expect(graph[contribution].origin.derivation == "backward of sigmoid")
        #expect(graph[contribution].origin.location == SourceLocation(file: "test.graph", line: 4, column: 3))
    }

    @Test func namesThatAreTakenGetANumber() throws {
        var b = GraphBuilder()
        let x = b.input("x", [2])
        let y = try b.apply(.tanh, [x], "y")
        b.output("z", try b.apply(.multiply, [y, y], "d_y"))
        let graph = try differentiate(b.graph, withRespectTo: ["x"])
        #expect(
            names(graph, from: 3) == ["cotangent.z", "d_y.from_d_y", "d_y.from_d_y.2", "d_y.2", "grad.x"])
    }

    @Test func aGradientThatIsSharedIsCopiedForTheCaller() throws {
        var b = GraphBuilder()
        b.output("y", try b.apply(.add, [b.input("a", [2]), b.input("c", [2])], "sum"))
        let graph = try differentiate(b.graph, withRespectTo: ["c", "a", "c"])
        #expect(verify(graph) == [])
        #expect(graph.gradients.map { graph[$0.gradient].name } == ["grad.c", "grad.a"])
        #expect(Set(graph.gradients.map(\.gradient)).count == 2)
    }

    @Test func refusesWhatHasNoGradient() throws {
        let net = try SampleGraph.smallUNet()
        #expect(throws: DifferentiationError.alreadyDifferentiated) { try differentiate(differentiate(net)) }
        #expect(throws: DifferentiationError.nothingToDifferentiate) { try differentiate(Graph(name: "g")) }
        #expect(throws: DifferentiationError.unknownInput("mask", inputs: ["image"])) {
            try differentiate(net, withRespectTo: ["mask"])
        }
        var b = GraphBuilder()
        let x = b.input("x", [2, 3, 3])
        _ = try b.conv(x, 1, kernel: 3, "unused")
        b.output("y", x)
        let location = SourceLocation(file: "test.graph", line: 2, column: 3)
        #expect(throws: DifferentiationError.unreached("unused.weight", location: location)) {
            try differentiate(b.graph)
        }
    }

    @Test func refusesGradientsOfTargetsAndOfDerivedOperators() throws {
        var b = GraphBuilder()
        let x = b.input("x", [2])
        try b.loss(try b.add(.sampleLoss(.bceWithLogits(positiveWeight: 1)), [b.target("t", [2]), x], "bce"))
        #expect(throws: DifferentiationError.self) { try differentiate(b.graph, withRespectTo: ["x"]) }

        var c = GraphBuilder()
        c.output("y", try c.add(.channelSum, [c.input("x", [2, 3, 3])], "sum"))
        let error = #expect(throws: DifferentiationError.self) { try differentiate(c.graph, withRespectTo: ["x"]) }
        #expect(
            error?.description
                == "test.graph:2:3: 'sum' cannot be differentiated: 'channel_sum' is not an operator that users write")
    }

    @Test func refusesFusedGraphsAndNamesThatCallersRelyOn() throws {
        var b = GraphBuilder()
        let x = b.input("x", [2])
        b.output("y", try b.apply(.tanh, [x], "grad.x"))
        let place = SourceLocation(file: "test.graph", line: 2, column: 3)
        #expect(throws: DifferentiationError.nameTaken("grad.x", location: place)) {
            try differentiate(b.graph, withRespectTo: ["x"])
        }
        var fused = b.graph
        fused[NodeID(1)].epilogue = [FusedStep(.relu)]
        #expect(throws: DifferentiationError.self) { try differentiate(fused, withRespectTo: ["x"]) }
    }
}
