/// What becomes of the tensors that the steps of inference prepare from parameters alone, such as the transformed
/// weights of Winograd's convolution, between two runs of a plan.
///
/// The results are the same bits either way. Plans that update parameters always prepare anew.
public enum PreparedWeights: Hashable, Sendable {
    /// Each has a place of its own and is made again only when the parameters have changed: the fastest way to run a
    /// plan many times.
    case kept
    /// All share one place behind the plan's arena, and are made in every run: the least memory.
    case recomputed
}

extension PlanInfo {
    /// Whether what one run of the plan prepares is still there at the next.
    func keepsPrepared(_ policy: PreparedWeights) -> Bool {
        policy == .kept && preparedBytes + derivedBytes > 0 && !updatesParameters
    }

    /// Bytes of the prepared region that the plan needs.
    func keptBytes(_ policy: PreparedWeights) -> Int { keepsPrepared(policy) ? preparedBytes : 0 }

    /// Bytes of the arena that the plan needs, with the place of prepared tensors that are not kept.
    func arenaBytes(_ policy: PreparedWeights) -> Int {
        keepsPrepared(policy) || largestPreparedBytes == 0 ? arenaBytes : recomputedOffset + largestPreparedBytes
    }

    /// Where in the arena prepared tensors that are not kept take turns.
    var recomputedOffset: Int { (arenaBytes + 63) / 64 * 64 }
}

/// The prepared and the derived region, which the plans of an executor share, and the knowledge of what stands in them.
final class PreparedMemory {
    let memory: MappedMemory
    let derived: MappedMemory
    /// The plan whose prepared tensors are all there, and the version of the parameters they were made from.
    private var contents: (plan: Int, version: Int)?

    /// - Throws: `RuntimeError` when there is not enough memory.
    init(bytes: Int, derivedBytes: Int) throws {
        memory = try MappedMemory(bytes: bytes, for: "the prepared weights")
        derived = try MappedMemory(bytes: derivedBytes, for: "what is made of the weights")
    }

    /// Says before each run of a plan whether its preparations have to be part of it, and counts on it that they will be.
    func preparationsAreDue(_ plan: BoundPlan, version: Int) -> Bool {
        guard plan.keepsPrepared else { return true }
        if let contents, contents == (plan.index, version) { return false }
        contents = (plan.index, version)
        return true
    }
}
