import ModelABI
import ThreadPool

/// What each task of each step took in some runs of a plan on one thread.
///
/// All memory is taken, and touched, at the start: a run that is timed allocates nothing.
public final class TaskTimes {
    public let plan: PlanInfo
    /// Samples of each run.
    public let batch: Int
    /// The most runs that are timed.
    public let capacity: Int
    /// Those timed so far.
    public private(set) var runs = 0
    fileprivate let handle: PlanHandle
    fileprivate let executor: ObjectIdentifier
    /// Where each step's tasks are among those of a run; one more than steps.
    private let starts: [Int]
    private let memory: MappedMemory

    /// - Parameters:
    ///   - plan: of that executor.
    ///   - batch: samples of each run.
    ///   - capacity: the most runs.
    /// - Throws: `RuntimeError` for a plan of another executor, or without the memory: 8 bytes for each task of each run.
    public init(_ plan: PlanHandle, of executor: Executor, batch: Int, capacity: Int) throws {
        self.plan = try executor.bound(plan).info
        handle = plan
        self.executor = ObjectIdentifier(executor)
        self.batch = batch
        self.capacity = max(0, capacity)
        starts = self.plan.steps.reduce(into: [0]) { $0.append(($0.last ?? 0) + max(0, $1.tasks(batch: batch))) }
        let (slots, overflow) = (starts.last ?? 0).multipliedReportingOverflow(by: self.capacity)
        guard !overflow, slots <= Int.max / 64 else {
            throw RuntimeError("there is not enough memory to time the tasks of \(self.capacity) runs")
        }
        memory = try MappedMemory(bytes: slots * MemoryLayout<Int64>.stride, for: "the times of tasks")
        executor.pool.touch(memory)
    }

    /// Where the tasks of the next run are noted.
    fileprivate func begin() -> UnsafeMutablePointer<Int64> {
        defer { runs += 1 }
        return memory.base.assumingMemoryBound(to: Int64.self) + runs * (starts.last ?? 0)
    }

    fileprivate func start(of step: Int) -> Int { starts[step] }

    /// Nanoseconds of each task of a step, in each of the runs: `[run][task]`. Zeros for a step that did not run.
    public func nanoseconds(of step: Int) -> [[Int]] {
        let all = memory.base.assumingMemoryBound(to: Int64.self)
        return (0..<runs).map { run in
            (starts[step]..<starts[step + 1]).map { Int(all[run * (starts.last ?? 0) + $0]) }
        }
    }
}

extension Executor {
    /// Runs like `run` and computes the same, but all of it on the calling thread, noting what each task takes: one look at
    /// the clock a task. When `times` is full, it is a plain run.
    /// - Throws: `RuntimeError` as `run`, and for times that were made for another plan or batch.
    public func runTimingTasks(
        _ plan: PlanHandle, batch: Int, scalars: StepScalars = StepScalars(), in times: TaskTimes
    ) throws {
        guard times.executor == ObjectIdentifier(self), times.handle == plan, times.batch == batch else {
            throw RuntimeError(
                "the times are to be those of plan \"\(times.plan.name)\" with \(times.batch) samples in one executor, not of "
                    + "this run")
        }
        guard times.runs < times.capacity else { return try run(plan, batch: batch, scalars: scalars) }
        let keeping = try keeping(plan, batch: batch)
        let (steps, preparationsAreDue) = try begin(plan, batch: batch, scalars: scalars)
        let nanoseconds = times.begin()
        for (index, step) in steps.enumerated() where preparationsAreDue || !step.isPreparation {
            var job = unetc_job(
                kernel: step.kernel, calls: step.calls, count: Int64(step.tasksPerSample * batch + step.fixedTasks),
                weight: 1, intervals: nil)
            unetc_time_tasks(&job, nanoseconds + times.start(of: index))
            keeping?.keep(after: index, batch: batch, weight: Float(scalars.gradientWeight), from: bases)
        }
        keeping?.finish(batch: batch)
        current = (plan, batch)
    }
}
