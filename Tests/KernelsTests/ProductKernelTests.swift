import Base
import GraphIR
import Programs
import Interpreter
import KernelIR
import TestSupport
import Testing

@testable import Kernels

/// A convolution operator whose kernels work on blocked maps on at least one side.
struct ProductCase: Sendable, CustomTestStringConvertible {
    var op: Op
    var hasBias = false
    var epilogue: [Elementwise] = []
    let target: Target

    var testDescription: String {
        let g = op.convGeometry ?? ProductCase.patch(1, to: 1, Extent(1), kernel: Extent(1), .x86v3)
        return "\(op.mnemonic)\(hasBias ? " + bias" : "")\(epilogue.map { " + " + $0.mnemonic }.joined()), "
            + "\(g.inputChannels) to \(g.outputChannels) @\(g.input.height)x\(g.input.width), "
            + "kernel \(g.kernel.height)x\(g.kernel.width), \(target.name)"
    }

    /// The operators that share a geometry.
    private static func all(_ g: ConvGeometry, _ target: Target, narrowInput: Bool = false) -> [ProductCase] {
        let forward = [
            ProductCase(op: .conv(g), hasBias: true, epilogue: [.relu], target: target),
            ProductCase(op: .convWeightGradient(g), target: target),
        ]
        if narrowInput { return forward }
        return forward + [
            ProductCase(op: .convTranspose(g), hasBias: true, target: target),
            ProductCase(op: .convDataGradient(g), epilogue: [.reluGradient], target: target),
        ]
    }

    /// Windows that tile the input; channels in vectors.
    static func patch(
        _ channels: Int, to outputs: Int, _ output: Extent, kernel: Extent, _ target: Target
    ) -> ConvGeometry {
        ConvGeometry(
            inputChannels: channels * target.vectorWidth,
            input: Extent(output.height * kernel.height, output.width * kernel.width),
            outputChannels: outputs * target.vectorWidth, kernel: kernel, stride: kernel)
    }

    static let targets: [Target] = [.x86v1, .aarch64, .x86v3, .x86v4]

    static let patches: [ProductCase] =
        targets.flatMap { target in
            [
                patch(1, to: 1, Extent(1), kernel: Extent(1), target),
                patch(2, to: 3, Extent(5, 7), kernel: Extent(1), target),
                patch(1, to: 2, Extent(3, 5), kernel: Extent(2), target),
                patch(3, to: 1, Extent(2, 3), kernel: Extent(3, 1), target),
            ].flatMap { all($0, target) }
        } + all(patch(1, to: 3, Extent(3, 5), kernel: Extent(2), .x86v3), .x86v4)

    static let narrowInputs: [ProductCase] = targets.flatMap { target -> [ProductCase] in
        let width = target.vectorWidth
        let geometries = [
            ConvGeometry(
                inputChannels: 3, input: Extent(5, 7), outputChannels: 2 * width, kernel: Extent(3), padding: Padding(1)
            ),
            ConvGeometry(
                inputChannels: 1, input: Extent(9, 13), outputChannels: width, kernel: Extent(2, 3),
                stride: Extent(1, 2), padding: Padding(top: 0, left: 2, bottom: 3, right: 1), dilation: Extent(2, 1)),
            ConvGeometry(
                inputChannels: 2, input: Extent(1, 2), outputChannels: 3 * width, kernel: Extent(1, 2),
                stride: Extent(1, 3), padding: Padding(Extent(2, 0))),
        ]
        return geometries.flatMap { all($0, target, narrowInput: true) }
    }

    static let narrowOutputs: [ProductCase] = targets.flatMap { target -> [ProductCase] in
        [(2, 1, Extent(5, 7)), (1, 3, Extent(1, 3)), (3, target.vectorWidth + 1, Extent(3, 7))].flatMap { entry in
            all(
                ConvGeometry(
                    inputChannels: entry.0 * target.vectorWidth, input: entry.2, outputChannels: entry.1,
                    kernel: Extent(1)), target)
        }
    }

    /// Shapes with several blocks of everything, too large to be executed here.
    static let large: [ProductCase] = [Target.x86v3, .x86v4].flatMap { target in
        let width = target.vectorWidth
        return all(patch(64 / width, to: 128 / width, Extent(3, 70), kernel: Extent(2), target), target)
            + all(
                ConvGeometry(
                    inputChannels: 3, input: Extent(37, 64), outputChannels: 64, kernel: Extent(3), padding: Padding(1)),
                target, narrowInput: true)
            + all(ConvGeometry(inputChannels: 64, input: Extent(37, 64), outputChannels: 1, kernel: Extent(1)), target)
    }
}

@Suite struct ProductKernelTests {
    @Test(arguments: ProductCase.patches)
    func patchProducts(_ test: ProductCase) throws { try expectRight(test, .patch) }

    @Test(arguments: ProductCase.patches)
    func patchProductsOfPairs(_ test: ProductCase) throws {
        let factors = ConvolutionAlgorithm.patch.method.factors(of: test.op, in: .bfloat16)
        #expect((factors == .bfloat16) == (test.op.convolutionProduct != .weightGradient))
        let problem = try ProductTrial(test, factors: factors).problem()
        #expect(problem == nil, "\(problem ?? "")")
    }

    @Test(arguments: ProductCase.narrowInputs)
    func narrowInputs(_ test: ProductCase) throws { try expectRight(test, .narrowInput) }

    @Test(arguments: ProductCase.narrowOutputs)
    func narrowOutputs(_ test: ProductCase) throws { try expectRight(test, .narrowOutput) }

    @Test(arguments: ProductCase.large)
    func largeKernelsStayInBounds(_ test: ProductCase) throws {
        let trial = try ProductTrial(test)
        for stage in lower(trial.request).stages {
            let violations = verify(stage.kernel, batchCapacity: ProductTrial.capacity, count: 0...0)
            #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
        }
    }

    @Test func gemmCanBeForced() throws {
        for test in ProductCase.patches + ProductCase.narrowInputs + ProductCase.narrowOutputs {
            let chooser = AlgorithmChooser(target: test.target, batch: 3, isInference: false, choice: .gemm)
            #expect(chooser.choice(for: test.op)?.algorithm == .gemm)
        }
    }

    private func expectRight(_ test: ProductCase, _ algorithm: ConvolutionAlgorithm) throws {
        #expect(convolutionCandidates(test.op, target: test.target).first == algorithm)
        let trial = try ProductTrial(test)
        let problem = try trial.problem()
        #expect(problem == nil, "\(problem ?? "")")
        for number in Array(trial.request.epilogueOperands.joined()).indices {
            let problem = try trial.problem(inPlaceOf: number)
            #expect(problem == nil, "in the place of operand \(number) of the epilogue: \(problem ?? "")")
        }
    }
}

/// A case with values for its operands, which lie in memory as its kernels demand.
private struct ProductTrial {
    /// Fewer samples than the buffers hold.
    static let batch = 2
    static let capacity = 3

    let request: KernelRequest
    private let graph: Graph
    private let node: NodeID
    private let leaves: [String: Tensor]

    /// - Parameter factors: of bf16, operands are integers that it holds, so that no sum is rounded.
    init(_ test: ProductCase, factors: ElementType = .float32) throws {
        let g = try #require(test.op.convGeometry)
        var b = GraphBuilder("kernel")
        let types = Self.inputTypes(test, g)
        let inputs = types.enumerated().map { number, type in
            type.isBatched ? b.input("in\(number)", type.shape) : b.parameter("in\(number)", type.shape)
        }
        let shape = try test.op.resultType(types).shape
        let extras = test.epilogue.enumerated().map { step, function in
            (1..<function.operandCount).map { b.input("extra\(step).\($0)", shape) }
        }
        node = try b.add(test.op, inputs, "result")
        var graph = b.graph
        graph[node].epilogue = zip(test.epilogue, extras).map { FusedStep($0, $1) }
        self.graph = graph
        leaves = randomLeaves(of: graph, batch: Self.batch, seed: 7)
            .mapValues { tensor in
                let values = tensor.values.map { factors == .float32 ? Double(Float($0)) : ($0 * 8).rounded() }
                return Tensor(shape: tensor.shape, values: values)
            }
        // The product that fits the shape comes first among the candidates.
        let algorithm = try #require(convolutionCandidates(test.op, target: test.target).first)
        let demand = algorithm.method.demand(test.op, target: test.target, operandCount: inputs.count)
        let operand = { (id: NodeID, layout: Layout) -> Operand in
            let type = graph[id].type
            // Samples lie further apart than they are long, as channels of a wider map do.
            let stride = type.isBatched ? type.elementCount + (type.featureMap == nil ? 0 : 5) : 0
            return Operand(name: graph[id].name, type: type, sampleStride: stride, layout: layout)
        }
        request = KernelRequest(
            node: graph[node], result: operand(node, demand.result),
            inputs: zip(inputs, demand.inputs).map(operand),
            epilogueOperands: extras.map { $0.map { operand($0, demand.result) } }, batchCapacity: Self.capacity,
            target: test.target, algorithm: algorithm, factors: factors)
    }

    private static func inputTypes(_ test: ProductCase, _ g: ConvGeometry) -> [TensorType] {
        switch test.op {
        case .convWeightGradient: [g.outputType, g.inputType]
        case .conv: [g.inputType, g.weightType] + (test.hasBias ? [.fixed([g.outputChannels])] : [])
        default: [g.outputType, g.weightType] + (test.hasBias ? [.fixed([g.inputChannels])] : [])
        }
    }

    /// What is wrong with the kernels or with what they compute; nil when all is well.
    /// - Parameter extra: the operand of the epilogue in whose place the result is.
    func problem(inPlaceOf extra: Int? = nil) throws -> String? {
        let step = lower(request)
        let extras = Array(request.epilogueOperands.joined())
        var evaluator = KernelEvaluator(batch: Self.batch)
        if let extra { evaluator.aliases = [Buffer.Handle("extra\(extra)"): .out] }
        var result =
            extra.map { floats(of: extras[$0]) }
            ?? Array(repeating: Float.nan, count: request.result.extent(batch: Self.capacity))
        var scratch = Array(repeating: Float.nan, count: step.scratch)
        var prepared = Array(repeating: Float.nan, count: step.prepared)
        for stage in step.stages {
            let violations = verify(stage.kernel, batchCapacity: Self.capacity, count: 0...0)
            guard violations.isEmpty else { return violations.map(\.description).joined(separator: "\n") }
            var buffers = stage.operands.map { operand -> [Float] in
                switch operand {
                case .result: result
                case .input(let position): floats(of: request.inputs[position])
                case .extra(let position): floats(of: extras[position])
                case .scratch: scratch
                case .prepared: prepared
                case .companion: []  // `CompanionTests` has those.
                }
            }
            try evaluator.run(stage.kernel, operands: &buffers)
            for (operand, floats) in zip(stage.operands, buffers) {
                if operand == .result { result = floats }
                if operand == .scratch { scratch = floats }
                if operand == .prepared { prepared = floats }
            }
        }
        let expected = try interpret(graph, batch: Self.batch, values: leaves)[node.index]
        let places = places(of: request.result)
        let found = Tensor(shape: expected.shape, values: places.map { Double(result[$0]) })
        let belongs = Set(places)
        if let stray = result.indices.first(where: { !belongs.contains($0) && !result[$0].isNaN }) {
            return "wrote at \(stray), where no element of the result is"
        }
        return mismatch("result", expected: expected, found: found, tolerance: 2e-5)
    }

    /// An operand's memory: NaN wherever the kernels should not look.
    private func floats(of operand: Operand) -> [Float] {
        var floats = Array(repeating: Float.nan, count: operand.extent(batch: Self.capacity))
        for (place, value) in zip(places(of: operand), leaves[operand.name]?.values ?? []) {
            floats[place] = Float(value)
        }
        return floats
    }

    /// Where the elements lie, in row-major order.
    private func places(of operand: Operand) -> [Int] {
        let count = operand.type.elementCount
        guard operand.type.isBatched else { return Array(0..<count) }
        let plane = operand.type.shape.dropFirst().reduce(1, *)
        let block = operand.layout.block
        return (0..<Self.batch * count).map { index in
            let (channel, pixel) = (index % count / plane, index % plane)
            return index / count * operand.sampleStride
                + (channel / block * plane + pixel) * block + channel % block
        }
    }
}
