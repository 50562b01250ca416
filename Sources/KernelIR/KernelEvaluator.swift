import Base

/// Executes kernels slowly and literally, as the judge of what their C should compute: in 32-bit floats, with products
/// and sums fused where the kernel says so. Bits equal those of the C on a target with a fused multiply-add.
public struct KernelEvaluator: Sendable {
    /// What a called C function is handed: numbers, and addresses as a buffer and an offset in it.
    public enum ArgumentValue: Hashable, Sendable {
        case index(Int)
        case value(Float)
        /// `buffer` counts operands in order; one more is the workspace.
        case address(buffer: Int, offset: Int)
    }

    /// A C function that kernels call, working on the buffers' floats.
    public typealias Function = @Sendable (_ buffers: inout [[Float]], _ arguments: [ArgumentValue]) throws -> Void

    /// Samples in the call.
    public var batch: Int
    /// The step's `count`.
    public var count: Int
    public var scalars: [RuntimeScalar: Float]
    /// What random numbers depend on.
    public var seed: UInt64 = 0
    public var step: Int64 = 1
    /// Functions by their C names, such as `unetc_gemm`, besides those of the prelude.
    public var functions: [String: Function]
    /// Buffers that lie where another one does, by their handles.
    public var aliases: [Buffer.Handle: Buffer.Handle] = [:]
    /// What every float of the workspace holds when a task starts; NaN shows who reads before writing.
    public var workspaceFill = Float.nan

    public init(
        batch: Int, count: Int = 0, scalars: [RuntimeScalar: Float] = [:], functions: [String: Function] = [:]
    ) {
        self.batch = batch
        self.count = count
        self.scalars = scalars
        self.functions = functions
    }

    /// Executes all tasks of `kernel` in order.
    ///
    /// - Parameter operands: the elements of the kernel's operands, whatever they are stored as, in the order of its buffers, without the workspace.
    /// - Throws: `KernelEvaluationError` for an access out of range, an unknown name or a missing function, naming the
    ///   kernel, the task and the statement.
    public func run(_ kernel: Kernel, operands: inout [[Float]]) throws {
        let tasks = kernel.tasksPerSample * batch + kernel.tasksFixed
        for task in 0..<max(0, tasks) { try run(kernel, task: task, operands: &operands) }
    }

    /// Executes one task of `kernel`.
    public func run(_ kernel: Kernel, task: Int, operands: inout [[Float]]) throws {
        let expected = kernel.buffers.filter { $0.access != .workspace }.count
        guard operands.count == expected else {
            let found = "expected \(expected) operands, found \(operands.count)"
            throw KernelEvaluationError(kernel: kernel.name, task: task, statement: "call", message: found)
        }
        var buffers = operands
        operands = []
        buffers.append(Array(repeating: workspaceFill, count: kernel.workspace?.extent ?? 0))
        var machine = TaskMachine(evaluator: self, kernel: kernel, task: task, buffers: buffers)
        defer { operands = Array(machine.buffers.dropLast()) }
        buffers = []
        try machine.execute(kernel.body)
    }
}

/// A kernel that could not be executed.
public struct KernelEvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
    public var kernel: String
    public var task: Int
    /// The statement, as C.
    public var statement: String
    public var message: String

    public var description: String { "kernel \"\(kernel)\", task \(task), in \"\(statement)\": \(message)" }
}

/// One task's memory and variables.
private struct TaskMachine {
    struct Failure: Error { var message: String }

    let evaluator: KernelEvaluator
    let kernel: Kernel
    let task: Int
    var buffers: [[Float]]
    private var positions: [Buffer.Handle: Int] = [:]
    private var elementTypes: [Buffer.Handle: ElementType] = [:]
    private var indices: [String: Int]
    private var variables: [String: [Float]] = [:]
    /// Elements of arrays stand here as `name` and its vectors.
    private var arrays: [String: [[Float]]] = [:]

    init(evaluator: KernelEvaluator, kernel: Kernel, task: Int, buffers: [[Float]]) {
        self.evaluator = evaluator
        self.kernel = kernel
        self.task = task
        self.buffers = buffers
        indices = ["task": task, "batch": evaluator.batch, "count": evaluator.count, "first_sample": 0]
        for (position, buffer) in kernel.buffers.enumerated() {
            positions[buffer.handle] = buffer.access == .workspace ? buffers.count - 1 : position
            elementTypes[buffer.handle] = buffer.element
        }
        for (name, other) in evaluator.aliases where positions[name] != nil { positions[name] = positions[other] }
    }

    // MARK: Statements

    mutating func execute(_ body: [Statement]) throws {
        for statement in body {
            do {
                try execute(statement)
            } catch let failure as Failure {
                throw KernelEvaluationError(
                    kernel: kernel.name, task: task, statement: statement.headline, message: failure.message)
            }
        }
    }

    private mutating func execute(_ statement: Statement) throws {
        switch statement {
        case .comment: break
        case .loop(let name, let from, let to, let step, let body):
            guard step > 0 else { throw Failure(message: "a step of \(step) never ends") }
            for value in stride(from: try integer(from), to: try integer(to), by: step) {
                indices[name] = value
                try execute(body)
            }
        case .unrolled(let name, let count, let body):
            for value in 0..<max(0, count) {
                indices[name] = value
                try execute(body)
            }
        case .letIndex(let name, let index): indices[name] = try integer(index)
        case .declare(let name, let width, let value):
            variables[name] = widened(try floats(value), to: width)
        case .declareArray(let name, let width, let count, let initial):
            arrays[name] = Array(repeating: widened(try floats(initial), to: width), count: max(0, count))
        case .assign(let name, let value):
            guard let width = variables[name]?.count else { throw Failure(message: "\"\(name)\" is not declared") }
            variables[name] = widened(try floats(value), to: width)
        case .assignElement(let name, let index, let element): try assign(name, try integer(index), element)
        case .store(let name, let index, let elements): try store(name, try integer(index), try floats(elements))
        case .conditional(let condition, let body, let otherwise):
            try execute(try holds(condition) ? body : otherwise)
        case .call(let name, let arguments): try call(name, arguments)
        }
    }

    private mutating func assign(_ name: String, _ index: Int, _ value: Expression) throws {
        guard let array = arrays[name] else { throw Failure(message: "array \"\(name)\" is not declared") }
        guard array.indices.contains(index) else { throw outside(index, name, array.count) }
        let element = widened(try floats(value), to: array[index].count)
        arrays[name]?[index] = element
    }

    private mutating func store(_ name: Buffer.Handle, _ index: Int, _ elements: [Float]) throws {
        let place = try place(name, index, elements.count)
        let type = elementTypes[name] ?? .float32
        buffers[place.buffer].replaceSubrange(place.range, with: elements.map(type.rounded))
    }

    private mutating func call(_ name: String, _ arguments: [Argument]) throws {
        guard let function = evaluator.functions[name] ?? BlockTranspose.functions[name] ?? Prefetch.functions[name]
        else {
            throw Failure(message: "the evaluator was given no function \"\(name)\"")
        }
        let values = try arguments.map(evaluated)
        try function(&buffers, values)
    }

    private func evaluated(_ argument: Argument) throws -> KernelEvaluator.ArgumentValue {
        switch argument {
        case .index(let index): return .index(try integer(index))
        case .value(let value): return .value(try floats(value)[0])
        case .address(let name, let index, let extent, _):
            let found = try place(name, try integer(index), try integer(extent))
            return .address(buffer: found.buffer, offset: found.range.lowerBound)
        }
    }

    private func place(_ name: Buffer.Handle, _ index: Int, _ width: Int) throws -> (buffer: Int, range: Range<Int>) {
        guard let position = positions[name] else { throw Failure(message: "there is no buffer \"\(name)\"") }
        guard index >= 0, width >= 0, index + width <= buffers[position].count else {
            throw Failure(
                message: "\"\(name)\"[\(index) ..< \(index + width)] is outside its \(buffers[position].count) floats")
        }
        return (position, index..<index + width)
    }

    private func outside(_ index: Int, _ name: String, _ count: Int) -> Failure {
        Failure(message: "\"\(name)\"[\(index)] is outside its \(count) elements")
    }

    // MARK: Indices

    private func integer(_ index: Index) throws -> Int {
        switch index {
        case .literal(let value): return value
        case .variable(let name):
            guard let value = indices[name] else { throw Failure(message: "index \"\(name)\" is not declared") }
            return value
        case .binary(let binary, let a, let b):
            guard let result = binary.applied(try integer(a), try integer(b)) else {
                throw Failure(message: "\(try integer(a)) \(binary.rawValue) \(try integer(b)) is not defined")
            }
            return result
        }
    }

    private func holds(_ condition: Condition) throws -> Bool {
        switch condition {
        case .less(let a, let b): try integer(a) < integer(b)
        case .lessOrEqual(let a, let b): try integer(a) <= integer(b)
        case .equal(let a, let b): try integer(a) == integer(b)
        case .and(let a, let b): try holds(a) && holds(b)
        case .or(let a, let b): try holds(a) || holds(b)
        }
    }

    // MARK: Values

    private func floats(_ expression: Expression) throws -> [Float] {
        switch expression {
        case .constant(let value): return [Float(value)]
        case .variable(let name, _):
            guard let value = variables[name] else { throw Failure(message: "\"\(name)\" is not declared") }
            return value
        case .element(let name, let index, _):
            guard let array = arrays[name] else { throw Failure(message: "array \"\(name)\" is not declared") }
            let position = try integer(index)
            guard array.indices.contains(position) else { throw outside(position, name, array.count) }
            return array[position]
        case .load(let name, let index, let width):
            let place = try place(name, try integer(index), width)
            return Array(buffers[place.buffer][place.range])
        case .broadcast(let operand, let width): return widened(try floats(operand), to: width)
        case .unary(let unary, let operand): return try floats(operand).map(unary.applied)
        case .binary(let binary, let a, let b): return try elementwise([a, b]) { binary.applied($0[0], $0[1]) }
        case .fusedMultiplyAdd(let a, let b, let c):
            return try elementwise([a, b, c]) { FloatMath.fusedMultiplyAdd($0[0], $0[1], $0[2]) }
        case .packed(let operand):
            let values = try floats(operand)
            return stride(from: 0, to: values.count - 1, by: 2).map { PackedPair.word(values[$0], values[$0 + 1]) }
        case .packedPairs(let even, let odd): return try elementwise([even, odd]) { PackedPair.word($0[0], $0[1]) }
        case .pairDot(let a, let b, let c): return try elementwise([a, b, c]) { PackedPair.dot($0[0], $0[1], $0[2]) }
        case .select(let comparison, let a, let b, let then, let otherwise):
            return try elementwise([a, b, then, otherwise]) { comparison.holds($0[0], $0[1]) ? $0[2] : $0[3] }
        case .horizontalSum(let operand): return [FloatMath.horizontalSum(try floats(operand))]
        case .number(let index): return [Float(try integer(index))]
        case .scalar(let scalar): return [evaluator.scalars[scalar] ?? 0]
        case .uniform(let key, let first, let stride, let width):
            let numbers = RandomNumbers(seed: evaluator.seed, step: evaluator.step, key: key)
            let start = try integer(first)
            return (0..<width).map { numbers.uniform(start + $0 * stride) }
        }
    }

    private func elementwise(_ operands: [Expression], _ function: ([Float]) -> Float) throws -> [Float] {
        let values = try operands.map(floats)
        let width = values.map(\.count).max() ?? 1
        let isFitting = values.allSatisfy { $0.count == width || $0.count == 1 }
        guard isFitting else { throw Failure(message: "operands of widths \(values.map(\.count))") }
        return (0..<width).map { lane in function(values.map { $0.count == 1 ? $0[0] : $0[lane] }) }
    }

    private func widened(_ value: [Float], to width: Int) -> [Float] {
        value.count == 1 && width > 1 ? Array(repeating: value[0], count: width) : value
    }
}
