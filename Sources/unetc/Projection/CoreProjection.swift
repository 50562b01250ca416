import Base
import Runtime

/// A model's plans on numbers of cores that are not at hand.
struct CoreProjection {
    let graph: String
    let batch: Int
    let machine: MachineModel
    /// Nil for models that cannot be trained.
    let training: PlanProjection?
    let inference: PlanProjection

    /// Measures on one thread and on as many as there are processors.
    /// - Parameters:
    ///   - cores: numbers of them to project to.
    ///   - bandwidth: bytes per second that all cores together move; nil for an assumption.
    ///   - pins: whether each thread is bound to a processor.
    /// - Throws: `RuntimeError` when the model cannot run here.
    init(model: Model, cores: [Int], bandwidth: Double?, runs: Int, pins: Bool) throws {
        graph = model.graphName
        batch = model.batchCapacity
        let threads = Array(Set([1, min(2, processorCount()), processorCount()])).sorted()
        let inference = try MeasuredPlan(model: model, plan: "infer", runs: runs, threads: threads, pins: pins)
        let training =
            model.plan(for: .train) != nil
            ? try MeasuredPlan(model: model, plan: "train", runs: runs, threads: threads, pins: pins) : nil
        let machine = try MachineModel(threads: threads.last ?? 1, pins: pins, bandwidthOfAll: bandwidth)
        self.machine = machine
        self.inference = PlanProjection(inference, cores: cores, machine: machine)
        self.training = training.map { PlanProjection($0, cores: cores, machine: machine) }
    }

    /// By what they are called.
    var plans: [(name: String, plan: PlanProjection)] {
        (training.map { [("training step", $0)] } ?? []) + [("forward pass", inference)]
    }
}

extension MachineModel {
    /// Measures what can be measured here.
    /// - Throws: `RuntimeError` when threads cannot be started.
    init(threads: Int, pins: Bool, bandwidthOfAll: Double?) throws {
        let one = try MachineSpeed(threads: 1, pins: pins).bandwidth
        let all = threads > 1 ? try MachineSpeed(threads: threads, pins: pins).bandwidth : one
        let hop = threads > 1 ? try measuredHop(pins: pins) : Self.assumedHop
        self.init(
            hop: hop, bandwidthOfOne: one, measured: (threads, all), bandwidthOfAll: bandwidthOfAll)
    }

    /// Where there is no second core to measure it with.
    static let assumedHop = 100e-9
}
