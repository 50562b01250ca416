import Runtime

/// The time of one step of a plan, with its work.
struct StepTime {
    var step: StepInfo
    /// The operation that the step belongs to: its own, or that of the last step where several make one value.
    var operation: String
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
    init(model: Model, plan name: String, runs: Int, threads: Int) throws {
        let info = try model.plan(name)
        let subject = try BenchmarkSubject(model: model, plan: name, threads: threads)
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
        let operations = Self.operations(of: info.steps)
        steps = info.steps.indices.map { index in
            let step = info.steps[index]
            return StepTime(
                step: step, operation: operations[index], seconds: medianValue(profiles.map { $0[index] }),
                flops: step.flops(batch: batch), bytes: step.bytes(batch: batch))
        }
        arenaBytes = info.arenaBytes
        preparedBytes = subject.preparedBytes
    }

    /// What each step is a part of: `enc1_2#1` belongs to `enc1_2`.
    private static func operations(of steps: [StepInfo]) -> [String] {
        let named = Dictionary(steps.map { ($0.name, $0.operation) }) { first, _ in first }
        return steps.map { step in
            let name = String(step.name.prefix { $0 != "#" })
            return named[name] ?? step.operation
        }
    }
}

/// A plan with weights and random inputs, ready to run.
private final class BenchmarkSubject {
    private let executor: Executor
    private let plan: PlanHandle
    private let inputs: [TensorInfo]
    /// Bytes of the weights that the executor keeps prepared.
    var preparedBytes: Int { executor.memory.prepared }
    private var stepNumber = 0
    private var random: UInt64 = 1

    init(model: Model, plan name: String, threads: Int) throws {
        let info = try model.plan(name)
        let parameters = try ParameterStore(model: model, initialValues: .he, seed: 0)
        executor = try Executor(
            model: model, parameters: parameters, plans: [name], threads: threads,
            optimizer: info.updatesParameters ? "adam" : nil, preparedWeights: .kept)
        plan = try executor.plan(name)
        inputs = info.inputs
    }

    /// Seconds of one run, inputs aside.
    func run() throws -> Double {
        let scalars = try prepare()
        let start = monotonicSeconds()
        try executor.run(plan, batch: executor.model.batchCapacity, scalars: scalars)
        return monotonicSeconds() - start
    }

    /// Seconds of one run, and of each of its steps.
    func runProfiled() throws -> (total: Double, steps: [Double]) {
        let scalars = try prepare()
        let start = monotonicSeconds()
        let steps = try executor.runProfiled(plan, batch: executor.model.batchCapacity, scalars: scalars)
        return (monotonicSeconds() - start, steps)
    }

    /// Writes the inputs, whose memory a run may reuse.
    private func prepare() throws -> StepScalars {
        stepNumber += 1
        for tensor in inputs {
            for sample in 0..<executor.model.batchCapacity {
                try executor.withInput(tensor.name, plan: plan, sample: sample) { values in
                    for i in values.indices { values[i] = tensor.role == .input ? next() : next() < 0.5 ? 0 : 1 }
                }
            }
        }
        return .adam(step: stepNumber, learningRate: 1e-4)
    }

    /// From 0 to 1, the same in each run of the program.
    private func next() -> Float {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(random >> 40) / 16_777_216
    }
}
