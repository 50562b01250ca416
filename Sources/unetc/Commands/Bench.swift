import ArgumentParser
import Driver
import Emission
import Runtime

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time a training step and a forward pass, whole and per layer.",
        discussion: "The numbers are this machine's; compare runs that alternate, and ratios of medians.")

    @OptionGroup var input: GraphArguments
    @OptionGroup var target: TargetArguments
    @OptionGroup var tuning: TuneArguments

    @Option(help: "Samples per step (default: the graph's batch).")
    var batch: Int?

    @Option(help: "Timed runs of each kind, after two that are not counted.")
    var runs = 6

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    /// The compiled model to time: set by the command itself, which runs again in a process of its own so that the
    /// compiler's memory does not count.
    @Option(help: .hidden)
    var model: String?

    func validate() throws {
        if runs < 1 { throw ValidationError("--runs takes a number from 1, found \(runs)") }
    }

    func run() throws {
        try reportingErrors {
            if let model {
                try report(try Benchmark(model: try Model.load(path: model), runs: runs, threads: target.threadCount))
                return
            }
            let session = try input.session()
            var options = try target.options(batch: batch)
            options.plans = session.graph.loss == nil ? [.infer] : [.train, .infer]
            options = try tuning.applied(to: options, of: session)
            let product = try session.compileSharedObject(options).product
            var arguments = ["bench", input.graph, "--model", product, "--runs", "\(runs)"]
            arguments += ["--threads", "\(target.threadCount)"] + (json ? ["--json"] : [])
            try replaceProcess(arguments: arguments)
        }
    }

    private func report(_ benchmark: Benchmark) throws {
        print(json ? benchmark.json.text : benchmark.table)
    }
}

/// Times of one model's plans.
struct Benchmark {
    struct Times {
        var minimum: Double
        var median: Double

        init(_ seconds: [Double]) {
            minimum = 1000 * (seconds.min() ?? 0)
            median = 1000 * Benchmark.median(seconds)
        }

        var json: JSON { .object([("min_ms", milliseconds(minimum)), ("median_ms", milliseconds(median))]) }
    }

    struct Layer {
        var step: StepInfo
        var milliseconds: Double
        var gflops: Double
        var percentOfPeak: Double
        var gigabytesPerSecond: Double
    }

    let graph: String
    let batch: Int
    let peakGflops: Double
    let trainStep: Times?
    let inference: Times
    let layers: [Layer]
    let arenaBytes: Int

    /// Runs every plan a few times, on random inputs and the initial weights.
    init(model: Model, runs: Int, threads: Int) throws {
        graph = model.graphName
        batch = model.batchCapacity
        let trains = model.planNames.contains("train")
        let parameters = try ParameterStore(model: model, initialValues: .he, seed: 0)
        let executor = try Executor(
            model: model, parameters: parameters, plans: model.planNames, threads: threads,
            optimizer: trains ? "adam" : nil)
        peakGflops = executor.measurePeakFlops() / 1e9
        let infer = try Self.time("infer", executor, runs: runs)
        let train = trains ? try Self.time("train", executor, runs: runs) : nil
        inference = Times(infer.totals)
        trainStep = train.map { Times($0.totals) }
        let (batch, peak) = (batch, peakGflops)
        layers = try zip(model.plan(trains ? "train" : "infer").steps, (train ?? infer).steps).map { step, seconds in
            let gflops = step.flops(batch: batch) / seconds / 1e9
            return Layer(
                step: step, milliseconds: 1000 * seconds, gflops: gflops, percentOfPeak: 100 * gflops / peak,
                gigabytesPerSecond: step.bytes(batch: batch) / seconds / 1e9)
        }
        arenaBytes = executor.memory.arena
    }

    /// Seconds of whole runs, and of each step (medians).
    private static func time(
        _ name: String, _ executor: Executor, runs: Int
    ) throws -> (totals: [Double], steps: [Double]) {
        let plan = try executor.plan(name)
        let batch = executor.model.batchCapacity
        var totals: [Double] = []
        var profiles: [[Double]] = []
        var state: UInt64 = 1
        for run in 0..<runs + 2 {
            try fill(executor, plan, name, batch, &state)
            let scalars = StepScalars.adam(step: run + 1, learningRate: 1e-4)
            let start = monotonicSeconds()
            if run % 2 == 0 || run < 2 {
                try executor.run(plan, batch: batch, scalars: scalars)
                let seconds = monotonicSeconds() - start
                if run >= 2 { totals.append(seconds) }
            } else {
                let profile = try executor.runProfiled(plan, batch: batch, scalars: scalars)
                totals.append(monotonicSeconds() - start)
                profiles.append(profile)
            }
        }
        if profiles.isEmpty {
            profiles.append(
                try executor.runProfiled(plan, batch: batch, scalars: .adam(step: 1, learningRate: 1e-4)))
        }
        let steps = profiles[0].indices.map { index in median(profiles.map { $0[index] }) }
        return (totals, steps)
    }

    private static func fill(
        _ executor: Executor, _ plan: PlanHandle, _ name: String, _ batch: Int, _ state: inout UInt64
    ) throws {
        for tensor in try executor.model.plan(name).inputs {
            for sample in 0..<batch {
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

    fileprivate static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        if sorted.isEmpty { return 0 }
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// A number with two decimals.
private func milliseconds(_ value: Double) -> JSON { .number((value * 100).rounded() / 100) }

extension Benchmark {
    var json: JSON {
        var members: [(key: String, value: JSON)] = [("graph", .string(graph)), ("batch", .integer(batch))]
        if let trainStep { members.append(("train_step", trainStep.json)) }
        members += [
            ("inference", inference.json),
            ("peak_rss_mib", .integer(MemoryUse.peakResidentBytes() >> 20)),
            ("arena_mib", .number((Double(arenaBytes) / 104_857.6).rounded() / 10)),
            ("peak_gflops", milliseconds(peakGflops)),
            (
                "layers",
                .array(
                    layers.map { layer in
                        .object([
                            ("name", .string(layer.step.name)), ("phase", .string(layer.step.phase.name)),
                            ("operation", .string(layer.step.operation)),
                            ("algorithm", .string(layer.step.algorithm)),
                            ("ms", .number((layer.milliseconds * 10_000).rounded() / 10_000)),
                            ("gflops", milliseconds(layer.gflops)),
                            ("percent_of_peak", milliseconds(layer.percentOfPeak)),
                            ("gb_per_s", milliseconds(layer.gigabytesPerSecond)),
                        ])
                    })
            ),
        ]
        return .object(members)
    }

    var table: String {
        var lines = [
            "\(graph), batch \(batch); measured peak \(decimal(peakGflops, 0)) GFLOP/s, "
                + "arena \(decimal(Double(arenaBytes) / 1_048_576, 1)) MiB, "
                + "peak resident \(MemoryUse.peakResidentBytes() >> 20) MiB"
        ]
        if let trainStep {
            lines.append("training step: \(decimal(trainStep.median, 1)) ms (best \(decimal(trainStep.minimum, 1)))")
        }
        lines.append("forward pass:  \(decimal(inference.median, 1)) ms (best \(decimal(inference.minimum, 1)))")
        lines.append("")
        lines.append(row("layer", "phase", "algorithm", "ms", "GFLOP/s", "% peak", "GB/s"))
        for layer in layers {
            lines.append(
                row(
                    layer.step.name, layer.step.phase.name, layer.step.algorithm, decimal(layer.milliseconds, 3),
                    decimal(layer.gflops, 1), decimal(layer.percentOfPeak, 1),
                    decimal(layer.gigabytesPerSecond, 1)))
        }
        return lines.joined(separator: "\n")
    }

    private func row(
        _ name: String, _ phase: String, _ algorithm: String, _ ms: String, _ gflops: String, _ percent: String,
        _ bandwidth: String
    ) -> String {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(1, width - text.count)) + text
        }
        return left(name, 28) + left(phase, 10) + left(algorithm, 16) + right(ms, 10) + right(gflops, 10)
            + right(percent, 8) + right(bandwidth, 8)
    }
}

private func decimal(_ value: Double, _ decimals: Int) -> String {
    let scale = [1.0, 10, 100, 1000][decimals]
    guard value.isFinite, abs(value) < 1e15 else { return "-" }
    let rounded = Int((value * scale).rounded())
    guard decimals > 0 else { return "\(rounded)" }
    let digits = String(abs(rounded) % Int(scale))
    let sign = rounded < 0 ? "-" : ""
    return "\(sign)\(abs(rounded) / Int(scale))." + String(repeating: "0", count: decimals - digits.count) + digits
}

extension StepPhase {
    fileprivate var name: String {
        switch self {
        case .forward: "forward"
        case .backward: "backward"
        case .update: "update"
        }
    }
}
