import Base

/// The printed name of everything that a kernel names. Buffers and variables are separate worlds in a kernel; in print
/// they share one, so the later comer of two equal names gets a number.
struct KernelNames {
    private let syntax: any KernelSyntax
    private var buffers: [Buffer.Handle: String] = [:]
    private var elements: [Buffer.Handle: ElementType] = [:]
    private var variables: [String: String] = [:]
    private var taken: Set<String>

    /// Names that every kernel function has.
    static let kernelIndices = ["task", "batch", "count", "first_sample"]

    /// Of no kernel: for messages.
    init(_ syntax: any KernelSyntax) {
        self.syntax = syntax
        taken = []
    }

    init(_ kernel: Kernel, _ syntax: any KernelSyntax) {
        self.syntax = syntax
        taken = Set(["call"] + Self.kernelIndices + RuntimeScalar.allCases.map(\.rawValue) + ["seed", "step"])
        for name in Self.kernelIndices { variables[name] = name }
        for buffer in kernel.buffers where buffers[buffer.handle] == nil {
            buffers[buffer.handle] = claim(buffer.handle.name)
            elements[buffer.handle] = buffer.element
        }
        for name in kernel.body.flatMap(\.declaredNames) where variables[name] == nil {
            variables[name] = claim(name)
        }
    }

    /// Of a buffer, or what it would be called if the kernel had it.
    func buffer(_ handle: Buffer.Handle) -> String { buffers[handle] ?? syntax.identifier(handle.name) }

    /// How a buffer's elements are stored; as floats those of none.
    func element(of buffer: Buffer.Handle) -> ElementType { elements[buffer] ?? .float32 }

    /// Of a variable, or what it would be called if the kernel had it.
    func variable(_ name: String) -> String { variables[name] ?? syntax.identifier(name) }

    /// A name that nothing else has.
    mutating func claim(_ name: String) -> String {
        let identifier = syntax.identifier(name)
        var candidate = identifier
        var number = 2
        while !taken.insert(candidate).inserted {
            candidate = "\(identifier)_\(number)"
            number += 1
        }
        return candidate
    }
}
