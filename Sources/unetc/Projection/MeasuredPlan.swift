import Runtime

/// A plan as this machine's threads ran it.
struct MeasuredPlan {
    let stages: [MeasuredStage]
    /// Seconds in which no step runs: the walk over the table.
    let outside: Double
    /// Seconds of a run, by numbers of threads.
    let measured: [(threads: Int, seconds: Double)]

    init(stages: [MeasuredStage], outside: Double, measured: [(threads: Int, seconds: Double)]) {
        self.stages = stages
        self.outside = outside
        self.measured = measured
    }

    /// Runs a plan with one number of threads after the other, each in an executor that is gone afterwards: `runs` times after
    /// two that are not counted, and with one thread as often with a look at the clock behind each task. Of all of them the
    /// medians of steps count: they leave out what other programs disturb.
    /// - Parameters:
    ///   - threads: numbers of them; the first is 1.
    ///   - pins: whether each is bound to a processor.
    /// - Throws: `RuntimeError` when the plan cannot run here.
    init(model: Model, plan name: String, runs: Int, threads: [Int], pins: Bool) throws {
        var measured: [(threads: Int, seconds: Double)] = []
        var stages: [MeasuredStage] = []
        var outside = 0.0
        for count in threads {
            let subject = try BenchmarkSubject(model: model, plan: name, threads: count, pins: pins)
            let times = try subject.taskTimes(capacity: count == 1 ? runs : 0)
            var profiles: [[Double]] = []
            var outsides: [Double] = []
            for _ in 0..<2 { _ = try subject.run() }
            for _ in 0..<runs {
                let (total, steps) = try subject.runProfiled()
                profiles.append(steps)
                outsides.append(total - steps.reduce(0, +))
                if count == 1 { try subject.runTimingTasks(in: times) }
            }
            let between = max(0, medianValue(outsides))
            if count == 1 { (stages, outside) = (Self.stages(times), between) }
            let steps = (profiles.first ?? []).indices.map { step in medianValue(profiles.map { $0[step] }) }
            measured.append((count, steps.reduce(between, +)))
        }
        self.init(stages: stages, outside: outside, measured: measured)
    }

    /// The steps that ran. What a step took is divided by the medians of its tasks.
    private static func stages(_ times: TaskTimes) -> [MeasuredStage] {
        var stages: [MeasuredStage] = []
        var isOpen = false
        for (place, step) in times.plan.steps.enumerated() {
            if !step.isBeside { isOpen = false }
            let runs = times.nanoseconds(of: place)
            let whole = 1e-9 * medianValue(runs.map { Double($0.reduce(0, +)) })
            let medians = (runs.first ?? []).indices.map { task in medianValue(runs.map { Double($0[task]) }) }
            // Preparations that are kept, and steps of parameters that are held, do not run.
            guard whole > 0 else { continue }
            let sum = medians.reduce(0, +)
            let tasks = medians.map { sum > 0 ? whole * $0 / sum : whole / Double(medians.count) }
            let measured = MeasuredStage.Step(step: step, tasks: tasks, bytes: step.bytes(batch: times.batch))
            if isOpen {
                stages[stages.count - 1].steps.append(measured)
            } else {
                stages.append(MeasuredStage(steps: [measured]))
            }
            isOpen = true
        }
        return stages
    }
}
