import Base
import Runtime

extension CoreProjection {
    /// Counts up when a field changes its meaning or goes; fields may be added without that.
    static let schemaVersion = 1

    /// The same as data; docs/DUMPS.md describes it.
    var json: JSON {
        .object([
            ("schema", .string("unetc-projection")), ("version", .integer(Self.schemaVersion)),
            ("graph", .string(graph)), ("batch", .integer(batch)),
            ("hop_ns", rounded(1e9 * machine.hop, 2)),
            ("bandwidth_of_one_gb_per_s", rounded(machine.bandwidthOfOne / 1e9, 2)),
            ("measured_threads", .integer(machine.measured.threads)),
            ("bandwidth_measured_gb_per_s", rounded(machine.measured.bandwidth / 1e9, 2)),
            ("train_step", training.map(Self.members) ?? .null), ("inference", Self.members(inference)),
        ])
    }

    private static func members(_ plan: PlanProjection) -> JSON {
        .object([
            ("cores", .array(plan.rows.map { row($0, of: plan) })),
            ("checks", .array(plan.checks.map(check))),
            ("held_up", .array(plan.heldUp(.max).filter { $0.share > 0 }.map { stage($0.stage, $0.share, of: plan) })),
        ])
    }

    private static func row(_ row: PlanProjection.Row, of plan: PlanProjection) -> JSON {
        let percent = { (part: Double) in rounded(row.seconds > 0 ? 100 * part / row.seconds : 0, 2) }
        return .object([
            ("cores", .integer(row.threads)), ("ms", rounded(1000 * row.seconds, 4)),
            ("speed_up", rounded(plan.speedUp(row), 3)), ("efficiency", rounded(plan.efficiency(row), 4)),
            ("lost_to_tasks_percent", percent(row.sum.imbalance)),
            ("lost_to_barriers_percent", percent(row.sum.barrier)),
            ("lost_to_bandwidth_percent", percent(row.sum.bandwidth)), ("outside_steps_percent", percent(row.outside)),
        ])
    }

    private static func check(_ check: PlanProjection.Check) -> JSON {
        .object([
            ("threads", .integer(check.threads)), ("measured_ms", rounded(1000 * check.measured, 4)),
            ("projected_ms", rounded(1000 * check.projected, 4)),
            ("difference_percent", rounded(check.differencePercent, 2)),
        ])
    }

    private static func stage(_ place: Int, _ share: Double, of plan: PlanProjection) -> JSON {
        let stage = plan.stages[place]
        return .object([
            ("steps", .array(stage.steps.map { .string($0.step.name) })), ("tasks", .integer(stage.taskCount)),
            ("ms_of_one", rounded(1000 * stage.work, 4)), ("share_of_loss_percent", rounded(100 * share, 2)),
        ])
    }
}
