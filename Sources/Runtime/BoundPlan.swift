import ModelABI

/// The memory that a plan's tensors lie in.
struct TensorBases {
    let arena: MappedMemory
    let parameters: ParameterStore
    let prepared: MappedMemory
    let derived: MappedMemory

    /// The first element of a sample of a tensor of 32-bit floats, as all are that callers may name; nil for optimiser
    /// state that was not allocated.
    func pointer(_ tensor: TensorInfo, sample: Int = 0) -> UnsafeMutablePointer<Float>? {
        precondition(tensor.element == .float32, "\"\(tensor.name)\" is stored as \(tensor.element.rawValue)")
        return address(tensor, sample: sample)?.assumingMemoryBound(to: Float.self)
    }

    /// Lets `body` read the numbers of a sample of a tensor, however it is stored, and change them.
    /// - Parameter address: where it lies, if it is not where the plan has it.
    func withValues<Result>(
        _ tensor: TensorInfo, sample: Int, at address: UnsafeMutableRawPointer? = nil,
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        let address = address ?? self.address(tensor, sample: sample)
        guard tensor.element != .float32, let address else {
            return try body(
                UnsafeMutableBufferPointer(
                    start: address?.assumingMemoryBound(to: Float.self), count: tensor.elementCount))
        }
        let memory = UnsafeMutableRawBufferPointer(start: address, count: tensor.sampleBytes)
        let numbers = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.elementCount)
        defer { numbers.deallocate() }
        tensor.element.read(UnsafeRawBufferPointer(memory), into: numbers)
        defer { tensor.element.write(UnsafeBufferPointer(numbers), to: memory) }
        return try body(numbers)
    }

    /// Where a sample of a tensor begins; nil for optimiser state that was not allocated.
    func address(_ tensor: TensorInfo, sample: Int = 0) -> UnsafeMutableRawPointer? {
        let offset = tensor.offset + sample * tensor.sampleStride
        switch tensor.region {
        case .arena: return arena.base + offset
        case .parameters: return UnsafeMutableRawPointer(parameters.parameters.address(at: offset))
        case .moment1: return parameters.state(1, at: offset)
        case .moment2: return parameters.state(2, at: offset)
        case .prepared: return prepared.base + offset
        case .derived: return derived.base + offset
        }
    }

    /// The optimiser state that belongs to a parameter.
    func moment(_ index: Int, of parameter: TensorInfo) -> UnsafeMutableRawPointer? {
        parameters.state(index, at: parameter.offset)
    }
}

/// What every call of an executor shares: its scalars, and one scratch a thread.
final class CallContext {
    let threads: Int
    private let extras: TrainingExtras
    /// The factors of learning rates that there are, 1 first.
    private let factors: [Double]
    /// For each factor what its kernels read, and what those of sums over samples read.
    private let scalars: UnsafeMutablePointer<unetc_scalars>
    private let workspaces: MappedMemory
    private let workspaceStride: Int

    init(threads: Int, workspaceStride: Int, extras: TrainingExtras = TrainingExtras()) throws {
        self.threads = threads
        self.extras = extras
        factors = extras.rates.reduce(into: [1]) { if !$0.contains($1.factor) { $0.append($1.factor) } }
        self.workspaceStride = workspaceStride
        workspaces = try MappedMemory(bytes: threads * workspaceStride, for: "the kernels' scratch")
        scalars = .allocate(capacity: factors.count + 1)
        scalars.initialize(repeating: unetc_scalars(), count: factors.count + 1)
    }

    deinit {
        scalars.deinitialize(count: factors.count + 1)
        scalars.deallocate()
    }

    /// Sets the numbers of the next calls.
    /// - Parameter first: the number of the first sample within its batch.
    func set(_ values: StepScalars, batch: Int, first: Int = 0) {
        for (place, factor) in factors.enumerated() {
            var values = values
            values.learningRate *= factor
            scalars[place] = values.abi(batch: batch, first: first)
        }
        scalars[factors.count] = scalars[0]
    }

    /// Sets the samples of the next calls that sum over samples: a piece of those of all others.
    func setSums(_ samples: Range<Int>) {
        scalars[factors.count].batch = Int64(samples.count)
        scalars[factors.count].first_sample = Int64(samples.lowerBound)
    }

    /// The numbers for calls that change no parameter.
    var plainScalars: UnsafeMutablePointer<unetc_scalars> { scalars }

    /// The numbers for calls that sum over samples.
    var sumScalars: UnsafeMutablePointer<unetc_scalars> { scalars + factors.count }

    /// The numbers for steps of a parameter; nil when it is held as it is.
    func scalars(of parameter: String) -> UnsafeMutablePointer<unetc_scalars>? {
        let factor = extras.rateFactor(of: parameter)
        guard factor != 0 else { return nil }
        return scalars + (factors.firstIndex(of: factor) ?? 0)
    }

    /// Writes a pattern all over the scratch of all threads.
    func fillWorkspaces(with pattern: UInt32) {
        workspaces.fill(with: pattern)
    }

    func workspace(thread: Int) -> UnsafeMutableRawPointer { workspaces.base + thread * workspaceStride }
    func giveBackWorkspaces() { workspaces.giveBack() }
    func touch(with pool: WorkerPool) { pool.touch(workspaces) }
}

/// A plan with all its pointers resolved, so that a run only walks an array.
final class BoundPlan {
    /// A step and, for each thread, what it passes to the kernel.
    struct Step {
        let kernel: unetc_kernel
        let calls: UnsafePointer<unetc_call>
        let tasksPerSample: Int
        let fixedTasks: Int
        let operandCount: Int
        /// It need not run while what it has prepared is there.
        let isPreparation: Bool
        /// What a task takes beside those of its group.
        let taskWeight: Double
    }

    /// The plan's place in the model.
    let index: Int
    let info: PlanInfo
    /// Whether each prepared tensor has a place of its own, so that it is there at the next run.
    let keepsPrepared: Bool
    /// Tensors that are written by name before a run.
    let inputs: [TensorInfo]
    /// Tensors that are read by name after a run.
    let outputs: [TensorInfo]
    private(set) var steps: [Step] = []
    /// The steps that run at the same time, one group after the other.
    let groups: [Range<Int>]
    /// What each step makes, where this plan has it; nil for steps without operands.
    private(set) var results: [TensorInfo?] = []
    /// Operands that are sums of gradients, and the parameters that these are of.
    private(set) var summed: [Int: TensorInfo] = [:]
    /// By step, the place of its first operand.
    private(set) var firstOperands: [Int] = []
    /// How it runs on a share of a batch; nil for plans that were not asked to.
    let sharing: SharedSchedule?
    /// Sums that are made earlier than the plan has it.
    let sharingMemory: MappedMemory?
    let bases: TensorBases
    private let context: CallContext
    /// All steps' operands and calls, one after the other.
    let operands: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>
    private let calls: UnsafeMutableBufferPointer<unetc_call>

    /// - Parameters:
    ///   - updates: what updates without a kernel run.
    ///   - keepsPrepared: false places all prepared tensors behind the plan's arena, where they take turns.
    ///   - isShared: whether it runs on shares of batches.
    /// - Throws: `RuntimeError` for an update when `updates` is `.none`, and for too little memory.
    init(
        model: Model, plan index: Int, bases: TensorBases, context: CallContext, updates: UpdateBinding,
        keepsPrepared: Bool, isShared: Bool = false
    ) throws {
        sharing = isShared ? model.sharedSchedule(plan: index).flatMap { $0.obstacle == nil ? $0 : nil } : nil
        sharingMemory = try sharing.map { try MappedMemory(bytes: $0.bytes, for: "sums of parts of a batch") }
        self.index = index
        self.keepsPrepared = keepsPrepared
        info = model.plans[index]
        groups = info.groups
        inputs = info.inputs
        outputs = info.outputs
        self.bases = bases
        self.context = context
        let table = model.tables.pointer.pointee.plans[index]
        let rows = UnsafeBufferPointer(start: table.steps, count: info.steps.count)
        // An update's two operands are followed by two moments.
        operands = .allocate(capacity: rows.reduce(0) { $0 + Int($1.operand_count) + 2 })
        operands.initialize(repeating: nil)
        calls = .allocate(capacity: rows.count * context.threads)
        calls.initialize(repeating: unetc_call())
        try bind(rows, updates)
    }

    deinit {
        operands.deallocate()
        calls.deallocate()
    }

    private func bind(_ rows: UnsafeBufferPointer<unetc_step>, _ updates: UpdateBinding) throws {
        var nextOperand = 0
        var nextCall = 0
        for row in rows {
            guard let kernel = row.kernel ?? updates.kernel, let operandBase = operands.baseAddress,
                let callBase = calls.baseAddress
            else { throw RuntimeError("step \"\(text(row.name))\" updates parameters, but no optimizer was chosen") }
            let first = operandBase + nextOperand
            let firstOperand = nextOperand
            firstOperands.append(firstOperand)
            let scalars = scalars(of: row, place: steps.count)
            if row.kernel == nil, case .sum = updates {
                summed[nextOperand] = placed(info.tensors[Int(row.operands[0])])
            }
            results.append(row.operand_count > 0 ? placed(info.tensors[Int(row.operands[0])]) : nil)
            for pointer in resolve(row, updates) {
                operands[nextOperand] = pointer
                nextOperand += 1
            }
            steps.append(
                Step(
                    kernel: scalars == nil ? nothing : kernel, calls: callBase + nextCall,
                    tasksPerSample: scalars == nil ? 0 : Int(row.tasks_per_sample),
                    fixedTasks: scalars == nil ? 0 : Int(row.tasks_fixed), operandCount: nextOperand - firstOperand,
                    isPreparation: row.preparation != 0, taskWeight: row.task_weight))
            for thread in 0..<context.threads {
                calls[nextCall] = unetc_call(
                    operands: first, scalars: scalars ?? context.plainScalars,
                    workspace: context.workspace(thread: thread),
                    count: row.count)
                nextCall += 1
            }
        }
    }

    /// The numbers for a step: for one that changes a parameter that parameter's; nil when it is held.
    private func scalars(of row: unetc_step, place: Int) -> UnsafeMutablePointer<unetc_scalars>? {
        if info.steps[place].scope == .sum { return context.sumScalars }
        guard info.steps[place].phase == .update, row.operand_count > 0 else { return context.plainScalars }
        let changed = info.tensors[Int(row.operands[0])]
        return changed.region == .parameters ? context.scalars(of: changed.name) : context.plainScalars
    }

    /// The step's operands, and for an update the parameter's state behind them.
    private func resolve(_ row: unetc_step, _ updates: UpdateBinding) -> [UnsafeMutableRawPointer?] {
        let tensors = (0..<Int(row.operand_count)).map { placed(info.tensors[Int(row.operands[$0])]) }
        let pointers = tensors.map { bases.address($0) }
        guard row.kernel == nil else { return pointers }
        if case .sum(let sums) = updates {
            return [sums.sum(of: tensors[0]).map { UnsafeMutableRawPointer($0) }, pointers[1]]
        }
        return pointers + [1, 2].map { bases.moment($0, of: tensors[0]) }
    }

    /// From the next run on gradients are added to those sums.
    func add(to sums: GradientSums, buffer: Int) {
        for (operand, parameter) in summed {
            operands[operand] = sums.sum(of: parameter, buffer: buffer).map { UnsafeMutableRawPointer($0) }
        }
    }

    /// All tensors where this plan has them.
    private(set) lazy var placedTensors = info.tensors.map(placed)

    /// What each step reads and writes.
    /// - Throws: `RuntimeError` when the tables do not say it.
    func operandUses() throws -> [[OperandUse]] {
        try info.steps.map { step in
            guard let operands = step.operands else {
                throw RuntimeError(
                    "the tables of plan \"\(info.name)\" do not say what step \"\(step.name)\" reads and writes; "
                        + "compile the graph again with this version of unetc")
            }
            return operands
        }
    }

    /// The tensor where this plan has it.
    private func placed(_ tensor: TensorInfo) -> TensorInfo {
        guard tensor.region == .prepared, !keepsPrepared else { return tensor }
        var tensor = tensor
        tensor.region = .arena
        tensor.offset = info.recomputedOffset
        return tensor
    }
}
