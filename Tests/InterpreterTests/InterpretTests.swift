import GraphIR
import Interpreter
import TestSupport
import Testing

@Suite struct InterpretTests {
    @Test func theFirstOfEqualMaximaTakesTheGradient() throws {
        let g = PoolGeometry(channels: 1, input: Extent(2, 4), kernel: Extent(2), stride: Extent(2))
        var b = GraphBuilder()
        let x = b.input("x", [1, 2, 4])
        let dy = b.input("dy", [1, 1, 2])
        _ = try b.add(.maxUnpool(g), [dy, x], "dx")
        let values = [
            "x": Tensor(shape: [1, 1, 2, 4], values: [1, 3, 0, 0, 3, 3, 0, 0]),
            "dy": Tensor(shape: [1, 1, 1, 2], values: [5, 7]),
        ]
        let results = try interpret(b.graph, batch: 1, values: values)
        #expect(results[2].values == [0, 5, 7, 0, 0, 0, 0, 0])
    }

    @Test func poolsDoNotSeeThePaddingAsZero() throws {
        var b = GraphBuilder()
        let y = try b.maxPool(b.input("x", [1, 2, 2]), kernel: 2, padding: Padding(1), "y")
        let values = ["x": Tensor(shape: [1, 1, 2, 2], values: [-1, -2, -3, -4])]
        #expect(try interpret(b.graph, batch: 1, values: values)[y.index].values == [-1, -2, -3, -4])
    }

    @Test func fusedStepsEqualSeparateNodes() throws {
        var separate = GraphBuilder()
        let x = separate.input("x", [3, 4, 4])
        let other = separate.input("other", [2, 4, 4])
        let y = try separate.conv(x, 2, kernel: 3, padding: 1, "y")
        let relu = try separate.apply(.leakyRelu(slope: 0.25), [y], "relu")
        let masked = try separate.apply(.tanhGradient, [relu, other], "masked")
        let sum = try separate.apply(.add, [masked, other], "sum")
        var fused = separate.graph
        fused[y].epilogue = [
            FusedStep(.leakyRelu(slope: 0.25)), FusedStep(.tanhGradient, [other]), FusedStep(.add, [other]),
        ]
        let leaves = randomLeaves(of: fused, batch: 2, seed: 3)
        let expected = try interpret(separate.graph, batch: 2, values: leaves)[sum.index]
        #expect(try interpret(fused, batch: 2, values: leaves)[y.index] == expected)
        #expect(expected.values.contains { $0 != 0 })
    }

    @Test func lossesStayFiniteForLargeLogits() throws {
        var b = GraphBuilder()
        let x = b.input("x", [4])
        let t = b.target("t", [4])
        let bce = try b.add(.sampleLoss(.bceWithLogits(positiveWeight: 1)), [x, t], "bce")
        let dice = try b.add(.sampleLoss(.dice(smooth: 1)), [x, t], "dice")
        let values = [
            "x": Tensor(shape: [1, 4], values: [1000, -1000, 1000, -1000]),
            "t": Tensor(shape: [1, 4], values: [1, 0, 0, 1]),
        ]
        let results = try interpret(b.graph, batch: 1, values: values)
        #expect(results[bce.index].values == [500])
        #expect(results[dice.index].values == [1 - 3.0 / 5])
    }

    @Test func everyOperatorHasAValueOfItsType() throws {
        let graph = try SampleGraph.everything()
        let results = try interpret(graph, batch: 2, values: randomLeaves(of: graph, batch: 2, seed: 1))
        #expect(results.count == graph.nodes.count)
        for (node, value) in zip(graph.nodes, results) {
            #expect(value.shape == interpretedShape(node.type, batch: 2), "\(node.name)")
            #expect(value.values.count == node.type.elementCount(batch: 2), "\(node.name)")
        }
    }

    @Test func wrongLeavesAreNamed() throws {
        var b = GraphBuilder()
        _ = b.input("x", [4])
        #expect(throws: InterpreterError("input 'x' has no value; expected one of shape [2, 4]")) {
            try interpret(b.graph, batch: 2, values: [:])
        }
        #expect(throws: InterpreterError("input 'x': expected shape [2, 4], found [4] with 4 values")) {
            try interpret(b.graph, batch: 2, values: ["x": Tensor(shape: [4])])
        }
        #expect(throws: InterpreterError("expected a batch of at least one sample, found 0")) {
            try interpret(b.graph, batch: 0, values: [:])
        }
        var broken = b.graph
        broken.loss = NodeID(0)
        #expect(throws: InterpreterError.self) {
            try interpret(broken, batch: 2, values: ["x": Tensor(shape: [2, 4])])
        }
    }
}
