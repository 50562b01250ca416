import GraphIR
import Passes
import Programs
import TestSupport
import Testing

@Suite struct FuseElementwiseTests {
    private let input = "input x: [3, 6, 6]\n"

    /// The gradients' graph of a text, before and after fusion.
    private func gradients(_ body: String) throws -> (unfused: Graph, fused: Graph) {
        let graph = try compiled("graph g() {\n\(input)\(body)\n}\n")
        let unfused = simplify(try differentiate(graph, withRespectTo: ["x"]))
        return (unfused, fuseElementwise(unfused))
    }

    @Test func aReLUMovesIntoItsConvolutionAndItsMaskIntoTheDataGradient() throws {
        let (unfused, fused) = try gradients(
            """
            a = relu(conv(x, 4, kernel: 3))
            b = conv(a, 2, kernel: 1)
            output y = b
            """)
        #expect(operation("a", fused) == "conv + relu")
        #expect(fused.id(named: "a.conv") == nil, "the convolution alone is gone")
        #expect(operation("d_a.conv", fused) == "conv_data_gradient + relu_gradient")
        #expect(fused.nodes.count == unfused.nodes.count - 2)
        #expect(verify(fused) == [])
        #expect(try resultMismatch(unfused, fused) == nil)
    }

    @Test func theMaskMovesIntoThePoolGradient() throws {
        let (unfused, fused) = try gradients(
            """
            a = relu(conv(x, 4, kernel: 3))
            b = max_pool(a, kernel: 2)
            output y = b
            """)
        #expect(operation("d_a.conv", fused) == "max_unpool + relu_gradient")
        #expect(try resultMismatch(unfused, fused) == nil)
    }

    @Test func theSumOfASkipConnectionMovesIntoTheLaterContribution() throws {
        let (unfused, fused) = try gradients(
            """
            a = relu(conv(x, 4, kernel: 3, padding: 1))
            p = max_pool(a, kernel: 2)
            u = conv_transpose(p, 4, kernel: 2, stride: 2)
            c = conv(concat(u, a), 2, kernel: 1)
            output y = c
            """)
        #expect(operation("d_a.conv", fused) == "max_unpool + add + relu_gradient")
        let id = try #require(fused.id(named: "d_a.conv"))
        let summand = try #require(fused[id].epilogue.first?.operands.first)
        #expect(fused[summand].op.mnemonic == "channel_slice")
        #expect(try resultMismatch(unfused, fused) == nil)
    }

    @Test(arguments: ["relu", "leaky_relu", "sigmoid", "silu", "tanh"])
    func chainsMoveIntoOneNode(_ function: String) throws {
        let graph = try compiled(
            """
            graph g() {
              \(input)
              m = sigmoid(x)
              a = conv(x, 3, kernel: 3, padding: 1)
              b = m * \(function)(a)
              c = \(function)(b + m)
              output y = c
            }
            """)
        let fused = fuseElementwise(graph)
        #expect(operation("c", fused) == "conv + \(function) + mul + add + \(function)")
        #expect(fused.nodes.count == graph.nodes.count - 4)
        #expect(verify(fused) == [])
        #expect(try resultMismatch(graph, fused) == nil)
    }

    @Test(arguments: [
        ("is read twice", "a = conv(x, 4, kernel: 3)\nb = relu(a)\nc = conv(concat(a, b), 2, kernel: 1)\noutput y = c"),
        ("is an output", "a = conv(x, 4, kernel: 3)\nb = relu(a)\noutput y = conv(b, 2, kernel: 1)\noutput z = a"),
        ("is squared", "a = conv(x, 4, kernel: 3)\nb = a * a\nc = conv(b, 2, kernel: 1)\noutput y = c"),
    ])
    func aValueThatSomebodyElseNeedsStays(_ why: String, _ body: String) throws {
        let graph = try compiled("graph g() {\n\(input)\(body)\n}\n")
        let fused = fuseElementwise(graph)
        #expect(fused == graph, "the convolution \(why)")
        let (unfused, backward) = try gradients(body)
        #expect(operation("a", backward) == "conv")
        #expect(try resultMismatch(unfused, backward) == nil)
    }

    @Test func leavesAndOperatorsWithoutAnEpilogueAbsorbNothing() throws {
        let graph = try compiled(
            """
            graph g() {
              input x: [3, 6, 6]
              a = relu(x)
              b = sigmoid(concat(x, x))
              output y = a
              output z = b
            }
            """)
        #expect(fuseElementwise(graph) == graph)
    }

    @Test func bothSummandsMayBeAbsorbedButOnlyOneIs() throws {
        let graph = try compiled(
            """
            graph g() {
              input x: [3, 6, 6]
              a = conv(x, 4, kernel: 3)
              b = conv(x, 4, kernel: 3)
              c = a + b
              output y = c
            }
            """)
        let fused = fuseElementwise(graph)
        #expect(operation("a", fused) == "conv")
        #expect(operation("b", fused) == nil, "the later one is absorbed")
        #expect(operation("c", fused) == "conv + add")
        #expect(try resultMismatch(graph, fused) == nil)
    }

    @Test(arguments: NamedGraph.nets + NamedGraph.random)
    func fusedGraphsComputeTheSame(_ named: NamedGraph) throws {
        let graph = try named.build()
        let inputs = graph.ids { $0 == .input }.map { graph[$0].name }
        let unfused = try runPipeline(graph, for: .gradients, withRespectTo: inputs, fuses: false).program.graph
        let fused = try runPipeline(graph, for: .gradients, withRespectTo: inputs).program.graph
        #expect(fused.nodes.count <= unfused.nodes.count)
        #expect(try resultMismatch(unfused, fused) == nil)
        let forward = try runPipeline(graph, for: .forward).program.graph
        #expect(try resultMismatch(evaluationGraph(graph), forward) == nil)
    }
}
