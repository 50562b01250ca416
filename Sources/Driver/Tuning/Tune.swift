import Emission
import GraphIR
import Kernels
import Programs
import Strategy

/// What tuning has found.
public struct TuningResult: Sendable {
    /// The fastest algorithm of each shape, by `Op.tuningKey`: for `CompileOptions.winners`.
    public var winners: [String: ConvolutionAlgorithm]
    /// Shapes that were measured now, and those that had been before.
    public var measured: Int
    public var known: Int
    /// The file that keeps them.
    public var record: String
}

extension Session {
    /// Finds the fastest algorithm for each convolution of the options' plans by measuring all candidates on this
    /// machine; what has been measured before is taken from the record in the cache folder.
    ///
    /// The graph is compiled once for every place in the lists of candidates: first with the first candidate of each
    /// convolution, then with the second. So everything is measured where it will run, with its exact shapes, its
    /// layouts and its epilogues. Compiled models take turns, so that a disturbance of the machine hits all alike.
    ///
    /// - Parameter stepSeconds: runs a plan of a shared object a few times and gives the seconds of each of its steps.
    public func tune(
        _ options: CompileOptions, stepSeconds: (_ sharedObject: String, _ plan: String) throws -> [Double]
    ) throws -> TuningResult {
        var record = TuningRecord(
            folder: options.usedCacheFolder, toolchain: try Toolchain(), target: options.target, threads: options.jobs)
        // Tests run the convolutions of inference.
        let hasInference = options.plans.contains(.infer)
        var options = options
        // What is best for tiles is not what is fastest: they also pay for their edges.
        options.plans.removeAll { hasInference && $0 == .forward || $0.isTile }
        let known = record.winners
        let shapes = try tunableShapes(options)
        // A damaged record may name what cannot compute the shape.
        let missing = shapes.filter { shape in known[shape.key].map { !shape.candidates.contains($0) } ?? true }
        let rounds = missing.map(\.candidates.count).max() ?? 0
        var models: [CompiledModel] = []
        for round in 0..<rounds {
            var trial = options
            trial.convolutions = .auto
            trial.winners = known
            for shape in missing { trial.winners[shape.key] = shape.candidates[round % shape.candidates.count] }
            models.append(try compileSharedObject(trial))
        }
        var times = TuningTimes()
        for _ in 0..<(models.isEmpty ? 0 : 3) {
            for model in models {
                for plan in model.plans { times.add(try stepSeconds(model.product, plan.name), of: plan) }
            }
        }
        for shape in missing {
            let milliseconds = shape.candidates.map { ($0, times.milliseconds(shape, $0)) }
            guard let best = milliseconds.min(by: { $0.1 < $1.1 }), best.1.isFinite else { continue }
            record.add(shape.key, winner: best.0, milliseconds: milliseconds)
        }
        if !missing.isEmpty { try record.save() }
        return TuningResult(
            winners: record.winners.filter { entry in shapes.contains { $0.key == entry.key } },
            measured: missing.count, known: shapes.count - missing.count, record: record.path)
    }

    /// The distinct convolutions of all plans that more than one algorithm can compute.
    private func tunableShapes(_ options: CompileOptions) throws -> [TunableShape] {
        var shapes: [TunableShape] = []
        var seen: Set<String> = []
        let compilation = Compilation(self, options)
        for kind in options.plans {
            let program = try compilation.program(kind)
            let isInference = program.isInference
            for id in program.steps {
                let op = program.graph[id].op
                let candidates = convolutionCandidates(op, target: options.target)
                guard candidates.count > 1,
                    let key = op.tuningKey(batch: compilation.batch, isInference: isInference),
                    seen.insert(key).inserted
                else { continue }
                let conversion = candidates.map {
                    conversionMilliseconds(op, $0, target: options.target, batch: compilation.batch)
                        / Double(options.jobs)
                }
                shapes.append(TunableShape(key: key, candidates: candidates, conversionMilliseconds: conversion))
            }
        }
        return shapes
    }
}

/// A convolution with several candidates.
private struct TunableShape {
    let key: String
    let candidates: [ConvolutionAlgorithm]
    /// For each candidate what bringing its maps into its layout and back would take: while all convolutions of a model
    /// are computed alike, no conversions stand between them that could be measured.
    let conversionMilliseconds: [Double]
}

/// Times of convolutions by shape and algorithm.
private struct TuningTimes {
    private var seconds: [String: [ConvolutionAlgorithm: [Double]]] = [:]

    /// Adds one measurement of a plan; the kernels of a step count together.
    mutating func add(_ steps: [Double], of plan: LoweredPlan) {
        guard steps.count == plan.steps.count else { return }
        var sums: [Int: Double] = [:]
        for (step, time) in zip(plan.steps, steps) { sums[step.node.index, default: 0] += time }
        let program = plan.plan.program
        let isInference = program.isInference
        for id in program.graph.ids {
            guard let time = sums[id.index], let choice = program.step(id)?.choice,
                let key = program.graph[id].op.tuningKey(batch: plan.plan.batchCapacity, isInference: isInference)
            else { continue }
            seconds[key, default: [:]][choice.algorithm, default: []].append(time)
        }
    }

    /// The median of all measurements, with the conversions.
    func milliseconds(_ shape: TunableShape, _ algorithm: ConvolutionAlgorithm) -> Double {
        guard let values = seconds[shape.key]?[algorithm]?.sorted(), !values.isEmpty else { return .infinity }
        let median = (values[values.count / 2] + values[(values.count - 1) / 2]) / 2
        let position = shape.candidates.firstIndex(of: algorithm) ?? 0
        return 1000 * median + shape.conversionMilliseconds[position]
    }
}
