import Base
import ModelABI

/// What a tensor means to the program around a plan.
public enum TensorRole: Int32, Hashable, Sendable, CaseIterable {
    case value, input, target, cotangent, parameter, output, loss, gradient, optimizerState, scratch

    /// Written by name before a step.
    public var isFed: Bool { self == .input || self == .target || self == .cotangent }
    /// Readable by name after a step.
    public var isResult: Bool { self == .output || self == .loss || self == .gradient }
}

/// The memory that a tensor's offset counts in.
public enum TensorRegion: Int32, Hashable, Sendable, CaseIterable {
    case arena, parameters, moment1, moment2, prepared, derived
}

/// The part of the work that a step belongs to.
public enum StepPhase: Int32, Hashable, Sendable, CaseIterable {
    case forward, backward, update
}

/// What a step computes, without what is fused into it.
public enum StepKind: Int32, Hashable, Sendable, CaseIterable {
    case elementwise, convolution, dataGradient, weightGradient, biasGradient
    /// Rearranges or transforms weights for the step behind it.
    case preparedWeights
    /// Adds up what the step before it has left.
    case partialSums
    case pooling, normalization, resampling, loss, copy, update
}

/// What a step makes of the samples of its call.
public enum StepScope: Int32, Hashable, Sendable, CaseIterable {
    /// Of each sample something that depends on no other one.
    case samples
    /// A sum over the samples: those of parts of a batch add up to the whole one's.
    case sum
    /// Something that needs all samples of the batch at once, or their number.
    case batch
}

/// What a plan is for.
public enum PlanPurpose: Int32, Hashable, Sendable, CaseIterable {
    case other, train, infer, tile, forward, gradients
    /// Gradients of weights that the parts of a step of `train` have left to its end.
    case deferred
}

/// A tensor of a plan and its place.
public struct TensorInfo: Hashable, Sendable {
    public var name: String
    public var role: TensorRole
    public var region: TensorRegion
    /// Of one sample when batched.
    public var shape: [Int]
    public var isBatched: Bool
    /// Bytes from the region's base.
    public var offset: Int
    /// Bytes of the whole tensor at the batch capacity.
    public var bytes: Int
    /// Bytes from one sample to the next; 0 when not batched.
    public var sampleStride: Int
    /// The place, in the plan, of the tensor that this one is a part of by meaning, or another name for.
    public var partOf: Int?
    /// How its elements are stored.
    public var element: ElementType

    /// Elements of one sample (of the whole tensor when it is not batched).
    public var elementCount: Int { shape.reduce(1, *) }
    /// Bytes of one sample (of the whole tensor when it is not batched).
    public var sampleBytes: Int { element.bytes * elementCount }
}

/// A tensor in the hands of a step's kernel.
public struct OperandUse: Hashable, Sendable {
    public enum Access: Hashable, Sendable {
        case read
        case write
        /// Reads what it wrote itself, or changes what was there.
        case update
    }

    /// The tensor's place in the plan.
    public var tensor: Int
    public var access: Access
}

/// What steps have left of each sample, by its number in the batch, in memory that is not batched.
public struct SampleParts: Hashable, Sendable {
    /// The place among the operands of the step that reads it.
    public var operand: Int
    /// Bytes in front of the first sample's.
    public var offset: Int
    /// Bytes from one to the next.
    public var stride: Int
}

/// A step of a plan: one call of one kernel.
public struct StepInfo: Hashable, Sendable {
    /// The value it makes, such as `enc1_1` or `d_enc1_1`.
    public var name: String
    /// What it computes, such as `conv + bias + relu`.
    public var operation: String
    /// The statement in the graph's text, such as `unet.graph:7`.
    public var source: String
    /// How, such as `im2col + gemm`.
    public var algorithm: String
    public var phase: StepPhase
    public var kind: StepKind
    public var tasksPerSample: Int
    public var fixedTasks: Int
    /// Scratch of each thread.
    public var workspaceBytes: Int
    public var flopsPerSample: Double
    public var fixedFlops: Double
    public var bytesPerSample: Double
    public var fixedBytes: Double
    /// True for a step that derives something from parameters alone, and need not run again before they change.
    public var isPreparation: Bool
    /// Whether it may run at the same time as the step before it: they are of one group.
    public var isBeside = false
    /// What one of its tasks takes beside those of its group, in any unit; 0 where nobody says.
    public var taskWeight = 0.0
    public var scope = StepScope.samples
    /// Of a step that needs the whole batch: the place among its operands of one in which steps before have left a part of each
    /// sample, and where those begin, in bytes.
    public var parts: SampleParts?
    /// What the kernel touches, in its order; nil in tables that do not say.
    public var operands: [OperandUse]?

    /// Tasks of a call.
    public func tasks(batch: Int) -> Int { tasksPerSample * batch + fixedTasks }
    /// Multiplications and additions of the mathematical operation.
    public func flops(batch: Int) -> Double { flopsPerSample * Double(batch) + fixedFlops }
    /// Bytes read and written, each once.
    public func bytes(batch: Int) -> Double { bytesPerSample * Double(batch) + fixedBytes }
}

/// What of a tile's outputs has the bits that the same place of the whole picture's has, in pixels.
public struct TilingInfo: Hashable, Sendable {
    /// A number for rows and one for columns.
    public struct Axes: Hashable, Sendable {
        public var rows: Int
        public var columns: Int

        public init(rows: Int, columns: Int) {
            self.rows = rows
            self.columns = columns
        }
    }

    /// Tiles start at multiples of this.
    public var alignment: Axes
    /// Of the outputs at an upper or left edge inside the picture, what is not exact.
    public var haloBefore: Axes
    /// Likewise at a lower or right edge.
    public var haloAfter: Axes

    public init(alignment: Axes, haloBefore: Axes, haloAfter: Axes) {
        self.alignment = alignment
        self.haloBefore = haloBefore
        self.haloAfter = haloAfter
    }
}

/// A plan: what to run, in order, and where everything lies.
public struct PlanInfo: Hashable, Sendable {
    /// By which callers ask for it.
    public var name: String
    public var purpose: PlanPurpose
    public var arenaBytes: Int
    /// Bytes of all prepared tensors, each in a place of its own.
    public var preparedBytes: Int
    /// Bytes of the largest prepared tensor.
    public var largestPreparedBytes: Int
    /// Bytes of the values that are made of parameters alone, each in a place of its own.
    public var derivedBytes: Int
    /// The most samples that one call can take.
    public var batchCapacity: Int
    /// For a plan whose input is a part of a larger picture, what of its outputs is exact; nil for others.
    public var tiling: TilingInfo?
    public var tensors: [TensorInfo]
    public var steps: [StepInfo]

    /// What has to be written before a step: inputs, targets and cotangents.
    public var inputs: [TensorInfo] { tensors.filter(\.role.isFed) }
    /// What can be read after a step: outputs, the loss and gradients.
    public var outputs: [TensorInfo] { tensors.filter(\.role.isResult) }
    /// True when running it changes the parameters.
    public var updatesParameters: Bool { steps.contains { $0.phase == .update } }

    /// The steps that may run at the same time, one group after the other.
    var groups: [Range<Int>] {
        steps.indices.reduce(into: []) { groups, step in
            let start = steps[step].isBeside ? groups.popLast()?.lowerBound ?? step : step
            groups.append(start..<step + 1)
        }
    }

    /// Where its tensors lie in a region, in bytes.
    func blocks(in region: TensorRegion) -> [Range<Int>] {
        tensors.filter { $0.region == region }.map { $0.offset..<$0.offset + $0.bytes }
    }

    /// Multiplications and additions of a call.
    public func flops(batch: Int) -> Double { steps.reduce(0) { $0 + $1.flops(batch: batch) } }
}

/// How a parameter is used, which decides how it starts.
public enum ParameterKind: Int32, Hashable, Sendable, CaseIterable {
    case other, weight, bias
    /// The factor of a normalisation.
    case scale
    /// The summand of a normalisation.
    case shift
    /// Mean and variance over past batches, which no optimiser changes.
    case runningMean, runningVariance

    /// Whether an optimiser changes it.
    public var isTrained: Bool { self != .runningMean && self != .runningVariance }
}

/// A parameter and its place in the parameter region.
public struct ParameterInfo: Hashable, Sendable {
    public var name: String
    public var shape: [Int]
    public var kind: ParameterKind
    /// Inputs that make one output value; decides how large initial values are.
    public var fanIn: Int
    /// Bytes from the region's base.
    public var offset: Int

    public var elementCount: Int { shape.reduce(1, *) }
    public var bytes: Int { ElementType.float32.bytes * elementCount }
}

/// An optimiser that the model was compiled with.
public struct OptimizerInfo: Hashable, Sendable {
    public var name: String
    /// State tensors per parameter: 0, 1 or 2.
    public var moments: Int
}

extension ElementType {
    /// Of a tensor's row; nil for what the header does not know.
    init?(abi: Int32) {
        switch abi {
        case Int32(UNETC_ELEMENT_F32): self = .float32
        case Int32(UNETC_ELEMENT_BF16): self = .bfloat16
        default: return nil
        }
    }
}
