import GraphIR
import KernelIR
import Programs

/// What a kernel's buffer stands for.
public enum StageOperand: Hashable, Sendable {
    case result
    case input(Int)
    /// One of the epilogue's operands, counted over all its steps.
    case extra(Int)
    /// One of the values that the step makes beside its result.
    case companion(Int)
    /// Memory that the step's kernels share while it runs.
    case scratch
    /// Memory with what the step has derived from parameters alone, such as transformed weights: it stays valid until
    /// they change.
    case prepared
}

/// What a kernel makes of the samples of its call; the raw values are those of `UNETC_SCOPE_…`.
public enum StageScope: Int, Hashable, Sendable {
    /// Of each sample something that depends on no other one.
    case samples
    /// A sum over the samples: those of parts of a batch add up to the whole one's.
    case sum
    /// Something that needs all samples of the batch at once, or their number.
    case batch
}

/// Where in a step's scratch memory earlier kernels have left something of each sample, by its number in the batch.
public struct SampleParts: Hashable, Sendable {
    /// Floats in front of the first one.
    public var offset: Int
    /// Floats from one to the next.
    public var stride: Int
}

/// One kernel of a step; each sees what those before it have stored.
public struct LoweredStage: Sendable {
    public var kernel: Kernel
    public var scope = StageScope.samples
    /// Of a kernel that needs the whole batch: what it reads of each sample beside its batched operands.
    public var parts: SampleParts?
    /// In a few words: `im2col + gemm`.
    public var algorithm: String
    /// What each of the kernel's buffers stands for, workspaces aside.
    public var operands: [StageOperand]
    public var work: Work

    /// A kernel on the given buffers.
    init(
        name: String, documentation: [String], _ buffers: StageBuffers, algorithm: String, tasksPerSample: Int = 0,
        tasksFixed: Int = 0, work: Work = Work(), body: [Statement]
    ) {
        kernel = Kernel(
            name: name, documentation: documentation, buffers: buffers.buffers, tasksPerSample: tasksPerSample,
            tasksFixed: tasksFixed, body: body)
        operands = buffers.operands
        self.algorithm = algorithm
        self.work = work
    }

    /// This kernel, as one that needs all samples of the batch.
    /// - Parameter parts: what it reads of each sample in the step's scratch memory.
    func ofBatch(reading parts: SampleParts? = nil) -> LoweredStage {
        var stage = self
        stage.scope = .batch
        stage.parts = parts
        return stage
    }

    /// True for a stage that fills the step's prepared memory. It reads parameters alone, and its tasks do not depend on
    /// the batch, so that it need not run again before the parameters change.
    public var isPreparation: Bool {
        zip(kernel.buffers, operands).contains { buffer, operand in
            operand == .prepared && buffer.access != .read
        }
    }
}

/// A step as kernels, with what the plan's tables say of them.
public struct LoweredStep: Sendable {
    public var stages: [LoweredStage]
    /// Floats of memory that the stages share; does not depend on where the operands lie.
    public var scratch: Int
    /// Floats of memory that preparations fill.
    public var prepared: Int

    /// Several kernels with memory between them. Preparations come first.
    init(stages: [LoweredStage], scratch: Int = 0, prepared: Int = 0) {
        self.stages = stages
        self.scratch = scratch
        self.prepared = prepared
    }

    /// One kernel.
    init(_ stage: LoweredStage, work: Work) {
        self.init(stages: [stage])
        stages[0].work = work
    }
}

extension KernelRequest {
    /// The step's main kernel.
    ///
    /// - Parameters:
    ///   - algorithm: in a few words.
    ///   - buffers: other than all operands, of which the result is written.
    func kernel(
        _ algorithm: String, _ buffers: StageBuffers? = nil, tasksPerSample: Int = 0, tasksFixed: Int = 0,
        work: Work = Work(), body: [Statement]
    ) -> LoweredStage {
        LoweredStage(
            name: functionName, documentation: documentation(algorithm), buffers ?? StageBuffers(self),
            algorithm: algorithm, tasksPerSample: tasksPerSample, tasksFixed: tasksFixed, work: work, body: body)
    }
}

/// What a step costs: operations of its mathematics, and bytes when each operand is moved once.
public struct Work: Hashable, Sendable {
    public var flopsPerSample = 0.0
    public var flopsFixed = 0.0
    public var bytesPerSample = 0.0
    public var bytesFixed = 0.0

    init() {}

    /// Bytes of the operands and the result, and the given operations.
    init(_ request: KernelRequest, flopsPerSample: Double = 0, flopsFixed: Double = 0) {
        self.flopsPerSample = flopsPerSample
        self.flopsFixed = flopsFixed
        let made = [request.result] + request.companions.map(\.value)
        for operand in made + request.inputs + Array(request.epilogueOperands.joined()) {
            let bytes = Double(operand.type.bytes)
            if operand.type.isBatched { bytesPerSample += bytes } else { bytesFixed += bytes }
        }
    }
}
