import Base
import Runtime

/// A plan with weights and random inputs, ready to run again and again, as users run it: what inference prepares from
/// weights is kept. For benchmarks and for tuning.
final class BenchmarkSubject {
    private let executor: Executor
    private let plan: PlanHandle
    private let inputs: [TensorInfo]
    private var stepNumber = 0
    private var random: UInt64 = 1

    /// Bytes of the weights that the executor keeps prepared.
    var preparedBytes: Int { executor.memory.prepared }

    /// - Parameter pins: whether each thread is bound to a processor.
    init(model: Model, plan name: String, threads: Int, pins: Bool = false) throws {
        let info = try model.plan(name)
        let parameters = try ParameterStore(model: model, initialValues: .he, seed: 0)
        executor = try Executor(
            model: model, parameters: parameters, plans: [name], threads: threads,
            optimizer: info.updatesParameters ? "adam" : nil, preparedWeights: .kept, pins: pins)
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

    /// Memory for the times of tasks.
    func taskTimes(capacity: Int) throws -> TaskTimes {
        try TaskTimes(plan, of: executor, batch: executor.model.batchCapacity, capacity: capacity)
    }

    /// One run on one thread, which notes what each task takes.
    func runTimingTasks(in times: TaskTimes) throws {
        try executor.runTimingTasks(plan, batch: executor.model.batchCapacity, scalars: try prepare(), in: times)
    }

    /// Writes the inputs, whose memory a run may reuse.
    private func prepare() throws -> StepScalars {
        stepNumber += 1
        // What a part of a step leaves to its end is not made here.
        executor.dropDeferred()
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
