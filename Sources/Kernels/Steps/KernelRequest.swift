import Base
import GraphIR
import KernelIR
import Programs

/// A value as a kernel sees it.
public struct Operand: Hashable, Sendable {
    public var name: String
    public var type: TensorType
    /// Elements from one sample to the next: more than the value's own elements when it is a slice of a larger one.
    public var sampleStride: Int
    public var layout: Layout
    /// Its buffer in the step's kernels, which the request names.
    var buffer = Buffer.Handle("")

    public init(name: String, type: TensorType, sampleStride: Int, layout: Layout = .nchw) {
        self.name = name
        self.type = type
        self.sampleStride = sampleStride
        self.layout = layout
    }

    /// Elements from the value's first to behind its last one.
    func extent(batch: Int) -> Int {
        type.isBatched ? (batch - 1) * sampleStride + type.elementCount : type.elementCount
    }

    fileprivate func named(_ buffer: Buffer.Handle) -> Operand {
        var named = self
        named.buffer = buffer
        return named
    }
}

/// One step to be turned into a kernel: the operator, its exact shapes, and where its operands lie relative to their
/// samples.
public struct KernelRequest: Hashable, Sendable {
    public var node: Node
    /// What the step makes; nil for updates.
    public let result: Operand
    /// The node's inputs, in order.
    public let inputs: [Operand]
    /// The operands of each epilogue step.
    public let epilogueOperands: [[Operand]]
    /// For a concat the inputs that must be copied, and the channel they go to.
    public var concatCopies: [ConcatCopy]
    /// What the kernel has to make beside the result; only what `ConvolutionMethod.makes` has promised.
    public let companions: [Companion]
    public var batchCapacity: Int
    public var target: Target
    /// How a convolution is computed; nil for other operators.
    public var algorithm: ConvolutionAlgorithm?
    /// What a convolution multiplies.
    public var factors: ElementType
    /// True for steps of plans without a backward pass: what they prepare from parameters is made once for many runs.
    public var isInference: Bool

    public init(
        node: Node, result: Operand, inputs: [Operand], epilogueOperands: [[Operand]],
        concatCopies: [ConcatCopy] = [], companions: [Companion] = [], batchCapacity: Int, target: Target,
        algorithm: ConvolutionAlgorithm? = nil, factors: ElementType = .float32, isInference: Bool = false
    ) {
        self.node = node
        self.result = result.named(.out)
        self.inputs = inputs.enumerated().map { $1.named(Buffer.Handle("in\($0)")) }
        var extras = 0
        self.epilogueOperands = epilogueOperands.map {
            $0.map {
                defer { extras += 1 }
                return $0.named(Buffer.Handle("extra\(extras)"))
            }
        }
        self.companions = companions.enumerated().map {
            Companion(op: $1.op, value: $1.value.named(Buffer.Handle("beside\($0)")))
        }
        self.concatCopies = concatCopies
        self.batchCapacity = batchCapacity
        self.target = target
        self.algorithm = algorithm
        self.factors = factors
        self.isInference = isInference
    }

    /// A step of a program.
    /// - Parameters:
    ///   - isInference: what the program says, which walks all of it to find out.
    ///   - sampleStride: where a value has been placed, elements from one of its samples to the next; nil before.
    public init(
        _ id: NodeID, in program: Program, batchCapacity: Int, target: Target, isInference: Bool,
        concatCopies: [ConcatCopy] = [], sampleStride: (NodeID) -> Int? = { _ in nil }
    ) {
        func operand(_ id: NodeID) -> Operand {
            let value = program.value(id)
            let natural = value.type.isBatched ? value.type.elementCount : 0
            return Operand(
                name: value.name, type: value.type, sampleStride: sampleStride(id) ?? natural, layout: value.layout)
        }
        let node = program.graph[id]
        self.init(
            node: node, result: operand(id), inputs: node.inputs.map(operand),
            epilogueOperands: node.epilogue.map { $0.operands.map(operand) }, concatCopies: concatCopies,
            companions: program.graph.companions(of: id).map {
                Companion(op: program.graph[$0].op, value: operand($0))
            },
            batchCapacity: batchCapacity, target: target, algorithm: program[id].choice?.algorithm,
            factors: program[id].choice?.factors ?? .float32, isInference: isInference)
    }

    /// The vector width that pays for rows of `length` floats: the target's, or less for short ones; within a position of a
    /// blocked map where the step asks for places.
    func vectorWidth(for length: Int) -> Int {
        let block = result.layout.block
        var width = dependsOnPlaces && block > 1 ? min(block, target.vectorWidth) : target.vectorWidth
        while width > 1 && width > length { width /= 2 }
        return width < 4 ? 1 : width
    }

    /// Whether the step's function or its epilogue asks where an element is.
    var dependsOnPlaces: Bool {
        var functions = node.epilogue.map(\.function)
        if case .elementwise(let function) = node.op { functions.append(function) }
        return functions.contains(where: \.isRandom)
    }

    /// The name of the kernel's function.
    var functionName: String { cIdentifier(node.name) + "_" + node.op.mnemonic }

    /// - Parameter handle: what the kernel calls it, where that is not the operand's own name.
    func buffer(_ operand: Operand, as handle: Buffer.Handle? = nil, access: Buffer.Access) -> Buffer {
        Buffer(
            handle ?? operand.buffer, access: access, element: operand.type.element,
            extent: operand.extent(batch: batchCapacity),
            comment: "\(operand.name) \(operand.type)" + (operand.layout == .nchw ? "" : " \(operand.layout)"))
    }

    /// The comment above the function.
    func documentation(_ algorithm: String) -> [String] {
        let place = node.origin.location.map { "\($0.file):\($0.line)" } ?? node.name
        let derivation = node.origin.derivation.map { " (\($0))" } ?? ""
        let operands = inputs.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
        return [
            "\(place): \(node.name) = \(operationText)\(derivation)", "\(operands) -> \(result.type); \(algorithm)",
        ]
    }

    /// The operator, its epilogue and its companions in words: `conv + bias + relu with max_pool`.
    public var operationText: String {
        var words = [node.op.mnemonic]
        switch node.op {
        case .conv, .convTranspose: if inputs.count == 3 { words.append("bias") }
        default: break
        }
        let own = (words + node.epilogue.map(\.function.mnemonic)).joined(separator: " + ")
        return ([own] + companions.map(\.op.mnemonic)).joined(separator: " with ")
    }
}
