import Base
import GraphIR
import Programs
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
    /// What the kernel makes beside its result.
    var companion: Op?

    init(
        _ description: String, _ op: Op, _ inputs: [TensorType], then epilogue: [Elementwise] = [],
        beside companion: Op? = nil
    ) {
        self.op = op
        self.inputs = inputs
        self.epilogue = epilogue
        let functions = epilogue.map { " + " + $0.mnemonic }.joined()
        self.companion = companion
        let other = companion.map { " beside " + $0.mnemonic } ?? ""
        testDescription = "\(op.mnemonic)\(functions)\(other), \(description)"
    }
}

/// What a case is lowered for.
struct Setup: Sendable, CustomTestStringConvertible {
    var target: Target
    /// Whether samples of maps lie further apart than they are long, as channels of a wider map do.
    var isSliced: Bool
    /// Whether maps are blocked wherever the kernels take that, and how to convolve then; nil keeps them row-major.
    var convolutions: ConvolutionChoice?
    /// What convolutions multiply where their algorithms can, and how maps are stored.
    var precision = ElementType.float32

    init(
        target: Target, isSliced: Bool, convolutions: ConvolutionChoice? = nil, precision: ElementType = .float32
    ) {
        self.precision = precision
        self.target = target
        self.isSliced = isSliced
        self.convolutions = convolutions
    }

    var testDescription: String {
        target.name + (isSliced ? ", sliced" : "") + (convolutions.map { ", blocked, \($0.rawValue)" } ?? "")
            + (precision == .float32 ? "" : ", \(precision.rawValue)")
    }

    /// Blocked maps on every width of vector, with both tiles of Winograd's algorithm.
    static let blocked: [Setup] = [
        Setup(target: .x86v1, isSliced: true, convolutions: .winograd4),
        Setup(target: .x86v3, isSliced: false, convolutions: .winograd4),
        Setup(target: .x86v3, isSliced: true, convolutions: .winograd2),
        Setup(target: .x86v4, isSliced: true, convolutions: .winograd4),
    ]

    /// The same, of words of two bf16.
    static let pairs: [Setup] = blocked.map {
        Setup(target: $0.target, isSliced: $0.isSliced, convolutions: $0.convolutions, precision: .bfloat16)
    }

    /// Direct convolutions on blocked maps, on every width of vector and number of registers.
    static let direct: [Setup] = [
        Setup(target: .x86v1, isSliced: true, convolutions: .direct),
        Setup(target: .aarch64, isSliced: true, convolutions: .direct),
        Setup(target: .x86v3, isSliced: false, convolutions: .direct),
        Setup(target: .x86v4, isSliced: true, convolutions: .direct),
    ]

    /// Blocked maps, convolved by what the cost model says.
    static let automatic: [Setup] = direct.map {
        Setup(target: $0.target, isSliced: $0.isSliced, convolutions: .auto)
    }

    static let all: [Setup] = [
        Setup(target: .x86v1, isSliced: true), Setup(target: .aarch64, isSliced: true),
        Setup(target: .x86v3, isSliced: false), Setup(target: .x86v4, isSliced: true),
    ]
    static let narrow = Array(all.prefix(2))
    static let wide = Array(all.suffix(2))
}

/// Fails unless the verifier passes the case's kernels and they compute what the interpreter does.
func expectOracle(
    _ test: KernelCase, _ setup: Setup, tolerance: Double = 2e-5,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
    let problem = try KernelTrial(test, setup).problem(tolerance: tolerance)
    #expect(problem == nil, sourceLocation: sourceLocation)
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
    /// The companion's node.
    private let companion: NodeID?
    private let leaves: [String: Tensor]

    /// - Parameter values: of the operands, made of random ones from -1 to 1.
    init(_ test: KernelCase, _ setup: Setup, values: (Double) -> Double = { $0 }) throws {
        self.test = test
        self.setup = setup
        var b = GraphBuilder("kernel")
        let type = try test.op.resultType(test.inputs)
        let inputs = test.inputs.enumerated().map { Self.leaf(&b, "in\($0)", $1, isTarget: $0 == 1 && test.op.isLoss) }
        let extras = test.epilogue.enumerated().map { step, function in
            (1..<function.operandCount).map { Self.leaf(&b, "extra\(step).\($0)", type, isTarget: false) }
        }
        node = try b.add(test.op, inputs, "result")
        if let op = test.companion {
            companion = try b.add(op, [op == .channelSum ? inputs[0] : node], "companion")
        } else {
            companion = nil
        }
        var graph = b.graph
        graph[node].epilogue = zip(test.epilogue, extras).map { FusedStep($0, $1) }
        self.graph = graph
        let positive = Self.positiveLeaves(of: graph[node], in: graph)
        leaves = Dictionary(
            uniqueKeysWithValues: randomLeaves(
                of: graph, batch: Self.batch, seed: UInt64(test.inputs.count + graph.nodes.count)
            ).map { name, tensor in
                let values = tensor.values.map {
                    Double(Float(values(positive.contains(name) ? abs($0) + 0.25 : $0)))
                }
                return (name, Tensor(shape: tensor.shape, values: values))
            })
    }

    /// The operands that have to be above 0: what a function takes the logarithm of, and probabilities.
    private static func positiveLeaves(of node: Node, in graph: Graph) -> Set<String> {
        var names: Set<String> = []
        if case .elementwise(let function) = node.op {
            for (position, id) in node.inputs.enumerated() where function.domain(ofOperand: position) == .positive {
                names.insert(graph[id].name)
            }
        }
        if case .classLoss(let op) = node.op, op.readsProbabilities { names.insert(graph[node.inputs[0]].name) }
        for step in node.epilogue {
            for (position, id) in step.operands.enumerated()
            where step.function.domain(ofOperand: position + 1) == .positive {
                names.insert(graph[id].name)
            }
        }
        return names
    }

    private static func leaf(
        _ b: inout GraphBuilder, _ name: String, _ type: TensorType, isTarget: Bool
    ) -> NodeID {
        guard type.isBatched else { return b.parameter(name, type.shape) }
        return isTarget ? b.target(name, type.shape) : b.input(name, type.shape)
    }

    /// The step as the compiler would ask for it.
    var request: KernelRequest {
        let node = graph[node]
        let demand = layouts
        let operand = { (id: NodeID, layout: Layout) -> Operand in
            let type = graph[id].type
            let gap = setup.isSliced && type.featureMap != nil ? 7 : 0
            return Operand(
                name: graph[id].name, type: type, sampleStride: type.isBatched ? type.elementCount + gap : 0,
                layout: layout)
        }
        let beside = companion.map { id in
            let layout = graph[id].type.isBatched ? demand.result : .nchw
            return Companion(op: graph[id].op, value: operand(id, layout))
        }
        return KernelRequest(
            node: node, result: operand(self.node, demand.result),
            inputs: zip(node.inputs, demand.inputs).map { operand($0, $1) },
            epilogueOperands: node.epilogue.map { $0.operands.map { operand($0, demand.result) } },
            concatCopies: copies, companions: beside.map { [$0] } ?? [], batchCapacity: Self.capacity,
            target: setup.target, algorithm: algorithm,
            factors: algorithm?.method.factors(of: test.op, in: setup.precision) ?? .float32)
    }

    /// What has been forced where it applies; plain products on row-major maps.
    private var algorithm: ConvolutionAlgorithm? {
        guard setup.convolutions != nil else { return test.op.convGeometry == nil ? nil : .gemm }
        // Where the forced algorithm is no candidate, the one that makes companions.
        let key = test.companion == nil ? nil : test.op.tuningKey(batch: Self.capacity, isInference: false)
        let chooser = AlgorithmChooser(
            target: setup.target, batch: Self.capacity, isInference: false, choice: setup.convolutions ?? .auto,
            winners: key.map { [$0: .narrowInput] } ?? [:])
        return chooser.choice(for: test.op)?.algorithm
    }

    /// What the step's kernels want where every map that can be is blocked.
    private var layouts: LayoutDemand {
        let node = graph[node]
        guard setup.convolutions != nil else {
            return LayoutDemand(inputs: node.inputs.map { _ in .nchw }, result: .nchw)
        }
        let operands = node.inputs.map { id -> (type: TensorType, layout: Layout) in
            let type = graph[id].type
            let isMap = type.isBatched && type.featureMap != nil && type.shape[0] % setup.target.vectorWidth == 0
            return (type, isMap ? .blocked(setup.target.vectorWidth) : .nchw)
        }
        return LayoutRules(target: setup.target).demand(node, by: algorithm, operands: operands)
    }

    /// All operands of a concat, each behind the one before.
    private var copies: [ConcatCopy] {
        guard test.op == .concat else { return [] }
        var channel = 0
        return test.inputs.indices.map { index in
            defer { channel += test.inputs[index].shape[0] }
            return ConcatCopy(operand: index, channel: channel)
        }
    }

    /// What the verifier says of the step's kernels.
    var violations: [KernelViolation] {
        violations(of: KernelBuilder().build(request))
    }

    private func violations(of lowered: LoweredStep) -> [KernelViolation] {
        lowered.stages.flatMap { verify($0.kernel, batchCapacity: Self.capacity, count: 0...0) }
    }

    /// What is wrong with the kernel or with what it computes; nil when all is well.
    func problem(tolerance: Double = 2e-5) throws -> String? {
        try problem(of: KernelBuilder().build(request), tolerance: tolerance)
    }

    /// What is wrong with the step, lowered in a way of the caller's choice.
    func problem(of lowered: LoweredStep, tolerance: Double) throws -> String? {
        let request = request
        let violations = violations(of: lowered)
        guard violations.isEmpty else { return violations.map(\.description).joined(separator: "\n") }
        if setup.target == .aarch64, try isTheSame(lowered, for: .x86v1) { return nil }
        let found = try run(lowered, request)
        let expected = try interpret(graph, batch: Self.batch, values: leaves)
        let made =
            [(StageOperand.result, node, request.result)]
            + (companion.map { [(.companion(0), $0, request.companions[0].value)] } ?? [])
        for (place, id, operand) in made {
            let (memory, expected) = (found[place] ?? [], expected[id.index])
            let (result, stray) = values(of: operand, in: memory, shape: expected.shape)
            let name = graph[id].name
            if let stray { return "wrote \(memory[stray]) at \(stray), where no element of the \(name) is" }
            let problem = mismatch(name, expected: expected, found: result, tolerance: tolerance)
            if let problem { return problem }
        }
        return nil
    }

    /// What a step that is lowered so makes, bit by bit.
    func bits(of lowered: LoweredStep) throws -> [UInt32] {
        (try run(lowered, request)[.result] ?? []).map(\.bitPattern)
    }

    /// What has other bits when kernels are simplified; nil when nothing is.
    func changeBySimplification() throws -> StageOperand? {
        let request = request
        let plain = try run(lower(request), request)
        let simplified = try run(KernelBuilder().build(request), request)
        return plain.keys.first { plain[$0]?.map(\.bitPattern) != simplified[$0]?.map(\.bitPattern) }
    }

    /// What the kernel makes beside its result, and what a step of its own makes of that result, bit for bit.
    func companionAndStep() throws -> (beside: [UInt32], alone: [UInt32]) {
        let request = request
        let made = try run(lower(request), request)
        let value = request.companions[0].value
        var step = KernelRequest(
            node: graph[try #require(companion)], result: value, inputs: [request.result], epilogueOperands: [],
            batchCapacity: Self.capacity, target: setup.target)
        step.node.host = nil
        var buffers = [Array(repeating: Float.nan, count: value.extent(batch: Self.capacity)), made[.result] ?? []]
        try KernelEvaluator(batch: Self.batch).run(lower(step).stages[0].kernel, operands: &buffers)
        return ((made[.companion(0)] ?? []).map(\.bitPattern), buffers[0].map(\.bitPattern))
    }

    /// Whether the planner may put the result over an operand of the epilogue.
    var mayOverwriteFusedOperands: Bool {
        let choice = algorithm.map { AlgorithmChoice($0, reason: .forced, predictions: []) }
        return choice != nil && Step(graph[node], by: choice).accesses.last == .readInPlace
    }

    /// Which operand of the epilogue changes the result's bits where the result takes its place; nil for none.
    func unfitPlace() throws -> String? {
        let request = request
        let lowered = lower(request)
        let expected = try run(lowered, request)[.result]?.map(\.bitPattern)
        for (number, operand) in request.epilogueOperands.joined().enumerated() {
            let found = try run(lowered, request, inPlaceOf: number)[.result]?.map(\.bitPattern)
            if found != expected { return operand.name }
        }
        return nil
    }

    /// Executes the stages one after the other; returns the memory of what they made.
    /// - Parameter extra: the operand of the epilogue in whose place the result is.
    private func run(
        _ lowered: LoweredStep, _ request: KernelRequest, inPlaceOf extra: Int? = nil
    ) throws -> [StageOperand: [Float]] {
        let extras = Array(request.epilogueOperands.joined())
        var memory: [StageOperand: [Float]] = [
            .result: extra.map { floats(of: extras[$0]) }
                ?? Array(repeating: .nan, count: request.result.extent(batch: Self.capacity)),
            .scratch: Array(repeating: .nan, count: lowered.scratch),
            .prepared: Array(repeating: .nan, count: lowered.prepared),
        ]
        for (index, operand) in request.inputs.enumerated() { memory[.input(index)] = floats(of: operand) }
        for (index, companion) in request.companions.enumerated() {
            memory[.companion(index)] = Array(repeating: .nan, count: companion.value.extent(batch: Self.capacity))
        }
        for (index, operand) in extras.enumerated() { memory[.extra(index)] = floats(of: operand) }
        var evaluator = KernelEvaluator(batch: Self.batch, functions: [gemmFunction: naiveProduct])
        if let extra { evaluator.aliases = [Buffer.Handle("extra\(extra)"): .out] }
        for stage in lowered.stages {
            var buffers = stage.operands.map { memory[$0] ?? [] }
            try evaluator.run(stage.kernel, operands: &buffers)
            for (operand, buffer) in zip(stage.operands, buffers) { memory[operand] = buffer }
        }
        return memory
    }

    /// Whether another target has this very kernel, which then need not be executed twice.
    private func isTheSame(_ lowered: LoweredStep, for target: Target) throws -> Bool {
        let other = KernelBuilder().build(
            try KernelTrial(test, Setup(target: target, isSliced: setup.isSliced)).request)
        return other.stages.map(\.kernel) == lowered.stages.map(\.kernel)
    }

    /// An operand's memory: NaN wherever the step should not look.
    private func floats(of operand: Operand) -> [Float] {
        let values = leaves[operand.name]?.values ?? []
        var floats = Array(repeating: Float.nan, count: operand.extent(batch: Self.capacity))
        let count = operand.type.elementCount
        for (index, value) in values.enumerated() {
            floats[index / count * operand.sampleStride + operand.place(of: index % count)] = Float(value)
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
                let place = sample * operand.sampleStride + operand.place(of: index)
                belongs[place] = true
                values.append(Double(floats[place]))
            }
        }
        return (Tensor(shape: shape, values: values), floats.indices.first { !belongs[$0] && !floats[$0].isNaN })
    }
}

extension Operand {
    /// Where the element with this row-major index lies, from the sample's first one.
    fileprivate func place(of index: Int) -> Int {
        let block = layout.block
        guard block > 1 else { return index }
        let plane = type.shape.dropFirst().reduce(1, *)
        let (channel, pixel) = (index / plane, index % plane)
        return (channel / block * plane + pixel) * block + channel % block
    }
}

extension Op {
    fileprivate var isLoss: Bool {
        switch self {
        case .sampleLoss, .sampleLossGradient: true
        case .classLoss(let op): op.comparesClasses
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
