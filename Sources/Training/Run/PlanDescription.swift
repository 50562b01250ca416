import Runtime

/// `plan.json` of a run: what the model computes in which order, by which algorithms, and where everything lies.
struct PlanDescription {
    /// A step and a tensor on a line each; the same for the same compiled model.
    let text: String

    init(_ model: Model) {
        let plans = model.plans.map { plan in
            JSONValue.object([
                JSONMember("name", .string(plan.name)), JSONMember("arena_bytes", .integer(plan.arenaBytes)),
                JSONMember("prepared_bytes", .integer(plan.preparedBytes)),
                JSONMember("derived_bytes", .integer(plan.derivedBytes)),
                JSONMember("steps", .array(plan.steps.map(Self.step))),
                JSONMember("tensors", .array(plan.tensors.map(Self.tensor))),
            ])
        }
        let json = JSONValue.object([
            JSONMember("graph", .string(model.graphName)), JSONMember("graph_hash", .string(model.graphHash)),
            JSONMember("batch_capacity", .integer(model.batchCapacity)), JSONMember("plans", .array(plans)),
        ])
        text = json.laidOut(depth: 4) + "\n"
    }

    private static func step(_ step: StepInfo) -> JSONValue {
        .object([
            JSONMember("name", .string(step.name)), JSONMember("operation", .string(step.operation)),
            JSONMember("source", .string(step.source)), JSONMember("algorithm", .string(step.algorithm)),
            JSONMember("phase", .string("\(step.phase)")),
            JSONMember("tasks_per_sample", .integer(step.tasksPerSample)),
            JSONMember("tasks", .integer(step.fixedTasks)),
        ])
    }

    private static func tensor(_ tensor: TensorInfo) -> JSONValue {
        .object([
            JSONMember("name", .string(tensor.name)), JSONMember("role", .string("\(tensor.role)")),
            JSONMember("region", .string("\(tensor.region)")),
            JSONMember("shape", .array(tensor.shape.map(JSONValue.integer))),
            JSONMember("batched", .bool(tensor.isBatched)), JSONMember("offset", .integer(tensor.offset)),
            JSONMember("bytes", .integer(tensor.bytes)),
        ])
    }

    /// Whether any step multiplies matrices by OpenBLAS, whose bits depend on the processor.
    static func usesOpenBLAS(_ model: Model) -> Bool {
        model.plans.contains { $0.steps.contains { $0.algorithm.contains("gemm") } }
    }
}
