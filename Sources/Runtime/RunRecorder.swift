import ModelABI
import ThreadPool

/// When each thread worked on each step of some runs of a plan.
///
/// All memory is taken, and touched, at the start: a run that is recorded allocates nothing.
public final class RunRecorder {
    /// What one thread did for one step.
    public struct Slice: Hashable, Sendable {
        /// The step's place in the plan.
        public var step: Int
        /// 0 is the thread that calls the executor.
        public var thread: Int
        /// Nanoseconds of `monotonicNanoseconds`.
        public var begin: Int
        public var end: Int
        /// Of the step's tasks, how many the thread ran.
        public var tasks: Int
    }

    /// A run that was recorded.
    public struct Run: Hashable, Sendable {
        /// What the caller called it.
        public var label: Int
        /// Samples.
        public var batch: Int
    }

    public let plan: PlanInfo
    /// The most runs that are recorded; further ones are not.
    public let capacity: Int
    /// Those recorded so far, in order.
    public private(set) var runs: [Run] = []
    private let handle: PlanHandle
    private let executor: ObjectIdentifier
    private let threads: Int
    private let memory: MappedMemory

    /// - Parameters:
    ///   - plan: of that executor.
    ///   - capacity: the most runs.
    /// - Throws: `RuntimeError` for a plan of another executor, or without the memory: 24 bytes for each step of each run
    ///   and thread.
    public init(_ plan: PlanHandle, of executor: Executor, capacity: Int) throws {
        self.plan = try executor.bound(plan).info
        handle = plan
        self.executor = ObjectIdentifier(executor)
        threads = executor.threads
        self.capacity = max(0, capacity)
        let (slots, overflow) = (self.plan.steps.count * threads).multipliedReportingOverflow(by: self.capacity)
        guard !overflow, slots <= Int.max / 64 else {
            throw RuntimeError("there is not enough memory to record \(self.capacity) runs")
        }
        memory = try MappedMemory(bytes: slots * MemoryLayout<unetc_interval>.stride, for: "the profile of runs")
        executor.pool.touch(memory)
        runs.reserveCapacity(self.capacity)
    }

    /// Bytes that the recorder takes.
    public var bytes: Int { memory.count }

    /// Where the threads are to note what they do for step 0 of the next run; those of step s follow `s * threads` further on.
    /// nil when it is full.
    /// - Throws: `RuntimeError` for another plan than the recorder's.
    func intervals(
        label: Int, batch: Int, _ plan: PlanHandle, _ executor: Executor
    ) throws -> UnsafeMutablePointer<unetc_interval>? {
        guard self.executor == ObjectIdentifier(executor), handle == plan else {
            throw RuntimeError(
                "the recorder was made for plan \"\(self.plan.name)\" of one executor, not for this one")
        }
        guard runs.count < capacity else { return nil }
        runs.append(Run(label: label, batch: batch))
        return slots(of: runs.count - 1)
    }

    private func slots(of run: Int) -> UnsafeMutablePointer<unetc_interval> {
        memory.base.assumingMemoryBound(to: unetc_interval.self) + run * plan.steps.count * threads
    }

    /// What the threads did in a run, step by step; steps that did not run, and threads without a task, are left out.
    public func slices(of run: Int) -> [Slice] {
        let slots = slots(of: run)
        return (0..<plan.steps.count * threads).compactMap { slot in
            let interval = slots[slot]
            guard interval.tasks > 0 else { return nil }
            return Slice(
                step: slot / threads, thread: slot % threads, begin: Int(interval.begin), end: Int(interval.end),
                tasks: Int(interval.tasks))
        }
    }
}

extension Executor {
    /// Runs like `run` and computes the same, noting when each thread worked on each step: two looks at the clock a step
    /// and thread. When the recorder is full, it is a plain run.
    /// - Parameter label: what the run is called in the recorder.
    /// - Throws: `RuntimeError` as `run`, and for a recorder that was made for another plan.
    public func runRecorded(
        _ plan: PlanHandle, batch: Int, scalars: StepScalars = StepScalars(), label: Int, in recorder: RunRecorder
    ) throws {
        let intervals = try recorder.intervals(label: label, batch: batch, plan, self)
        try run(plan, batch: batch, scalars: scalars, intervals: intervals) { _ in }
    }
}
