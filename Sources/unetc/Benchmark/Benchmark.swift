import Runtime

/// How fast a model's plans run on this machine, and what memory they take.
struct Benchmark {
    let graph: String
    let batch: Int
    let threads: Int
    let machine: MachineSpeed
    /// Nil for models that cannot be trained.
    let training: PlanTimes?
    let inference: PlanTimes
    /// The most memory in use while predicting, and at all.
    let inferencePeakBytes: Int
    let peakBytes: Int

    /// The plan whose steps are shown one by one.
    var detailed: PlanTimes { training ?? inference }

    /// Runs every plan a few times, on random inputs and the initial weights.
    ///
    /// Each plan gets an executor of its own, the smaller one first, so that the peaks of memory are what users need;
    /// the machine comes last, because measuring it takes memory as well.
    /// - Throws: `RuntimeError` when the model cannot run here.
    init(model: Model, runs: Int, threads: Int, pins: Bool = false, vectorWidth: Int) throws {
        graph = model.graphName
        batch = model.batchCapacity
        self.threads = threads
        inference = try PlanTimes(model: model, plan: "infer", runs: runs, threads: threads, pins: pins)
        inferencePeakBytes = MemoryUse.peakResidentBytes()
        training =
            model.plan(for: .train) != nil
            ? try PlanTimes(model: model, plan: "train", runs: runs, threads: threads, pins: pins) : nil
        peakBytes = MemoryUse.peakResidentBytes()
        machine = try MachineSpeed(threads: threads, pins: pins, vectorWidth: vectorWidth)
    }
}

/// What limits a step on the way to its result: the longer of its arithmetic at the peak and its traffic at full
/// bandwidth (Williams, Waterman and Patterson 2009, the roofline).
enum Limit: String {
    case arithmetic
    case memory
}

/// The speeds of one step.
struct StepSpeed {
    var gflops: Double
    var percentOfPeak: Double
    var gigabytesPerSecond: Double
    /// Can pass 100 for values that stay in the caches.
    var percentOfBandwidth: Double
    /// Nil for steps that count neither operations nor bytes.
    var limit: Limit?

    init(_ step: StepTime, on machine: MachineSpeed) {
        let (flops, bytes, seconds) = (step.flops, step.bytes, step.seconds)
        gflops = seconds > 0 ? flops / seconds / 1e9 : 0
        percentOfPeak = machine.peakFlops > 0 ? 100e9 * gflops / machine.peakFlops : 0
        gigabytesPerSecond = seconds > 0 ? bytes / seconds / 1e9 : 0
        percentOfBandwidth = machine.bandwidth > 0 ? 100e9 * gigabytesPerSecond / machine.bandwidth : 0
        limit =
            flops == 0 && bytes == 0
            ? nil : bytes * machine.peakFlops > flops * machine.bandwidth ? .memory : .arithmetic
    }
}
