import ArgumentParser
import Driver
import Runtime

/// Times the steps of a compiled model's plans, for tuning.
struct StepTimer {
    let threads: Int
    /// Runs that are timed, after one that is not.
    var runs = 3

    /// Seconds of each step: the medians of a few runs on random inputs and the initial weights. What inference prepares
    /// once is made in the run that is not timed, as it is for those who predict.
    func seconds(model path: String, plan name: String) throws -> [Double] {
        let model = try Model.load(path: path)
        let parameters = try ParameterStore(model: model, initialValues: .he, seed: 0)
        let executor = try Executor(
            model: model, parameters: parameters, plans: [name], threads: threads,
            optimizer: name == "train" ? "adam" : nil, preparedWeights: .kept)
        let plan = try executor.plan(name)
        let batch = model.batchCapacity
        try fill(executor, plan, name)
        try executor.run(plan, batch: batch, scalars: .adam(step: 1, learningRate: 1e-4))
        var profiles: [[Double]] = []
        for run in 0..<runs {
            try fill(executor, plan, name)
            profiles.append(
                try executor.runProfiled(plan, batch: batch, scalars: .adam(step: run + 2, learningRate: 1e-4)))
        }
        return profiles[0].indices.map { step in profiles.map { $0[step] }.sorted()[profiles.count / 2] }
    }

    private func fill(_ executor: Executor, _ plan: PlanHandle, _ name: String) throws {
        var state: UInt64 = 1
        for tensor in try executor.model.plan(name).inputs {
            for sample in 0..<executor.model.batchCapacity {
                try executor.withInput(tensor.name, plan: plan, sample: sample) { values in
                    for i in values.indices {
                        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        let uniform = Float(state >> 40) / 16_777_216
                        values[i] = tensor.role == .input ? uniform : uniform < 0.5 ? 0 : 1
                    }
                }
            }
        }
    }
}

/// What commands take that may measure before they compile.
struct TuneArguments: ParsableArguments {
    @Flag(help: "Measure every algorithm for each convolution on this machine, and use the fastest; kept in the cache.")
    var tune = false

    /// The options with the winners, where tuning has been asked for; says on standard error what was done.
    func applied(to options: CompileOptions, of session: Session) throws -> CompileOptions {
        guard tune else { return options }
        guard options.convolutions == .auto else {
            throw CommandFailure(
                "--tune measures all algorithms, --conv \(options.convolutions.rawValue) forces one: give either",
                exitCode: 2)
        }
        let timer = StepTimer(threads: options.jobs)
        let result = try session.tune(options) { try timer.seconds(model: $0, plan: $1) }
        printError(
            "tuned \(result.measured) shapes of convolutions, \(result.known) were known; kept in \(result.record)")
        var tuned = options
        tuned.winners = result.winners
        return tuned
    }
}
