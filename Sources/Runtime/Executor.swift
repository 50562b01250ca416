import Base
import ModelABI
import ThreadPool

/// A plan of one model, found once by name.
public struct PlanHandle: Hashable, Sendable {
    /// The plan's place in the model.
    let index: Int
}

/// Runs a model's plans: walks the step table, each step's tasks spread over the threads.
///
/// Everything is allocated and touched at the start; a run allocates nothing. The plans share one arena, so that what
/// one has computed can be read until inputs are written or another plan runs. Results do not depend on `threads`, nor
/// on what becomes of prepared weights.
/// Use an executor, and the parameters it was given, from one thread at a time.
public final class Executor {
    public let model: Model
    public let parameters: ParameterStore
    public let threads: Int
    /// What the executor and its parameters take.
    public let memory: MemoryUse
    let bases: TensorBases
    /// The plan whose results are in the arena, and its batch; nil once they may have been overwritten.
    var current: (plan: PlanHandle, batch: Int)?
    let pool: WorkerPool
    private let prepared: PreparedMemory
    let context: CallContext
    /// nil unless asked for.
    let sums: GradientSums?
    let averaging: ParameterCalls?
    /// nil for models that leave no gradient to the end of a step.
    let deferred: DeferredInputs?
    /// Whether steps that may run at the same time run one after the other, which gives the same bits: for finding out who is
    /// at fault where it does not.
    package var runsGroupsInTurn = false
    /// By the plan's place in the model; nil for plans that were not asked for.
    private let plans: [BoundPlan?]

    /// - Parameters:
    ///   - parameters: of the same graph; optimiser state is allocated here when a plan needs it.
    ///   - plans: which plans will be run, such as `["train", "infer"]`.
    ///   - threads: the caller's included, from 1.
    ///   - pins: binds each of them to a processor of its own; one is left to the caller.
    ///   - optimizer: which of the model's optimisers updates the parameters; nil when no plan does.
    ///   - extras: sums of gradients, an average of the parameters; the latter is allocated in `parameters`.
    ///   - preparedWeights: whether plans that update nothing keep what they have prepared from parameters. The plans
    ///     share its memory, so that plans which take turns prepare at each turn.
    /// - Throws: `RuntimeError` for unknown names, parameters of another graph, too little memory, or when the model
    ///   finds itself unable to run here.
    public init(
        model: Model, parameters: ParameterStore, plans names: [String], threads: Int, optimizer: String? = nil,
        extras: TrainingExtras = TrainingExtras(), preparedWeights: PreparedWeights = .recomputed, pins: Bool = false
    ) throws {
        guard parameters.model.parameters == model.parameters else {
            throw RuntimeError(
                "the parameters are those of graph \"\(parameters.model.graphName)\", which do not fit graph "
                    + "\"\(model.graphName)\"")
        }
        let indices = try model.planIndices(names)
        let memory = try MemoryUse(
            model: model, plans: names, threads: threads, optimizer: optimizer, extras: extras,
            preparedWeights: preparedWeights)
        let pool = try WorkerPool(threads: threads, pins: pins)
        try model.prepare()
        try parameters.allocateMoments(try model.momentsNeeded(plans: indices, optimizer: optimizer))
        if extras.averagesParameters { try parameters.allocateAverage() }
        let context = try CallContext(
            threads: threads, workspaceStride: model.workspaceStride(plans: indices), extras: extras)
        let arena = try MappedMemory(bytes: memory.arena, for: "the arena of activations and gradients")
        let prepared = try PreparedMemory(bytes: memory.prepared, derivedBytes: memory.derived)
        pool.touch(arena, blocks: indices.sorted().flatMap { model.plans[$0].blocks(in: .arena) })
        pool.touch(prepared.memory)
        pool.touch(prepared.derived)
        context.touch(with: pool)
        let bases = TensorBases(
            arena: arena, parameters: parameters, prepared: prepared.memory, derived: prepared.derived)
        let sums =
            extras.sumsGradients
            ? try GradientSums(
                model: model, plans: model.summedPlans(of: indices, extras), buffers: extras.sumBuffers,
                optimizer: optimizer, parameters: parameters, context: context, pool: pool) : nil
        deferred = try DeferredInputs(model: model, plans: indices)
        deferred?.touch(with: pool)
        let shared = model.sharedPlans(of: sums?.plans ?? [], extras)
        self.plans = try model.plans.indices.map { index in
            guard indices.contains(index) else { return nil }
            let updates = try model.updateBinding(plan: index, optimizer: optimizer, sums: sums)
            return try BoundPlan(
                model: model, plan: index, bases: bases, context: context, updates: updates,
                keepsPrepared: model.plans[index].keepsPrepared(preparedWeights), isShared: shared.contains(index))
        }
        self.model = model
        self.parameters = parameters
        self.threads = threads
        self.memory = memory
        self.bases = bases
        self.pool = pool
        self.prepared = prepared
        self.context = context
        self.sums = sums
        averaging = extras.averagesParameters ? try ParameterCalls(averaging: parameters, context: context) : nil
    }

    /// The plan of that name, for all further calls.
    /// - Throws: `RuntimeError` that lists the plans of this executor.
    public func plan(_ name: String) throws -> PlanHandle {
        guard let index = plans.firstIndex(where: { $0?.info.name == name }) else {
            throw RuntimeError.unknown("plan", name, valid: plans.compactMap { $0?.info.name })
        }
        return PlanHandle(index: index)
    }

    /// Runs all steps for the first `batch` samples, whose inputs have been written; preparations only when what they
    /// make is not there already.
    /// - Throws: `RuntimeError` when `batch` is not within 1 and the plan's `batchCapacity`.
    public func run(_ plan: PlanHandle, batch: Int, scalars: StepScalars = StepScalars()) throws {
        try run(plan, batch: batch, scalars: scalars) { _ in }
    }

    /// Runs like `run` and calls `look` behind each step that ran, with the step's place in the plan: for steps that run at the
    /// same time, behind all of them.
    /// - Parameter intervals: where threads note when they work on step 0, one place a thread, and behind that on the
    ///   others; nil for nobody to look at the clock.
    func run(
        _ plan: PlanHandle, batch: Int, scalars: StepScalars, intervals: UnsafeMutablePointer<unetc_interval>? = nil,
        look: (Int) -> Void
    ) throws {
        let keeping = try keeping(plan, batch: batch)
        let (steps, preparationsAreDue) = try begin(plan, batch: batch, scalars: scalars)
        let groups = try bound(plan).groups
        for group in groups {
            let due = group.lazy.filter { preparationsAreDue || !steps[$0].isPreparation }
            execute(group, of: steps, preparationsAreDue, batch: batch, intervals: intervals)
            for index in due {
                keeping?.keep(after: index, batch: batch, weight: Float(scalars.gradientWeight), from: bases)
                look(index)
            }
        }
        keeping?.finish(batch: batch)
        current = (plan, batch)
    }

    /// Runs the plan of that name.
    /// - Throws: as the other form, and for an unknown name.
    public func run(_ plan: String, batch: Int, scalars: StepScalars = StepScalars()) throws {
        try run(try self.plan(plan), batch: batch, scalars: scalars)
    }

    /// Runs like `run`, looking at the clock between steps. Steps that run at the same time share their time by what threads have
    /// spent on each of them.
    /// - Returns: the seconds of each step of the plan, in their order; 0 for a preparation that was not due.
    public func runProfiled(
        _ plan: PlanHandle, batch: Int, scalars: StepScalars = StepScalars()
    ) throws -> [Double] {
        let bound = try bound(plan)
        var seconds = [Double](repeating: 0, count: bound.steps.count)
        let slots = bound.steps.count * threads
        let intervals = UnsafeMutablePointer<unetc_interval>.allocate(capacity: max(1, slots))
        intervals.initialize(repeating: unetc_interval(), count: slots)
        defer { intervals.deallocate() }
        var last = monotonicSeconds()
        try run(plan, batch: batch, scalars: scalars, intervals: intervals) { index in
            // Of a group, the first step's look comes when all of them have ended.
            let now = monotonicSeconds()
            seconds[index] = now - last
            last = now
        }
        for group in bound.groups where group.count > 1 {
            let whole = group.reduce(0) { $0 + seconds[$1] }
            let spent = group.map { step in
                (0..<threads).reduce(0) { sum, thread in
                    let interval = intervals[step * threads + thread]
                    return sum + Double(interval.end - interval.begin)
                }
            }
            let all = spent.reduce(0, +)
            for (step, time) in zip(group, spent) { seconds[step] = all > 0 ? whole * time / all : 0 }
        }
        return seconds
    }

    func bound(_ plan: PlanHandle) throws -> BoundPlan {
        guard plans.indices.contains(plan.index), let bound = plans[plan.index] else {
            throw RuntimeError(
                "the plan belongs to another executor; this one has \(quotedList(plans.compactMap { $0?.info.name }))")
        }
        return bound
    }

    /// The plan's steps, and whether its preparations have to be among those that run.
    func begin(
        _ plan: PlanHandle, batch: Int, scalars: StepScalars
    ) throws -> (steps: [BoundPlan.Step], preparationsAreDue: Bool) {
        let bound = try bound(plan)
        let capacity = bound.info.batchCapacity
        guard (1...capacity).contains(batch) else {
            throw RuntimeError(
                "a batch of \(batch) does not fit: the model was compiled for 1 to \(capacity) samples")
        }
        current = nil
        context.set(scalars, batch: batch)
        if bound.info.updatesParameters { parameters.parameters.kernelsWillWrite() }
        return (bound.steps, prepared.preparationsAreDue(bound, version: parameters.parameters.version))
    }

    /// Runs the steps of a group that are due.
    /// - Parameter intervals: as in `run`.
    private func execute(
        _ group: Range<Int>, of steps: [BoundPlan.Step], _ preparationsAreDue: Bool, batch: Int,
        intervals: UnsafeMutablePointer<unetc_interval>?
    ) {
        guard group.count > 1, !runsGroupsInTurn else {
            for index in group where preparationsAreDue || !steps[index].isPreparation {
                execute(steps[index], batch: batch, intervals: intervals.map { $0 + index * threads })
            }
            return
        }
        withUnsafeTemporaryAllocation(of: unetc_job.self, capacity: group.count) { jobs in
            var count = 0
            for index in group where preparationsAreDue || !steps[index].isPreparation {
                let step = steps[index]
                jobs[count] = unetc_job(
                    kernel: step.kernel, calls: step.calls, count: Int64(step.tasksPerSample * batch + step.fixedTasks),
                    weight: max(step.taskWeight, .leastNormalMagnitude),
                    intervals: intervals.map { $0 + index * threads })
                count += 1
            }
            if count > 0 { pool.run(UnsafeBufferPointer(rebasing: jobs[..<count])) }
        }
    }

    func execute(_ step: BoundPlan.Step, batch: Int, intervals: UnsafeMutablePointer<unetc_interval>? = nil) {
        pool.run(
            step.kernel, step.calls, count: step.tasksPerSample * batch + step.fixedTasks, intervals: intervals)
    }
}
