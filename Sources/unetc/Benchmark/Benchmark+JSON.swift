import Base
import Emission
import Runtime

extension Benchmark {
    /// Counts up when a field changes its meaning or goes; fields may be added without that.
    static let schemaVersion = 1

    /// The same as data, described in docs/DUMPS.md: other programs read it, and `unetc inspect --profile`.
    var json: JSON {
        var members: [(key: String, value: JSON)] = [
            ("schema", .string("unetc-bench")), ("version", .integer(Self.schemaVersion)),
            ("plan", .string(training == nil ? "infer" : "train")), ("graph", .string(graph)),
            ("batch", .integer(batch)), ("threads", .integer(threads)),
        ]
        if let training { members.append(("train_step", training.json)) }
        members += [
            ("inference", inference.json),
            ("peak_rss_mib", .integer(peakBytes >> 20)),
            ("inference_peak_rss_mib", .integer(inferencePeakBytes >> 20)),
            ("arena_mib", rounded(Double(max(inference.arenaBytes, training?.arenaBytes ?? 0)) / 1_048_576, 1)),
            ("prepared_mib", rounded(Double(inference.preparedBytes) / 1_048_576, 1)),
        ]
        members += machineMembers
        members += [
            ("breakdown", .array(breakdown)),
            ("outside_steps_ms", rounded(1000 * detailed.outsideSteps, 4)),
            ("layers", .array(detailed.steps.map(layer))),
        ]
        return .object(members)
    }

    private var machineMembers: [(key: String, value: JSON)] {
        [
            ("vector_width", .integer(machine.vectorWidth)),
            ("peak_gflops", rounded(machine.peakFlops / 1e9, 2)),
            ("widest_vector", .integer(machine.widestVector)),
            ("widest_peak_gflops", rounded(machine.widestPeakFlops / 1e9, 2)),
            ("bandwidth_gb_per_s", rounded(machine.bandwidth / 1e9, 2)),
        ]
    }

    private var breakdown: [JSON] {
        let breakdown = Breakdown(detailed)
        let whole = breakdown.total + detailed.outsideSteps
        return breakdown.rows.flatMap { row in
            zip(Breakdown.Part.allCases, row.seconds).filter { $1 > 0 }.map { part, seconds in
                .object([
                    ("part", .string(part.rawValue)), ("kind", .string(row.kind)), ("ms", rounded(1000 * seconds, 4)),
                    ("share_percent", rounded(100 * seconds / whole, 2)),
                ])
            }
        }
    }

    private func layer(_ step: StepTime) -> JSON {
        let speed = StepSpeed(step, on: machine)
        let whole = detailed.steps.reduce(detailed.outsideSteps) { $0 + $1.seconds }
        return .object([
            ("name", .string(step.step.name)), ("phase", .string(step.step.phase.name)),
            ("part", .string(step.part.rawValue)), ("operation", .string(step.step.operation)),
            ("algorithm", .string(step.step.algorithm)), ("ms", rounded(1000 * step.seconds, 4)),
            ("share_percent", rounded(100 * step.seconds / whole, 2)), ("gflops", rounded(speed.gflops, 2)),
            ("percent_of_peak", rounded(speed.percentOfPeak, 2)), ("mib", rounded(step.bytes / 1_048_576, 3)),
            ("gb_per_s", rounded(speed.gigabytesPerSecond, 2)),
            ("percent_of_bandwidth", rounded(speed.percentOfBandwidth, 2)),
            ("limit", speed.limit.map { .string($0.rawValue) } ?? .null),
        ])
    }
}

extension PlanTimes {
    fileprivate var json: JSON {
        .object([("min_ms", rounded(1000 * best, 4)), ("median_ms", rounded(1000 * median, 4))])
    }
}

/// A number with a few decimals.
func rounded(_ value: Double, _ decimals: Int) -> JSON {
    let scale = [1.0, 10, 100, 1000, 10_000][decimals]
    return .number((value * scale).rounded() / scale)
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
