import Base
import Runtime

/// `plan.json` of a run: what the model computes in which order, by which algorithms, and where everything lies.
package struct PlanDescription {
    /// A step and a tensor on a line each; the same for the same compiled model.
    package let text: String

    package init(_ model: Model) {
        let plans = model.plans.map { plan in
            JSON.object([
                ("name", .string(plan.name)), ("arena_bytes", .integer(plan.arenaBytes)),
                ("prepared_bytes", .integer(plan.preparedBytes)),
                ("derived_bytes", .integer(plan.derivedBytes)),
                ("steps", .array(plan.steps.map(Self.step))),
                ("tensors", .array(plan.tensors.map(Self.tensor))),
            ])
        }
        let json = JSON.object([
            ("graph", .string(model.graphName)), ("graph_hash", .string(model.graphHash)),
            ("batch_capacity", .integer(model.batchCapacity)), ("plans", .array(plans)),
        ])
        text = json.pretty(depth: 4, .compact) + "\n"
    }

    private static func step(_ step: StepInfo) -> JSON {
        .object([
            ("name", .string(step.name)), ("operation", .string(step.operation)),
            ("source", .string(step.source)), ("algorithm", .string(step.algorithm)),
            ("phase", .string("\(step.phase)")),
            ("tasks_per_sample", .integer(step.tasksPerSample)),
            ("tasks", .integer(step.fixedTasks)),
        ])
    }

    private static func tensor(_ tensor: TensorInfo) -> JSON {
        .object([
            ("name", .string(tensor.name)), ("role", .string("\(tensor.role)")),
            ("region", .string("\(tensor.region)")),
            ("shape", .array(tensor.shape.map(JSON.integer))),
            ("batched", .bool(tensor.isBatched)), ("offset", .integer(tensor.offset)),
            ("bytes", .integer(tensor.bytes)),
        ])
    }

    /// Whether any step multiplies matrices by OpenBLAS, whose bits depend on the processor.
    static func usesOpenBLAS(_ model: Model) -> Bool {
        model.plans.contains { $0.steps.contains { $0.algorithm.contains("gemm") } }
    }
}
