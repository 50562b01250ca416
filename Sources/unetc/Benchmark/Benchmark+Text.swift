import Runtime

extension Benchmark {
    /// Headings, the breakdown of the step, and a line for each of its steps.
    var text: String {
        (heading + [""] + breakdownLines + [""] + layerLines + [""] + notes).joined(separator: "\n")
    }

    /// What `detailed` is called.
    var stepName: String { training == nil ? "forward pass" : "training step" }

    private var heading: [String] {
        var lines = ["\(graph), batch \(batch), \(threads) \(threads == 1 ? "thread" : "threads")", peakLine]
        lines.append(
            "bandwidth: \(decimal(machine.bandwidth / 1e9, 1)) GB/s, read and written in memory beyond the caches")
        if let training { lines.append(timeLine("training step", training, peakBytes)) }
        lines.append(timeLine("forward pass", inference, inferencePeakBytes))
        return lines
    }

    private var peakLine: String {
        let own = "peak: \(decimal(machine.peakFlops / 1e9, 0)) GFLOP/s on vectors of \(machine.vectorWidth) floats"
        guard machine.vectorWidth < machine.widestVector else { return own }
        return own + "; \(decimal(machine.widestPeakFlops / 1e9, 0)) on the processor's widest, of "
            + "\(machine.widestVector), which this target does not use"
    }

    private func timeLine(_ name: String, _ plan: PlanTimes, _ peakBytes: Int) -> String {
        "\(name): \(decimal(1000 * plan.median, 1)) ms (best \(decimal(1000 * plan.best, 1))), "
            + "arena \(mebibytes(Double(plan.arenaBytes))) MiB, peak resident \(mebibytes(Double(peakBytes), 0)) MiB"
    }

    private func mebibytes(_ bytes: Double, _ decimals: Int = 1) -> String { decimal(bytes / 1_048_576, decimals) }

    // MARK: Where the time goes

    private var breakdownLines: [String] {
        let breakdown = Breakdown(detailed)
        let whole = breakdown.total + detailed.outsideSteps
        // A forward pass alone has one part.
        let parts = Breakdown.Part.allCases.indices.filter { breakdown.sums[$0] > 0 }
        var table = TextTable(
            [("ms of a \(stepName)", .left)] + parts.map { (Breakdown.Part.allCases[$0].rawValue, .right) }
                + [("sum", .right), ("share", .right)])
        func add(_ name: String, _ seconds: [Double]?, _ total: Double) {
            let cells = parts.map { part in seconds.map { $0[part] > 0 ? milliseconds($0[part]) : "" } ?? "" }
            table.add([name] + cells + [milliseconds(total), share(total, of: whole)])
        }
        for row in breakdown.rows { add(row.kind, row.seconds, row.total) }
        add("outside steps", nil, detailed.outsideSteps)
        add("all", breakdown.sums, whole)
        return table.lines
    }

    private func milliseconds(_ seconds: Double) -> String { decimal(1000 * seconds, 2) }
    private func share(_ part: Double, of whole: Double) -> String {
        whole > 0 ? decimal(100 * part / whole, 1) + " %" : "-"
    }

    // MARK: Step by step

    private var layerLines: [String] {
        var table = TextTable([
            ("step of the \(stepName)", .left), ("part", .left), ("algorithm", .left), ("ms", .right),
            ("share", .right),
            ("GFLOP/s", .right), ("% peak", .right), ("MiB", .right), ("GB/s", .right), ("% bandwidth", .right),
        ])
        let whole = detailed.steps.reduce(detailed.outsideSteps) { $0 + $1.seconds }
        for step in detailed.steps {
            let speed = StepSpeed(step, on: machine)
            table.add([
                step.step.name, step.part.rawValue, step.step.algorithm, decimal(1000 * step.seconds, 3),
                share(step.seconds, of: whole), speed.limit == nil ? "" : decimal(speed.gflops, 1),
                speed.limit == nil ? "" : decimal(speed.percentOfPeak, 1),
                speed.limit == nil ? "" : mebibytes(step.bytes),
                speed.limit == nil ? "" : decimal(speed.gigabytesPerSecond, 1),
                speed.limit == .memory ? decimal(speed.percentOfBandwidth, 1) : "",
            ])
        }
        return table.lines
    }

    private var notes: [String] {
        [
            "GFLOP/s: of the plain mathematical operation; algorithms with fewer multiplications can pass the peak.",
            "MiB, GB/s: each operand moved once. % bandwidth: of steps that move more than they compute, so that "
                + "memory",
            "limits them; above 100 where values stay in the caches.",
        ]
    }
}
