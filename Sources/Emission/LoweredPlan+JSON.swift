import Base
import GraphIR
import MemoryPlanning

extension LoweredPlan {
    /// The plan as data.
    public var json: JSON {
        .object([
            ("name", .string(name)),
            ("batch", .integer(plan.batchCapacity)),
            ("tile", tile?.json ?? .null),
            ("arena_bytes", .integer(plan.arenaBytes)),
            ("lower_bound_bytes", .integer(plan.report.lowerBoundBytes)),
            ("memory", memoryObject),
            ("prepared_bytes", .integer(plan.preparedBytes)),
            ("prepared_largest_bytes", .integer(plan.largestPreparedBytes)),
            ("derived_bytes", .integer(plan.derivedBytes)),
            (
                "tensors",
                .array(
                    tensors.map { tensor in
                        .object([
                            ("name", .string(tensor.name)), ("role", .string(tensor.role.rawValue.lowercased())),
                            ("shape", .array(tensor.type.shape.map(JSON.integer))),
                            ("batched", .bool(tensor.type.isBatched)), ("layout", .string(tensor.layout.description)),
                            ("element", .string(tensor.type.element.rawValue)),
                            ("region", .string(tensor.region.rawValue)), ("offset", .integer(tensor.offset)),
                            ("bytes", .integer(tensor.bytes)), ("sample_stride", .integer(tensor.sampleStrideBytes)),
                        ])
                    })
            ),
            ("steps", .array(zip(steps, groups).map(stepObject))),
        ])
    }

    /// How near the arena is to the least, and why; all in bytes of the arena.
    private var memoryObject: JSON {
        let report = plan.report
        return .object([
            ("strategy", .string(report.strategy.rawValue)), ("optimal", .bool(report.isOptimal)),
            ("proven_bound_bytes", .integer(report.provenBoundBytes)), ("gap_percent", .number(report.gapPercent)),
            ("search_nodes", .integer(report.searchNodes)), ("peak_step", .string(report.peakStep)),
            (
                "largest_at_peak",
                .array(
                    report.largestAtPeak.map { .object([("name", .string($0.name)), ("bytes", .integer($0.bytes))]) })
            ),
            (
                "saved",
                .object([
                    ("fusion", .integer(report.savings.fusedBytes)),
                    ("in_place", .integer(report.savings.inPlaceBytes)),
                    ("views", .integer(report.savings.viewBytes)),
                    ("streamed_updates", .integer(report.savings.streamedUpdateBytes)),
                    ("order", .integer(report.savings.orderBytes)),
                ])
            ),
        ])
    }

    private func stepObject(_ step: PlannedStep, group: Int) -> JSON {
        let node = graph[step.node]
        let numbers = StepNumbers(step, node, self)
        var members: [(key: String, value: JSON)] = [
            ("name", .string(step.name)), ("operation", .string(step.operation)),
            ("phase", .string(plan.program[step.node].phase.rawValue)), ("preparation", .bool(step.isPreparation)),
            ("algorithm", .string(step.algorithm)), ("group", .integer(group)),
            ("operands", .array(step.operands.map(JSON.integer))),
            ("tasks_per_sample", .integer(numbers.tasksPerSample)), ("tasks_fixed", .integer(numbers.tasksFixed)),
            ("workspace_bytes", .integer(numbers.workspaceBytes)),
            ("flops_per_sample", .number(numbers.flopsPerSample)), ("flops_fixed", .number(numbers.flopsFixed)),
            ("bytes_per_sample", .number(numbers.bytesPerSample)), ("bytes_fixed", .number(numbers.bytesFixed)),
        ]
        if step.name == node.name, let entry = plan.program[step.node].choice { members.append(("choice", entry.json)) }
        return .object(members)
    }
}
