import Base
import GraphIR
import Interpreter

/// What numbers an operand may be given, so that its step computes something.
enum ValueRange: Hashable {
    /// -1 to 1: as likely negative as positive, so that the rounding errors of long sums stay small.
    case signed
    /// 0 to 1.
    case unit
    /// 0.5 to 1.5.
    case positive
    /// Class numbers.
    case classes([Float])
    /// The first half as `signed`, the second as `positive`: means and variances.
    case moments

    /// Of a leaf that callers write.
    static func fed(_ id: NodeID, in graph: Graph) -> ValueRange {
        guard graph[id].op == .target else { return .signed }
        return classes(id, graph) ?? .unit
    }

    /// Of an operand of a step.
    static func operand(_ position: Int, of node: Node, in graph: Graph) -> ValueRange {
        guard position < node.inputs.count else { return .signed }
        switch node.op {
        case .sampleLoss, .sampleLossGradient: return position == 1 ? .unit : .signed
        case .classLoss(let op) where op.comparesClasses:
            return position == 1 ? classes(node.inputs[1], graph) ?? .signed : op.readsProbabilities ? .unit : .signed
        case .classLoss(.ratio): return .positive
        case .classLoss(.ratioGradient): return position == 0 ? .positive : .signed
        case .elementwise(let function):
            return function.domain(ofOperand: position) == .positive ? .positive : .signed
        case .normalization(let op): return position == op.momentsOperand ? .moments : .signed
        case .layerNormalization(let op): return position == op.momentsOperand ? .moments : .signed
        default: return .signed
        }
    }

    private static func classes(_ target: NodeID, _ graph: Graph) -> ValueRange? {
        graph.classes(of: target).map {
            .classes((Array(0..<$0.count) + [$0.ignored].compactMap { $0 }).map(Float.init))
        }
    }
}

extension NormalizationOp {
    /// The position of the operand that holds moments.
    fileprivate var momentsOperand: Int? {
        switch self {
        case .normalize, .foldedWeight, .updateRunning: 1
        case .sums, .gradient: 2
        case .foldedBias: 0
        case .moments, .row, .runningMoments: nil
        }
    }
}

extension LayerNormalization {
    /// The position of the operand that holds moments.
    fileprivate var momentsOperand: Int? {
        switch self {
        case .moments: nil
        case .normalize: 1
        case .sums, .gradient: 2
        }
    }
}

/// Random numbers of a tensor, always the same for its name.
struct RandomValues {
    private var random: SplitMix64

    init(name: String) {
        random = SplitMix64(seed: FNV1a.hash(name))
    }

    mutating func fill(_ memory: UnsafeMutableBufferPointer<Float>, _ range: ValueRange) {
        for index in memory.indices { memory[index] = next(range, isSecondHalf: 2 * index >= memory.count) }
    }

    /// Multiples of 2^-23, which floats and doubles hold alike.
    private mutating func next(_ range: ValueRange, isSecondHalf: Bool) -> Float {
        let unit = Float(random.next() >> 40) * 0x1p-24
        switch range {
        case .signed: return 2 * unit - 1
        case .unit: return unit
        case .positive: return unit + 0.5
        case .classes(let numbers): return numbers[min(Int(unit * Float(numbers.count)), numbers.count - 1)]
        case .moments: return isSecondHalf ? unit + 0.5 : 2 * unit - 1
        }
    }
}
