import GraphIR
import Interpreter
import KernelIR
import TestSupport
import Testing

@testable import Kernels

/// One operator at one shape, with functions fused behind it.
struct KernelCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var op: Op
    /// The types of the node's inputs.
    var inputs: [TensorType]
    var epilogue: [Elementwise]

    init(_ description: String, _ op: Op, _ inputs: [TensorType], then epilogue: [Elementwise] = []) {
        self.op = op
        self.inputs = inputs
        self.epilogue = epilogue
        let functions = epilogue.map { " + " + $0.mnemonic }.joined()
        testDescription = "\(op.mnemonic)\(functions), \(description)"
    }
}

/// What a case is lowered for.
struct Setup: Sendable, CustomTestStringConvertible {
    var target: Target
    /// Whether samples of maps lie further apart than they are long, as channels of a wider map do.
    var isSliced: Bool

    var testDescription: String { target.name + (isSliced ? ", sliced" : "") }

    static let all: [Setup] = [
        Setup(target: .x86v1, isSliced: true), Setup(target: .aarch64, isSliced: true),
        Setup(target: .x86v3, isSliced: false), Setup(target: .x86v4, isSliced: true),
    ]
}

/// A case with values for its operands.
struct KernelTrial {
    /// Fewer samples than the buffers hold.
    static let batch = 2
    static let capacity = 3

    let test: KernelCase
    let setup: Setup
    private let graph: Graph
    private let node: NodeID
    private let leaves: [String: Tensor]

    init(_ test: KernelCase, _ setup: Setup) throws {
        self.test = test
        self.setup = setup
        var b = GraphBuilder("kernel")
        let type = try test.op.resultType(test.inputs)
        let inputs = test.inputs.enumerated().map { Self.leaf(&b, "in\($0)", $1, isTarget: $0 == 1 && test.op.isLoss) }
        let extras = test.epilogue.enumerated().map { step, function in
            (1..<function.operandCount).map { Self.leaf(&b, "extra\(step).\($0)", type, isTarget: false) }
        }
        node = try b.add(test.op, inputs, "result")
        var graph = b.graph
        graph[node].epilogue = zip(test.epilogue, extras).map { FusedStep($0, $1) }
        self.graph = graph
        leaves = randomLeaves(of: graph, batch: Self.batch, seed: UInt64(test.inputs.count + graph.nodes.count))
            .mapValues { Tensor(shape: $0.shape, values: $0.values.map { Double(Float($0)) }) }
    }

    private static func leaf(
        _ b: inout GraphBuilder, _ name: String, _ type: TensorType, isTarget: Bool
    ) -> NodeID {
        guard type.isBatched else { return b.parameter(name, type.shape) }
        return isTarget ? b.target(name, type.shape) : b.input(name, type.shape)
    }

    /// The step as the compiler would ask for it.
    var request: KernelRequest {
        let operand = { (id: NodeID) -> Operand in
            let type = graph[id].type
            let gap = setup.isSliced && type.featureMap != nil ? 7 : 0
            return Operand(
                name: graph[id].name, type: type, sampleStride: type.isBatched ? type.elementCount + gap : 0)
        }
        let node = graph[node]
        return KernelRequest(
            node: node, result: operand(self.node), inputs: node.inputs.map(operand),
            epilogueOperands: node.epilogue.map { $0.operands.map(operand) }, concatCopies: copies,
            batchCapacity: Self.capacity, target: setup.target)
    }

    /// All operands of a concat, each behind the one before.
    private var copies: [(operand: Int, channel: Int)] {
        guard test.op == .concat else { return [] }
        var channel = 0
        return test.inputs.indices.map { index in
            defer { channel += test.inputs[index].shape[0] }
            return (index, channel)
        }
    }

    /// What is wrong with the kernel or with what it computes; nil when all is well.
    func problem(tolerance: Double = 2e-5) throws -> String? {
        let request = request
        let kernel = lower(request).kernel
        let violations = verify(kernel, batchCapacity: Self.capacity, count: 0...0)
        guard violations.isEmpty else { return violations.map(\.description).joined(separator: "\n") }
        if setup.target == .aarch64, try isTheSame(kernel, for: .x86v1) { return nil }
        let operands = [request.result] + request.inputs + request.epilogueOperands.joined()
        var buffers = [Array(repeating: Float.nan, count: request.result.extent(batch: Self.capacity))]
        buffers += operands.dropFirst().map(floats)
        let evaluator = KernelEvaluator(batch: Self.batch, functions: [gemmFunction: naiveProduct])
        try evaluator.run(kernel, operands: &buffers)
        let expected = try interpret(graph, batch: Self.batch, values: leaves)[node.index]
        let (found, stray) = values(of: request.result, in: buffers[0], shape: expected.shape)
        if let stray { return "wrote \(buffers[0][stray]) at \(stray), where no element of the result is" }
        return mismatch("result", expected: expected, found: found, tolerance: tolerance)
    }

    /// Whether another target has this very kernel, which then need not be executed twice.
    private func isTheSame(_ kernel: Kernel, for target: Target) throws -> Bool {
        lower(try KernelTrial(test, Setup(target: target, isSliced: setup.isSliced)).request).kernel == kernel
    }

    /// An operand's memory: NaN wherever the step should not look.
    private func floats(of operand: Operand) -> [Float] {
        let values = leaves[operand.name]?.values ?? []
        var floats = Array(repeating: Float.nan, count: operand.extent(batch: Self.capacity))
        let count = operand.type.elementCount
        for (index, value) in values.enumerated() {
            floats[index / count * operand.sampleStride + index % count] = Float(value)
        }
        return floats
    }

    /// The result's elements, and the first place beside them that has been written.
    private func values(of operand: Operand, in floats: [Float], shape: [Int]) -> (Tensor, stray: Int?) {
        let count = operand.type.elementCount
        let samples = operand.type.isBatched ? Self.batch : 1
        var belongs = Array(repeating: false, count: floats.count)
        var values: [Double] = []
        for sample in 0..<samples {
            for index in 0..<count {
                belongs[sample * operand.sampleStride + index] = true
                values.append(Double(floats[sample * operand.sampleStride + index]))
            }
        }
        return (Tensor(shape: shape, values: values), floats.indices.first { !belongs[$0] && !floats[$0].isNaN })
    }
}

extension Op {
    fileprivate var isLoss: Bool {
        switch self {
        case .bceWithLogits, .bceWithLogitsGradient, .diceLoss, .diceLossGradient: true
        default: false
        }
    }
}

/// `unetc_gemm` as it is defined: `c = a · b + beta · c`, row-major; without looking at `c` where beta is zero.
func naiveProduct(_ buffers: inout [[Float]], _ arguments: [KernelEvaluator.ArgumentValue]) throws {
    var numbers: [Int] = []
    var places: [(buffer: Int, offset: Int)] = []
    var beta: Float = 0
    for argument in arguments {
        switch argument {
        case .index(let value): numbers.append(value)
        case .value(let value): beta = value
        case .address(let buffer, let offset): places.append((buffer, offset))
        }
    }
    let (transposesA, transposesB, m, n, k) = (numbers[0] == 1, numbers[1] == 1, numbers[2], numbers[3], numbers[4])
    let (lda, ldb, ldc) = (numbers[5], numbers[6], numbers[7])
    let (a, b) = (buffers[places[0].buffer], buffers[places[1].buffer])
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            buffers[places[2].buffer].withUnsafeMutableBufferPointer { c in
                for i in 0..<m {
                    for j in 0..<n {
                        var sum = 0.0
                        for p in 0..<k {
                            let x = a[places[0].offset + (transposesA ? p * lda + i : i * lda + p)]
                            sum += Double(x) * Double(b[places[1].offset + (transposesB ? j * ldb + p : p * ldb + j)])
                        }
                        let place = places[2].offset + i * ldc + j
                        c[place] = Float(beta == 0 ? sum : sum + Double(beta) * Double(c[place]))
                    }
                }
            }
        }
    }
}
