import ModelABI
import ThreadPool

import Platform

/// How much memory an executor takes, known before it is made. All sizes are in bytes.
public struct MemoryUse: Hashable, Sendable {
    /// The largest of the plans' arenas, which they share; with what a plan prepares anew in each run.
    public var arena: Int
    public var parameters: Int
    /// Optimiser state; 0 when no plan updates parameters.
    public var moments: Int
    /// Moments that it is made of.
    private var stateBlocks: Int
    /// Sums of gradients; 0 when not asked for.
    public var sums: Int
    /// What gradients are made of that wait for the end of a step.
    public var kept: Int
    /// The average of the parameters; 0 when not asked for.
    public var average: Int
    /// The most that one of the plans keeps of what it has prepared from parameters.
    public var prepared: Int
    /// The most that one of the plans has in values that are made of parameters alone.
    public var derived: Int
    /// Scratch of all threads together.
    public var workspaces: Int

    public var total: Int { arena + parameters + moments + sums + kept + average + prepared + derived + workspaces }

    /// The same in pages: large blocks are made of huge ones.
    public var totalInPages: Int {
        let states = Array(repeating: stateBlocks > 0 ? moments / stateBlocks : 0, count: stateBlocks)
        let blocks = [arena, parameters, average, sums, kept, prepared, derived, workspaces] + states
        return blocks.map(MappedMemory.residentBytes).reduce(0, +)
    }

    /// The memory of an executor made with the same arguments.
    /// - Throws: `RuntimeError` for unknown plans or optimizers.
    public init(
        model: Model, plans: [String], threads: Int, optimizer: String? = nil,
        extras: TrainingExtras = TrainingExtras(), preparedWeights: PreparedWeights = .recomputed
    ) throws {
        let indices = try model.planIndices(plans)
        let needed = try model.momentsNeeded(plans: indices, optimizer: optimizer)
        arena = indices.map { model.plans[$0].arenaBytes(preparedWeights) }.max() ?? 0
        parameters = model.parameterBytes
        moments = needed * model.state.bytes
        stateBlocks = needed
        let summed = extras.sumsGradients ? model.summedPlans(of: indices, extras) : []
        let shared = model.sharedPlans(of: summed, extras).compactMap(model.sharedSchedule)
        sums =
            extras.sumBuffers * GradientSums.bytes(model: model, plans: summed)
            + shared.reduce(0) { $0 + ($1.obstacle == nil ? $1.bytes : 0) }
        kept = indices.contains { $0 == model.deferredPlan } ? DeferredInputs.bytes(model: model) : 0
        average = extras.averagesParameters ? model.parameterBytes : 0
        prepared = indices.map { model.plans[$0].keptBytes(preparedWeights) }.max() ?? 0
        derived = indices.map { model.plans[$0].derivedBytes }.max() ?? 0
        workspaces = threads * model.workspaceStride(plans: indices)
    }

    /// The most memory that this program has had in use so far.
    ///
    /// On Linux what the process was before it became this program does not count, as it does for `getrusage`.
    public static func peakResidentBytes() -> Int {
        if let kibibytes = processStatus("VmHWM") { return kibibytes * 1024 }
        var usage = rusage()
        // RUSAGE_SELF, which is imported as another type from each C library.
        let ownProcess: CInt = 0
        getrusage(ownProcess, &usage)
        return usage.ru_maxrss * 1024
    }

    /// Gives memory that was freed back to the system, of which C libraries keep much once many threads have used it.
    public static func giveBackFreeMemory() { unetc_give_back_free_memory() }

    /// From now on the C library keeps little of what is freed.
    public static func keepLittleFreeMemory() { unetc_keep_little_memory() }

    /// The memory that this program has in use now; nil where the system does not tell.
    public static func residentBytes() -> Int? { processStatus("VmRSS").map { $0 * 1024 } }
}

extension Model {
    /// State tensors per parameter that the plans need under that optimiser.
    func momentsNeeded(plans indices: [Int], optimizer: String?) throws -> Int {
        let tensors = indices.flatMap { plans[$0].tensors }
        let named = tensors.map { $0.region == .moment2 ? 2 : $0.region == .moment1 ? 1 : 0 }.max() ?? 0
        guard indices.contains(where: hasOptimizerSteps) else { return named }
        return max(named, optimizers[try chosenOptimizer(optimizer, plans: indices)].moments)
    }

    /// The plans whose gradients are summed, if any are.
    func summedPlans(of indices: [Int], _ extras: TrainingExtras) -> [Int] {
        extras.sumsDeferred(self) ? indices : indices.filter { $0 != deferredPlan }
    }

    /// The plans that run on shares of batches, if any do.
    func sharedPlans(of summed: [Int], _ extras: TrainingExtras) -> [Int] {
        extras.sharesBatches ? summed.filter { plans[$0].purpose == .train } : []
    }

    /// True when a plan has updates that are left to the chosen optimiser.
    func hasOptimizerSteps(plan index: Int) -> Bool {
        let plan = tables.pointer.pointee.plans[index]
        return (0..<Int(plan.step_count)).contains { plan.steps[$0].kernel == nil }
    }

    /// The place of the optimiser that the plans' updates run.
    func chosenOptimizer(_ name: String?, plans indices: [Int]) throws -> Int {
        if let name { return try optimizerIndex(name) }
        let training = indices.first(where: hasOptimizerSteps).map { plans[$0].name } ?? ""
        throw RuntimeError(
            "plan \"\(training)\" updates parameters, so that an optimizer has to be chosen: "
                + (optimizers.isEmpty ? "the model has none" : "known are \(quotedList(optimizerNames))"))
    }

    /// Scratch of one thread, rounded up so that each thread's starts a cache line that no other writes.
    func workspaceStride(plans indices: [Int]) -> Int {
        let largest = indices.flatMap { plans[$0].steps.map(\.workspaceBytes) }.max() ?? 0
        return (largest + 127) / 128 * 128
    }
}
