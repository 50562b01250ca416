import Base
import Runtime

extension CoreProjection {
    /// A table for each plan, how it was checked, and which steps hold it up.
    var text: String {
        var lines = ["\(graph), batch \(batch): projected from what each task takes on one thread", "", modelLine]
        for (name, plan) in plans {
            lines += ["", "\(name):"] + Self.table(plan) + Self.checks(plan) + [""] + Self.heldUp(plan)
        }
        return lines.joined(separator: "\n")
    }

    private var modelLine: String {
        let cores = Text.count(machine.measured.threads, "thread")
        let all =
            machine.bandwidthOfAll.map { "all cores \(decimal($0 / 1e9, 1)) GB/s, as asked for" }
            ?? "\(decimal(MachineModel.assumedBandwidthOfCore / 1e9, 0)) GB/s for each further core, assumed"
        return "a hop between cores takes \(decimal(1e9 * machine.hop, 0)) ns; memory moves "
            + "\(decimal(machine.bandwidthOfOne / 1e9, 1)) GB/s for one thread, "
            + "\(decimal(machine.measured.bandwidth / 1e9, 1)) for \(cores), \(all)"
    }

    private static func table(_ plan: PlanProjection) -> [String] {
        var table = TextTable([
            ("cores", .right), ("ms", .right), ("speed-up", .right), ("efficiency", .right),
            ("lost to tasks", .right), ("barriers", .right), ("bandwidth", .right), ("outside steps", .right),
        ])
        for row in plan.rows {
            let percent = { (part: Double) in decimal(row.seconds > 0 ? 100 * part / row.seconds : 0, 1) + " %" }
            table.add([
                "\(row.threads)", decimal(1000 * row.seconds, 2), decimal(plan.speedUp(row), 2),
                decimal(100 * plan.efficiency(row), 1) + " %", percent(row.sum.imbalance), percent(row.sum.barrier),
                percent(row.sum.bandwidth), percent(row.outside),
            ])
        }
        return table.lines
    }

    private static func checks(_ plan: PlanProjection) -> [String] {
        plan.checks.map { check in
            let sign = check.differencePercent < 0 ? "" : "+"
            return "measured with \(Text.count(check.threads, "thread")): \(decimal(1000 * check.measured, 2)) ms, "
                + "projected \(decimal(1000 * check.projected, 2)) (\(sign)\(decimal(check.differencePercent, 1)) %)"
        }
    }

    private static let shownStages = 10

    private static func heldUp(_ plan: PlanProjection) -> [String] {
        guard let last = plan.rows.last, last.threads > 1 else { return [] }
        var table = TextTable([
            ("what holds \(last.threads) cores up", .left), ("algorithm", .left), ("tasks", .right),
            ("% of the work", .right), ("efficiency", .right), ("% of the loss", .right),
        ])
        for (place, share) in plan.heldUp(shownStages) {
            let (stage, projected) = (plan.stages[place], last.stages[place])
            table.add([
                stage.name, stage.steps.map(\.step.algorithm).joined(separator: " | "), "\(stage.taskCount)",
                decimal(last.sum.work > 0 ? 100 * projected.work / last.sum.work : 0, 2),
                decimal(projected.seconds > 0 ? 100 * projected.work / projected.seconds : 0, 1) + " %",
                decimal(100 * share, 1),
            ])
        }
        return table.lines
    }
}
