import GraphIR
import Programs
import TestSupport
import Testing

@testable import Kernels

/// Values that kernels make beside their result are what steps of their own would make.
@Suite struct CompanionTests {
    private static func geometry(
        _ channels: Int, to outputs: Int, _ input: Extent, kernel: Int = 3, padding: Int = 1
    ) -> ConvGeometry {
        ConvGeometry(
            inputChannels: channels, input: input, outputChannels: outputs, kernel: Extent(kernel), stride: Extent(1),
            padding: Padding(padding))
    }

    private static func pool(_ map: TensorType) -> Op {
        .maxPool(
            PoolGeometry(
                channels: map.shape[0], input: Extent(map.shape[1], map.shape[2]), kernel: Extent(2),
                stride: Extent(2)))
    }

    /// Sizes that tiles divide, that reach over an edge by half a tile, and maps of several strips.
    static let pools: [KernelCase] = [Extent(8), Extent(6, 10), Extent(2, 4), Extent(4, 42)].flatMap { size in
        let g = geometry(16, to: 32, size)
        let t = geometry(32, to: 16, size)
        let (x, y) = (g.inputType, g.outputType)
        let bias = TensorType.fixed([32])
        let text = "\(size.height)x\(size.width)"
        return [
            KernelCase(text, .conv(g), [x, g.weightType, bias], then: [.relu], beside: pool(y)),
            KernelCase(text, .conv(g), [x, g.weightType], then: [.add, .tanh], beside: pool(y)),
            KernelCase(text, .convTranspose(t), [t.outputType, t.weightType], beside: pool(t.inputType)),
        ]
    }

    /// Weights in one part and in several, few tiles and many.
    static let biases: [KernelCase] = [
        geometry(16, to: 32, Extent(7, 9)), geometry(16, to: 16, Extent(3, 5), padding: 2),
        geometry(144, to: 80, Extent(4, 5)), geometry(16, to: 16, Extent(33, 29)),
        geometry(3, to: 32, Extent(7, 9)), geometry(1, to: 16, Extent(9, 5), kernel: 1, padding: 0),
    ].map { g in
        KernelCase(
            "\(g.inputChannels) to \(g.outputChannels) @\(g.input.height)x\(g.input.width)", .convWeightGradient(g),
            [g.outputType, g.inputType], beside: .channelSum)
    }

    @Test(arguments: pools + biases, Setup.blocked)
    func agreeWithTheOracle(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup, tolerance: 5e-5)
    }

    @Test(arguments: pools, Setup.blocked)
    func maximaHaveTheBitsOfAPoolingStep(_ test: KernelCase, _ setup: Setup) throws {
        let (beside, alone) = try KernelTrial(test, setup).companionAndStep()
        #expect(beside == alone)
    }

    private func selected(_ graph: Graph, _ choice: ConvolutionChoice) -> Program {
        let chooser = AlgorithmChooser(target: .x86v3, batch: 2, isInference: graph.isInference, choice: choice)
        return select(graph, target: .x86v3, choice: chooser.choice)
    }

    /// The layers of a net after layouts have been chosen: which values are made beside others.
    private func companions(_ graph: Graph, _ choice: ConvolutionChoice) -> [String: String] {
        let laidOut = selected(graph, choice).graph
        #expect(verify(laidOut) == [])
        let pairs = laidOut.ids.compactMap { id in laidOut[id].host.map { (laidOut[id].name, laidOut[$0].name) } }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test func whatAnAlgorithmDoesNotMakeBecomesAStep() throws {
        let graph = try SampleGraph.companions()
        #expect(companions(graph, .winograd4) == ["pooled": "y", "d_bias": "d_weight"])
        #expect(companions(graph, .winograd2) == ["pooled": "y", "d_bias": "d_weight"])
        #expect(companions(graph, .gemm) == [:])
        #expect(companions(graph, .direct) == [:])
    }

    @Test func companionsLieAsTheirHosts() throws {
        let graph = try SampleGraph.companions()
        let program = selected(graph, .winograd4)
        let layout = try #require(program.graph.id(named: "pooled").map(program.layout))
        #expect(layout == .blocked(8))
        #expect(program.graph.outputs.first.map { program.layout(of: $0.node) } == .nchw)
    }
}
