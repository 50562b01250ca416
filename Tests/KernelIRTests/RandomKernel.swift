import Base
import KernelIR

/// Repeatable random numbers.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Makes small valid kernels of all kinds of statements and expressions: places are kept inside buffers by a remainder,
/// and each task writes its own chunk of `y`.
struct RandomKernel {
    static let (taskCount, chunk, inputExtent, scratchExtent) = (3, 40, 70, 48)
    /// What `.call` calls: multiplies, adds the position, as C and for the evaluator.
    static let calleeC = """
        void scale_and_count(float *x, int64_t count, float factor);
        void scale_and_count(float *x, int64_t count, float factor)
        {
            for (int64_t i = 0; i < count; i += 1) {
                x[i] = x[i] * factor + (float)i;
            }
        }

        """
    /// The same in Swift.
    static let calleeSwift = """
        func scale_and_count(_ x: UnsafeMutablePointer<Float>, _ count: Int, _ factor: Float) {
            for i in stride(from: 0, to: count, by: 1) { x[i] = x[i] * factor + Float(i) }
        }

        """
    static let functions: [String: KernelEvaluator.Function] = [
        "scale_and_count": { buffers, arguments in
            guard case .address(let buffer, let offset) = arguments[0], case .index(let count) = arguments[1],
                case .value(let factor) = arguments[2]
            else { return }
            for i in 0..<count { buffers[buffer][offset + i] = buffers[buffer][offset + i] * factor + Float(i) }
        }
    ]

    private var random: SplitMix
    private let width: Int
    private var nameCount = 0
    private var indices: [Index] = [.task, .batch, .count]
    private var variables: [(name: String, width: Int)] = []
    private var arrays: [(name: String, width: Int, count: Int)] = []

    private init(seed: UInt64, width: Int) {
        random = SplitMix(state: seed)
        self.width = width
    }

    static func make(seed: UInt64, width: Int) -> Kernel {
        var maker = RandomKernel(seed: seed, width: width)
        let (stored, read) = (maker.oneOf(ElementType.allCases), maker.oneOf(ElementType.allCases))
        let body =
            [.declare("total", width: width, maker.value(width, 1))]
            + maker.scoped(5) { maker in
                maker.variables.append(("total", width))
            }
        // Something else than what may have been read there.
        let last = Statement.store("y", .task * .literal(chunk), .variable("total", width: width) + 0.25)
        return Kernel(
            name: "kernel_\(width)_\(seed)", documentation: ["random \(seed)"],
            buffers: [
                Buffer("y", access: .readWrite, element: stored, extent: chunk * taskCount, comment: "result"),
                Buffer("x", access: .read, element: read, extent: inputExtent, comment: "operand"),
                Buffer("scratch", access: .workspace, extent: scratchExtent),
            ],
            tasksPerSample: 1, tasksFixed: 1, body: body + [last])
    }

    // MARK: Statements

    private mutating func scoped(_ count: Int, depth: Int = 0, opening: (inout RandomKernel) -> Void) -> [Statement] {
        let (outerIndices, outerVariables, outerArrays) = (indices, variables, arrays)
        opening(&self)
        let result = (0..<count).map { _ in statement(depth) }
        (indices, variables, arrays) = (outerIndices, outerVariables, outerArrays)
        return result
    }

    private mutating func statement(_ depth: Int) -> Statement {
        let name = newName()
        let vector = oneOf([1, width])
        switch Int.random(in: 0..<(depth < 3 ? 14 : 10), using: &random) {
        case 0: return .comment("a remark */ on \(name) \\")
        case 1:
            let value = index(2)
            indices.append(.variable(name))
            return .letIndex(name, value)
        case 2, 3:
            let value = value(vector, 2)
            variables.append((name, vector))
            return .declare(name, width: vector, value)
        case 4:
            let count = Int.random(in: 1...5, using: &random)
            let initial = Bool.random(using: &random) ? Expression.constant(0) : value(vector, 1)
            arrays.append((name, vector, count))
            return .declareArray(name, width: vector, count: count, initial: initial)
        case 5, 6:
            guard let target = variables.randomElement(using: &random) else { return .comment("nothing to assign") }
            return .assign(target.name, value(target.width, 3))
        case 7:
            guard let target = arrays.randomElement(using: &random) else { return .comment("no array") }
            return .assignElement(target.name, index(2) % .literal(target.count), value(target.width, 2))
        case 8: return .store("scratch", index(2) % .literal(Self.scratchExtent - vector + 1), value(vector, 3))
        case 9:
            let offset = Index.task * .literal(Self.chunk) + index(2) % .literal(Self.chunk - vector + 1)
            return .store("y", offset, value(vector, 3))
        case 10:
            let (from, step) = (index(1) % 4, Int.random(in: 1...3, using: &random))
            let to = from + (1 + index(1) % 6)
            return .loop(name, from: from, to: to, step: step, block(depth, name))
        case 11: return .unrolled(name, count: Int.random(in: 1...4, using: &random), block(depth, name))
        case 12: return .conditional(condition(2), block(depth), otherwise: oneOf([[], block(depth)]))
        default:
            let extent = index(1) % 5
            let place = index(1) % .literal(Self.scratchExtent - 4)
            return .call(
                "scale_and_count",
                [
                    .address("scratch", place, extent: extent, access: .readWrite), .index(extent), .value(value(1, 2)),
                ])
        }
    }

    private mutating func block(_ depth: Int, _ loopVariable: String? = nil) -> [Statement] {
        scoped(Int.random(in: 1...3, using: &random), depth: depth + 1) { maker in
            if let loopVariable { maker.indices.append(.variable(loopVariable)) }
        }
    }

    // MARK: Expressions

    /// Never negative.
    private mutating func index(_ depth: Int) -> Index {
        guard depth > 0 else {
            return Bool.random(using: &random) ? .literal(.random(in: 0...9, using: &random)) : oneOf(indices)
        }
        let (a, b) = (index(depth - 1), index(depth - 1))
        return switch Int.random(in: 0..<8, using: &random) {
        case 0: a + b
        case 1: .maximum(a - b, 0)
        case 2: a * (b % 5)
        case 3: a / (b + 1)
        case 4: a % (b % 7 + 1)
        case 5: .minimum(a, b)
        case 6: .maximum(a, b)
        default: .binary(.add, a, .binary(.subtract, .binary(.add, b, 3), 2))
        }
    }

    private mutating func condition(_ depth: Int) -> Condition {
        let choice = Int.random(in: 0..<(depth > 0 ? 5 : 3), using: &random)
        return switch choice {
        case 0: .less(index(1), index(1))
        case 1: .lessOrEqual(index(1), index(1))
        case 2: .equal(index(1), index(1))
        case 3: .and(condition(depth - 1), condition(depth - 1))
        default: .or(condition(depth - 1), condition(depth - 1))
        }
    }

    private mutating func value(_ width: Int, _ depth: Int) -> Expression {
        guard depth > 0 else { return leaf(width) }
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return leaf(width)
        case 1:
            return .unary(
                oneOf([
                    .negate, .squareRoot, .absolute, .exponential, .exponentialMinusOne, .logarithm, .errorFunction,
                ]), value(width, depth - 1))
        case 2:
            let operand = value(width, depth - 1)
            return Bool.random(using: &random)
                ? .unary(.hyperbolicTangent, operand) : .unary(.logarithmOnePlus, .unary(.absolute, operand))
        case 3, 4, 5:
            return .binary(oneOf(BinaryOperator.allCases), value(width, depth - 1), orConstant(width, depth - 1))
        case 6 where width > 1 && Int.random(in: 0..<3, using: &random) == 0:
            let words = (0..<2).map { _ in
                Expression.packedPairs(even: value(width, depth - 1), odd: value(width, depth - 1))
            }
            return .pairDot(words[0], words[1], orConstant(width, depth - 1))
        case 6:
            return .fusedMultiplyAdd(
                value(width, depth - 1), orConstant(width, depth - 1), orConstant(width, depth - 1))
        case 7:
            return .select(
                oneOf(FloatComparison.allCases), value(width, depth - 1), orConstant(width, depth - 1),
                then: orConstant(width, depth - 1), otherwise: value(width, depth - 1))
        default:
            return width > 1
                ? .broadcast(value(1, depth - 1), width: width) : .horizontalSum(value(self.width, depth - 1))
        }
    }

    private mutating func orConstant(_ width: Int, _ depth: Int) -> Expression {
        let constant = oneOf([0.5, -2, 1, 0.1, 3e-5, -0.0, 1e10])
        return Int.random(in: 0..<3, using: &random) == 0 ? .constant(constant) : value(width, depth)
    }

    private mutating func leaf(_ width: Int) -> Expression {
        let fitting = variables.filter { $0.width == width }
        let fittingArrays = arrays.filter { $0.width == width }
        switch Int.random(in: 0..<(width == 1 ? 6 : 4), using: &random) {
        case 0 where Int.random(in: 0..<4, using: &random) == 0:
            let stride = Int.random(in: 0...9000, using: &random)
            return .uniform(key: random.next(), first: index(2), stride: stride, width: width)
        case 0 where !fitting.isEmpty: return .variable(oneOf(fitting).name, width: width)
        case 1 where !fittingArrays.isEmpty:
            let array = oneOf(fittingArrays)
            return .element(array.name, index(1) % .literal(array.count), width: width)
        case 2: return .load("y", .task * .literal(Self.chunk) + index(1) % .literal(Self.chunk - width), width: width)
        case 4: return .number(index(2))
        case 5: return .scalar(oneOf(RuntimeScalar.allCases))
        default: return .load("x", index(2) % .literal(Self.inputExtent - width + 1), width: width)
        }
    }

    private mutating func oneOf<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    private mutating func newName() -> String {
        nameCount += 1
        return "v\(nameCount)"
    }
}
