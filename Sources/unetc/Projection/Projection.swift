import Base
import Runtime

/// Steps that run side by side, as one thread took them.
struct MeasuredStage {
    struct Step {
        var step: StepInfo
        /// Seconds of each task.
        var tasks: [Double]
        /// Bytes read and written when each operand is moved once.
        var bytes: Double

        var work: Double { tasks.reduce(0, +) }
    }

    var steps: [Step]

    var work: Double { steps.reduce(0) { $0 + $1.work } }
    var taskCount: Int { steps.reduce(0) { $0 + $1.tasks.count } }
    var name: String { steps.map(\.step.name).joined(separator: " | ") }
}

/// What a stage would take on so many cores, and where the time goes that they do not work: each in seconds from the stage's
/// begin to its end, so that the sum is `seconds`.
struct ProjectedStage: Hashable {
    /// The work, evenly spread.
    var work: Double
    /// Longer because tasks are few, or not all the same.
    var imbalance: Double
    var barrier: Double
    /// Longer because memory gives no more.
    var bandwidth: Double

    var lost: Double { imbalance + barrier + bandwidth }
    var seconds: Double { work + lost }

    init(work: Double = 0, imbalance: Double = 0, barrier: Double = 0, bandwidth: Double = 0) {
        self.work = work
        self.imbalance = imbalance
        self.barrier = barrier
        self.bandwidth = bandwidth
    }

    init(_ stage: MeasuredStage, threads: Int, on machine: MachineModel) {
        let jobs = stage.steps.map { HandOut.Job(times: $0.tasks, weight: $0.step.taskWeight) }
        let end = HandOut(jobs, threads: threads).end
        // What one thread cannot have fetched in the time that it took was in the caches.
        let bytes = stage.steps.reduce(0) { $0 + min($1.bytes, $1.work * machine.bandwidthOfOne) }
        work = stage.work / Double(threads)
        imbalance = max(0, end - work)
        barrier = stage.taskCount > 1 ? machine.barrier(threads: threads) : 0
        bandwidth = max(0, bytes / machine.bandwidth(threads: threads) - end)
    }

    static func + (one: ProjectedStage, other: ProjectedStage) -> ProjectedStage {
        ProjectedStage(
            work: one.work + other.work, imbalance: one.imbalance + other.imbalance,
            barrier: one.barrier + other.barrier, bandwidth: one.bandwidth + other.bandwidth)
    }
}

/// A plan's time on numbers of cores that are not at hand: each stage's tasks, as one thread took them, handed out to so many
/// threads as the pool does it; never faster than memory; and what waiting for each other costs.
///
/// Not in it: that caches grow with the cores, and that clocks fall when all of them work.
struct PlanProjection {
    /// A number of cores.
    struct Row {
        var threads: Int
        /// Of each stage, in order.
        var stages: [ProjectedStage]
        var sum: ProjectedStage
        /// The walk over the table between steps, by one thread.
        var outside: Double

        var seconds: Double { sum.seconds + outside }
    }

    /// Real threads.
    struct Check: Hashable {
        var threads: Int
        /// Seconds.
        var measured: Double
        var projected: Double

        var differencePercent: Double { measured > 0 ? 100 * (projected / measured - 1) : 0 }
    }

    let stages: [MeasuredStage]
    let rows: [Row]
    let checks: [Check]

    init(_ times: MeasuredPlan, cores: [Int], machine: MachineModel) {
        stages = times.stages
        let row = { (threads: Int) in
            let stages = times.stages.map { ProjectedStage($0, threads: threads, on: machine) }
            return Row(
                threads: threads, stages: stages, sum: stages.reduce(ProjectedStage(), +), outside: times.outside)
        }
        let own = times.measured.map(\.threads)
        rows = Set(cores + own + [1]).sorted().map(row)
        checks = times.measured.map {
            Check(threads: $0.threads, measured: $0.seconds, projected: row($0.threads).seconds)
        }
    }

    /// Seconds of one core.
    var secondsOfOne: Double { rows.first?.seconds ?? 0 }
    func speedUp(_ row: Row) -> Double { row.seconds > 0 ? secondsOfOne / row.seconds : 0 }
    func efficiency(_ row: Row) -> Double { speedUp(row) / Double(row.threads) }

    /// The stages that hold the most cores up, longest first: their places, and their shares of what is lost.
    func heldUp(_ count: Int) -> [(stage: Int, share: Double)] {
        guard let last = rows.last else { return [] }
        let all = last.sum.lost + last.outside
        guard all > 0 else { return [] }
        let shares = last.stages.enumerated().map { (stage: $0.offset, share: $0.element.lost / all) }
        return Array(shares.sorted { ($1.share, $0.stage) < ($0.share, $1.stage) }.prefix(count))
    }
}
