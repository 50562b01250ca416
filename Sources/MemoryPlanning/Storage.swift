import Base
import GraphIR
import Programs

/// The memory that holds one or more values at different times or side by side.
public struct StorageBuffer: Hashable, Sendable {
    public enum Region: String, Hashable, Sendable, CaseIterable {
        case arena
        case parameters
        /// What a step of inference makes of parameters alone, for itself; it may outlive a run.
        case prepared
        /// Values of inference that are made of parameters alone; they outlive a run.
        case derived
    }

    public var region: Region
    /// The value that gave the buffer its size.
    public var root: NodeID
    /// Every value that lies in it, in the order of definition; none in a step's scratch or prepared memory.
    public var values: [NodeID] = []
    /// Bytes at the batch capacity, rounded up to the alignment.
    public var bytes: Int
    /// Moments at which the buffer is needed, both ends included: groups of kernels, or steps where these run one after the
    /// other. −1 stands for before the first, their number for after the last.
    public var firstStep: Int
    public var lastStep: Int
    /// Bytes from the start of the region; set by placement.
    public var offset: Int = 0
}

/// Where a value's elements are.
public struct ValueLocation: Hashable, Sendable {
    /// Index of the plan's buffer.
    public var buffer: Int
    /// Elements from the start of the buffer to the value's first element.
    public var elementOffset: Int
    /// Elements from one sample to the next; 0 for values that are not batched.
    public var sampleStride: Int
    public var layout: Layout
    public var element = ElementType.float32

    /// The same in bytes.
    public var byteOffset: Int { element.bytes * elementOffset }
    public var sampleStrideBytes: Int { element.bytes * sampleStride }
}

/// Every byte of one program, known before it runs.
public struct Plan: Hashable, Sendable {
    public var program: Program
    /// Samples the buffers are sized for.
    public var batchCapacity: Int
    /// Bytes that every buffer's offset and size are a multiple of.
    public var alignment: Int
    public var buffers: [StorageBuffer]
    /// By node index; nil for nodes that make nothing, such as updates.
    public var locations: [ValueLocation?]
    /// By node index, the buffer of the step's scratch memory, if its kernels need any beyond the step's operands.
    public var scratch: [Int?]
    /// By node index, the buffer of what the step prepares from parameters alone, if it does.
    public var prepared: [Int?]
    /// The steps that run, in order: concats and slices whose values are already in place are left out, and companions,
    /// which their hosts' steps make.
    public var steps: [NodeID]
    public var arenaBytes: Int
    public var parameterBytes: Int
    /// Bytes of the prepared region, where each step's part has a place of its own, to be kept from run to run.
    public var preparedBytes: Int
    /// Bytes of the largest part, for those who make each anew before its step, all in one place.
    public var largestPreparedBytes: Int
    /// Bytes of the derived region.
    public var derivedBytes: Int
    public var report: PlanReport

    /// Bytes from the start of its region to a value's first element.
    public func byteOffset(of location: ValueLocation) -> Int {
        buffers[location.buffer].offset + location.byteOffset
    }

    /// What a buffer is for.
    public enum BufferUse: String, Hashable, Sendable {
        case values
        /// Shared by a step's kernels while it runs.
        case scratch
        /// What a step makes of parameters alone.
        case prepared
    }

    public func use(ofBuffer index: Int) -> BufferUse {
        let root = buffers[index].root.index
        return scratch[root] == index ? .scratch : prepared[root] == index ? .prepared : .values
    }

    /// Whether a step's value is made of parameters alone and outlives a run.
    public func keepsValue(of id: NodeID) -> Bool {
        locations[id.index].map { buffers[$0.buffer].region == .derived } ?? false
    }

    /// Whether what a step prepares lies in the region that outlives a run.
    public func keepsPrepared(by id: NodeID) -> Bool {
        prepared[id.index].map { buffers[$0].region == .prepared } ?? false
    }
}

/// What the planner is asked for.
public struct PlanningOptions: Hashable, Sendable {
    public enum Strategy: String, Hashable, Sendable, CaseIterable {
        /// Every value in a place of its own: no reuse, no views, nothing in place. A bisection tool.
        case naive
        /// Views, in-place results, and greedy placement.
        case greedy
        /// As `greedy`, with steps in an order that lowers the peak, kernels that run beside each other, and an exact search
        /// where greedy placement leaves a gap to the lower bound.
        case best
    }

    public var strategy = Strategy.best
    public var batchCapacity = 1
    /// Bytes that every buffer's offset and size are a multiple of: a cache line.
    public var alignment = 64

    /// States that the exact search may look at: a second's worth or so.
    public var searchNodes = 200_000
    /// Orders of steps that may be tried, beside the one given.
    public var orderTrials = 400

    // What a plan saves is measured by leaving these out, one at a time.

    /// Whether operands of concats lie in their slices, and slices in their operands.
    var usesViews = true
    /// Whether results take the place of operands that die.
    var worksInPlace = true
    /// Whether gradients are forgotten once their update has been made.
    var streamsGradients = true

    public init(strategy: Strategy = .best, batchCapacity: Int) {
        self.strategy = strategy
        self.batchCapacity = batchCapacity
    }
}

extension Int {
    /// The least multiple of `alignment` that is not less.
    func roundedUp(to alignment: Int) -> Int { (self + alignment - 1) / alignment * alignment }
}
