import Base

/// Memory that a kernel reads or writes: an operand of its step, or its thread's workspace.
public struct Buffer: Hashable, Sendable {
    public enum Access: String, Hashable, Sendable {
        case read
        case write
        case readWrite
        /// This thread's scratch memory, whose contents nobody expects.
        case workspace
    }

    public var handle: Handle
    public var access: Access
    /// How its elements are stored; loads and stores convert.
    public var element: ElementType
    /// Elements that may be touched, at the batch capacity.
    public var extent: Int
    /// What stands in it, for the reader: `enc1_1 [N, 64, 128, 128]`.
    public var comment: String

    public init(
        _ handle: Handle, access: Access, element: ElementType = .float32, extent: Int, comment: String = ""
    ) {
        self.handle = handle
        self.access = access
        self.element = element
        self.extent = extent
        self.comment = comment
    }
}

/// An argument of a called C function.
public enum Argument: Hashable, Sendable {
    case index(Index)
    case value(Expression)
    /// The address of an element of a buffer of 32-bit floats; the callee touches at most `extent` from there (an expression, since the last block of a loop may be smaller).
    case address(Buffer.Handle, Index, extent: Index, access: Buffer.Access)
}

/// One statement of the loop language.
public indirect enum Statement: Hashable, Sendable {
    case comment(String)
    /// `for (variable = from; variable < to; variable += step)`
    case loop(String, from: Index, to: Index, step: Int, [Statement])
    /// A loop of a few iterations that the compiler is told to unroll completely.
    case unrolled(String, count: Int, [Statement])
    case letIndex(String, Index)
    /// A mutable variable of `width` floats.
    case declare(String, width: Int, Expression)
    /// An array of `count` vectors, all elements starting at `initial`; meant to live in registers.
    case declareArray(String, width: Int, count: Int, initial: Expression)
    case assign(String, Expression)
    case assignElement(String, Index, Expression)
    /// Stores the value's elements one after the other.
    case store(Buffer.Handle, Index, Expression)
    case conditional(Condition, [Statement], otherwise: [Statement])
    case call(String, [Argument])
}

/// A function of one task over its step's operands: what algorithm, which tile, in a form that can be checked, evaluated
/// and printed.
public struct Kernel: Hashable, Sendable {
    /// `enc1_1_conv`: an identifier of C and of Swift, under which the function is defined and every table names it.
    /// Whoever makes a kernel of what a user has named asks `cIdentifier`, and nobody asks again.
    public var name: String
    /// Lines of the comment above the function: source line, shapes, algorithm.
    public var documentation: [String]
    /// The step's operands in order, then at most one workspace.
    public var buffers: [Buffer]
    /// Tasks per call: `tasksPerSample · batch + tasksFixed`.
    public var tasksPerSample: Int
    public var tasksFixed: Int
    public var body: [Statement]

    public init(
        name: String, documentation: [String] = [], buffers: [Buffer], tasksPerSample: Int = 0, tasksFixed: Int = 0,
        body: [Statement]
    ) {
        self.name = name
        self.documentation = documentation
        self.buffers = buffers
        self.tasksPerSample = tasksPerSample
        self.tasksFixed = tasksFixed
        self.body = body
    }

    /// Scratch memory of each thread.
    public var workspace: Buffer? { buffers.first { $0.access == .workspace } }
    public var workspaceBytes: Int { workspace.map { $0.element.bytes * $0.extent } ?? 0 }
}
