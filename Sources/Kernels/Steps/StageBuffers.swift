import KernelIR

extension Buffer.Handle {
    /// What a kernel makes: the step's result, or what a later stage goes on with.
    static let out = Buffer.Handle("out")
    /// The thread's own memory.
    static let workspace = Buffer.Handle("workspace")
    /// Sums that are still to be added up, in the step's scratch memory.
    static let sums = Buffer.Handle("sums")
}

/// The buffers of one kernel, each with what it stands for, so that no one counts them.
struct StageBuffers {
    private(set) var buffers: [Buffer] = []
    /// Workspaces aside.
    private(set) var operands: [StageOperand] = []

    init() {}

    /// All operands of a step: the result, the inputs, the epilogue's operands, then the companions.
    /// - Parameters:
    ///   - access: what the kernel does with the result.
    ///   - workspace: memory of each thread.
    init(_ request: KernelRequest, result access: Buffer.Access = .write, workspace: Buffer? = nil) {
        add(request.buffer(request.result, access: access), .result)
        add(inputs: Array(request.inputs.indices), of: request)
        add(extrasOf: request)
        add(companionsOf: request)
        if let workspace { add(workspace: workspace) }
    }

    mutating func add(_ buffer: Buffer, _ operand: StageOperand) {
        buffers.append(buffer)
        operands.append(operand)
    }

    /// Some of the step's inputs.
    mutating func add(inputs: [Int], of request: KernelRequest) {
        for position in inputs { add(request.buffer(request.inputs[position], access: .read), .input(position)) }
    }

    mutating func add(extrasOf request: KernelRequest) {
        for (position, extra) in request.epilogueOperands.joined().enumerated() {
            add(request.buffer(extra, access: .read), .extra(position))
        }
    }

    mutating func add(companionsOf request: KernelRequest) {
        for (position, companion) in request.companions.enumerated() {
            add(request.buffer(companion.value, access: .write), .companion(position))
        }
    }

    /// Memory of each thread, behind all operands.
    mutating func add(workspace: Buffer) { buffers.append(workspace) }

    /// So many floats of it.
    mutating func add(workspace extent: Int) {
        add(workspace: Buffer(.workspace, access: .workspace, extent: extent))
    }

    /// Puts a buffer that stands for something else in the place of an operand.
    mutating func replace(_ operand: StageOperand, by buffer: Buffer, _ other: StageOperand) {
        guard let position = operands.firstIndex(of: operand) else { fatalError("the kernel has no such operand") }
        buffers[position] = buffer
        operands[position] = other
    }

    /// Leaves companions to another stage.
    mutating func removeCompanions() {
        let isKept = operands.map { if case .companion = $0 { false } else { true } }
        buffers = zip(buffers, isKept).filter(\.1).map(\.0)
        operands = zip(operands, isKept).filter(\.1).map(\.0)
    }
}
