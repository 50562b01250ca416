import GraphIR
import KernelIR
import Kernels

/// The model's tables: tensors, steps, plans and optimisers as C constants, the header that names the kernels, and the
/// same as JSON.
struct ModelTables {
    let plans: [LoweredPlan]
    /// For each plan the function of each step.
    let functions: [[String?]]
    let optimizers: [OptimizerKernel]
    let training: TrainingKernels
    let description: ModelDescription
    let usesGemm: Bool

    private var graph: Graph { plans.first?.graph ?? Graph(name: "empty") }

    // MARK: model.h

    var header: String {
        var declared: [String] = []
        for name in functions.joined().compactMap({ $0 }) + optimizers.map(\.kernel.name) + training.all.map(\.name)
        where !declared.contains(name) {
            declared.append(name)
        }
        let declarations = declared.map { "void \($0)(const unetc_call *call, int64_t task);" }
        return """
            /* The kernels of \(commentText(graph.name)); each computes one task of its step. */
            #ifndef UNETC_GENERATED_MODEL_H
            #define UNETC_GENERATED_MODEL_H

            #include "unetc_model.h"

            \(declarations.joined(separator: "\n"))

            #endif

            """
    }

    // MARK: model.c

    var source: String {
        var text = """
            /* \(commentText(graph.name)): tables of tensors, steps and plans, from \(commentText(description.sourceName)). */
            #include <stddef.h>
            #include "model.h"
            \(usesGemm ? "#include \"unetc_gemm.h\"\n#include <math.h>\n" : "")
            """
        for (index, plan) in plans.enumerated() { text += planTables(plan, functions[index]) }
        text += """
            static const unetc_plan plans[] = {
            \(plans.map(planRow).joined(separator: "\n"))
            };

            static const unetc_optimizer optimizers[] = {
            \(optimizers.map { "    {\(cString($0.name)), \($0.moments), \($0.kernel.name)}," }.joined(separator: "\n"))
            };

            \(startUpChecks(usesGemm: usesGemm))
            static const unetc_model model = {
                .magic = UNETC_MODEL_MAGIC,
                .abi = UNETC_MODEL_ABI,
                .graph_name = \(cString(graph.name)),
                .graph_source = \(cString(description.sourceText)),
                .metadata = \(cString(metadata.text)),
                .graph_hash = \(cString(structureHash)),
                .batch_capacity = \(description.batchCapacity),
                .parameter_bytes = \(plans.first?.plan.parameterBytes ?? 0),
                .plan_count = \(plans.count),
                .plans = plans,
                .optimizer_count = \(optimizers.count),
                .optimizers = optimizers,
                .prepare = prepare,
                .update_chunk = \(updateChunk),
                .accumulate = \(training.accumulate.name),
                .average = \(training.average.name),
            };

            const unetc_model *unetc_model_get(void) { return &model; }

            """
        return text
    }

    private func planRow(_ plan: LoweredPlan) -> String {
        "    {\(cString(plan.name)), \(plan.tensors.count), \(plan.name)_tensors, \(plan.steps.count), "
            + "\(plan.name)_steps, \(plan.plan.arenaBytes), \(plan.plan.preparedBytes), "
            + "\(plan.plan.largestPreparedBytes), \(plan.plan.derivedBytes), \(plan.plan.batchCapacity), "
            + (plan.tile == nil ? "NULL}," : "&\(plan.name)_tiling},")
    }

    private func planTables(_ plan: LoweredPlan, _ functions: [String?]) -> String {
        let operands = plan.steps.map { "\($0.operands.map(String.init).joined(separator: ", "))," }
        var starts: [Int] = []
        var count = 0
        for step in plan.steps {
            starts.append(count)
            count += step.operands.count
        }
        let steps = plan.steps.indices.map { stepRow(plan, $0, functions[$0], firstOperand: starts[$0]) }
        return """

            /* Plan "\(plan.name)": arena of \(plan.plan.arenaBytes) bytes. */
            static const unetc_tensor \(plan.name)_tensors[] = {
            \(plan.tensors.enumerated().map { tensorRow($1, $0) }.joined(separator: "\n"))
            };

            /* The operands of the steps, one line a step. */
            static const int32_t \(plan.name)_operands[] = {
            \((operands.isEmpty ? ["0"] : operands).map { "    \($0)" }.joined(separator: "\n"))
            };

            static const unetc_step \(plan.name)_steps[] = {
            \(steps.joined(separator: "\n"))
            };
            \(plan.tile.map { tilingTable($0, of: plan) } ?? "")

            """
    }

    private func tilingTable(_ tile: TileExactness, of plan: LoweredPlan) -> String {
        let (halo, alignment) = (tile.halo, tile.alignment)
        return """

            static const unetc_tiling \(plan.name)_tiling = {
                .alignment = {\(alignment.height), \(alignment.width)},
                .halo_before = {\(halo.top), \(halo.left)},
                .halo_after = {\(halo.bottom), \(halo.right)},
            };

            """
    }

    private func tensorRow(_ tensor: TensorEntry, _ index: Int) -> String {
        let shape = (tensor.type.shape + [0, 0, 0, 0]).prefix(4).map(String.init).joined(separator: ", ")
        let kind = tensor.parameterKind?.constant ?? "NONE"
        return "    /* \(index) */ {\(cString(tensor.name)), UNETC_ROLE_\(tensor.role.rawValue), "
            + "UNETC_REGION_\(tensor.region.rawValue.uppercased()), \(tensor.type.shape.count), {\(shape)}, \(tensor.type.isBatched ? 1 : 0), "
            + "UNETC_PARAMETER_\(kind), \(tensor.fanIn), \(tensor.offset), \(tensor.bytes), "
            + "\(tensor.sampleStrideBytes), \(tensor.partOf.map { $0 + 1 } ?? 0)},"
    }

    private func stepRow(_ plan: LoweredPlan, _ index: Int, _ function: String?, firstOperand: Int) -> String {
        let step = plan.steps[index]
        let node = plan.graph[step.node]
        let place = node.origin.location.map { "\($0.file):\($0.line)" } ?? ""
        let numbers = StepNumbers(step, node, plan)
        return "    {\(cString(step.name)), \(cString(step.operation)), \(cString(place)), "
            + "\(cString(step.algorithm)), \(Phase(node).constant), \(function ?? "NULL"), "
            + "\(step.operands.count), &\(plan.name)_operands[\(firstOperand)], \(numbers.tasksPerSample), "
            + "\(numbers.tasksFixed), \(numbers.count), \(numbers.workspaceBytes), \(cDouble(numbers.flopsPerSample)), "
            + "\(cDouble(numbers.flopsFixed)), \(cDouble(numbers.bytesPerSample)), \(cDouble(numbers.bytesFixed)), "
            + "\(step.isPreparation ? 1 : 0), \(cString(step.accesses))},"
    }

    // MARK: JSON

    /// What the trainer needs to know beyond the tables.
    var metadata: JSON {
        let options = graph.training
        let names = { (kind: Op) in
            JSON.array(
                (plans.first?.graph.nodes ?? []).filter { $0.op == kind }.map { .string($0.name) })
        }
        return .object([
            ("compiler", .string(description.compilerVersion)),
            ("target", .string(description.target.name)),
            ("vector_width", .integer(description.target.vectorWidth)),
            ("source", .string(description.sourceName)),
            ("parameters", .object(description.parameters.map { ($0.name, .string($0.value)) })),
            ("train", trainJSON(options)),
            ("step_batch", description.stepBatch.map(JSON.integer) ?? .null),
            ("memory_budget", description.memoryBudget.map(JSON.integer) ?? .null),
            ("splits_batches", .bool(description.obstacleToSplitting == nil)),
            ("obstacle_to_splitting", description.obstacleToSplitting.map(JSON.string) ?? .null),
            ("inputs", names(.input)),
            ("targets", graph.targetsJSON),
            ("outputs", .array(graph.outputs.map { .string($0.name) })),
        ])
    }

    private func trainJSON(_ options: TrainingOptions) -> JSON {
        var members: [(key: String, value: JSON)] = []
        switch options.optimizer {
        case .adam(let rate, let beta1, let beta2, let epsilon, let decay),
            .adamw(let rate, let beta1, let beta2, let epsilon, let decay):
            members = [
                ("optimizer", .string(options.optimizer.name)), ("lr", .number(rate)), ("beta1", .number(beta1)),
                ("beta2", .number(beta2)), ("eps", .number(epsilon)), ("weight_decay", .number(decay)),
                ("momentum", .number(0)),
            ]
        case .sgd(let rate, let momentum, let decay):
            members = [
                ("optimizer", .string("sgd")), ("lr", .number(rate)), ("beta1", .number(0.9)),
                ("beta2", .number(0.999)), ("eps", .number(1e-8)), ("weight_decay", .number(decay)),
                ("momentum", .number(momentum)),
            ]
        }
        members += [
            ("batch", .integer(options.batch)), ("epochs", .integer(options.epochs)),
            ("init", .string(options.initialValues.rawValue)), ("seed", .integer(Int(clamping: options.seed))),
        ]
        // In the form of the flag.
        let schedule = options.schedule
        let numbers = schedule.numbers.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        members += [
            ("schedule", .string(schedule.name + (numbers.isEmpty ? "" : ":" + numbers))),
            ("warmup", .number(options.warmup)), ("accumulate", .integer(options.accumulate)),
        ]
        if let clip = options.clip { members.append(("clip", .number(clip))) }
        if let ema = options.ema { members.append(("ema", .number(ema))) }
        if let patience = options.patience { members.append(("patience", .integer(patience))) }
        if let bestBy = options.bestBy { members.append(("best_by", .string(bestBy))) }
        return .object(members)
    }

    var planJSON: JSON {
        .object([
            ("graph", .string(graph.name)),
            ("batch", .integer(description.batchCapacity)),
            ("metadata", metadata),
            ("parameter_bytes", .integer(plans.first?.plan.parameterBytes ?? 0)),
            ("plans", .array(plans.map(\.json))),
        ])
    }

    /// Equal for graphs that compute the same with the same parameters, whatever their target, plan and places in the
    /// text: FNV-1a over the elaborated graph.
    private var structureHash: String {
        let digits = String(fnv1a64(description.structure), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension ParameterKind {
    /// The kind's name in `UNETC_PARAMETER_…`.
    fileprivate var constant: String {
        switch self {
        case .weight: "WEIGHT"
        case .bias: "BIAS"
        case .scale: "SCALE"
        case .shift: "SHIFT"
        case .runningMean: "RUNNING_MEAN"
        case .runningVariance: "RUNNING_VARIANCE"
        }
    }
}
