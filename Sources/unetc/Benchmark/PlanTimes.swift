import Runtime

/// The time of one step of a plan, with its work.
struct StepTime {
    var step: StepInfo
    var seconds: Double
    /// Operations of its mathematics, and bytes when each operand is moved once.
    var flops: Double
    var bytes: Double
}

/// Times of one plan: whole runs, and its steps.
struct PlanTimes {
    /// Seconds of whole runs.
    let best: Double
    let median: Double
    /// Seconds in which no step runs: the walk over the table.
    let outsideSteps: Double
    /// In order; medians of the runs that looked at the clock between steps.
    let steps: [StepTime]
    let arenaBytes: Int
    /// Of the weights that are kept prepared from run to run.
    let preparedBytes: Int

    /// Runs a plan in an executor that is gone afterwards: twice to warm up, then `runs` times for the whole and about
    /// half as often for the steps.
    /// - Throws: `RuntimeError` when the plan cannot run here.
    init(model: Model, plan name: String, runs: Int, threads: Int, pins: Bool) throws {
        let info = try model.plan(name)
        let subject = try BenchmarkSubject(model: model, plan: name, threads: threads, pins: pins)
        var totals: [Double] = []
        var profiles: [[Double]] = []
        var outside: [Double] = []
        for _ in 0..<2 { _ = try subject.run() }
        for run in 0..<runs {
            totals.append(try subject.run())
            guard run % 2 == 0 else { continue }
            let (total, profile) = try subject.runProfiled()
            profiles.append(profile)
            outside.append(total - profile.reduce(0, +))
        }
        best = totals.min() ?? 0
        median = medianValue(totals)
        outsideSteps = medianValue(outside)
        let batch = model.batchCapacity
        steps = info.steps.indices.map { index in
            let step = info.steps[index]
            return StepTime(
                step: step, seconds: medianValue(profiles.map { $0[index] }),
                flops: step.flops(batch: batch), bytes: step.bytes(batch: batch))
        }
        arenaBytes = info.arenaBytes
        preparedBytes = subject.preparedBytes
    }
}
