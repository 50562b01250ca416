import Base
import GraphIR
import KernelIR
import Kernels

/// The model's tables: tensors, steps, plans and optimisers as C constants, the header that names the kernels, and the
/// same as JSON.
struct ModelTables {
    let plans: [LoweredPlan]
    /// For each plan the function of each step.
    let functions: [[String?]]
    /// The functions of each file of kernels.
    let contents: [(path: String, functions: [String])]
    let optimizers: [OptimizerKernel]
    let training: TrainingKernels
    let description: ModelDescription
    let usesGemm: Bool

    private var graph: Graph { plans.first?.graph ?? Graph(name: "empty") }

    // MARK: model.h

    /// The net's interface: what it takes and gives, and which file has which kernels.
    ///
    /// Every file of kernels includes it, so that it says nothing that changes where they do not, such as places in memory.
    var header: String {
        let declarations = contents.map { file in
            "/* \(commentText(file.path)) */\n"
                + file.functions.map { "void \($0)(const unetc_call *call, int64_t task);\n" }.joined()
        }
        return """
            /* The net "\(commentText(graph.name))".
             *
            \(interface.map { " *   \(commentText($0))\n" }.joined()) *
             * N is the batch. unetc_model_get() (unetc_model.h) returns the tables of model.c: which tensors there are, where each
             * lies, and which kernel runs when. A kernel computes one task of its step; tasks may run in any order and at once.
             */
            #ifndef UNETC_GENERATED_MODEL_H
            #define UNETC_GENERATED_MODEL_H

            #include "unetc_model.h"

            /* A shared library's own: else those of another net in the same program might be taken for them. */
            #if defined(__GNUC__)
            #pragma GCC visibility push(hidden)
            #endif

            \(declarations.joined(separator: "\n"))
            #if defined(__GNUC__)
            #pragma GCC visibility pop
            #endif

            #endif

            """
    }

    /// Inputs, targets and outputs with their shapes, a line each.
    private var interface: [String] {
        let leaves = graph.ids.compactMap { id -> (kind: String, name: String, type: TensorType)? in
            switch graph[id].op {
            case .input: ("input", graph[id].name, graph[id].type)
            case .target: ("target", graph[id].name, graph[id].type)
            default: nil
            }
        }
        let rows = leaves + graph.outputs.map { ("output", $0.name, graph[$0.node].type) }
        let width = rows.map(\.name.count).max() ?? 0
        let padded = { (text: String, count: Int) in text + String(repeating: " ", count: max(0, count - text.count)) }
        let elements = graph.parameters.reduce(0) { $0 + graph[$1].type.elementCount }
        return rows.map { padded($0.kind, 8) + padded($0.name, width + 2) + $0.type.description }
            + ["\(graph.parameters.count) parameters of \(elements) floats"]
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
                .graph_hash = \(cString(description.structureHash)),
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
            + (plan.tile == nil ? "NULL" : "&\(plan.name)_tiling") + ", \(plan.kind.constant)},"
    }

    private func planTables(_ plan: LoweredPlan, _ functions: [String?]) -> String {
        let operands = plan.steps.enumerated().map { index, step in
            let names = step.operands.map { plan.tensors[$0].name }.joined(separator: ", ")
            return "\(step.operands.map(String.init).joined(separator: ", ")), /* \(index) \(commentText(names)) */"
        }
        var starts: [Int] = []
        var count = 0
        for step in plan.steps {
            starts.append(count)
            count += step.operands.count
        }
        let steps = plan.steps.indices.map { stepRow(plan, $0, functions[$0], firstOperand: starts[$0]) }
        return """

            /* Plan "\(plan.name)": \(plan.steps.count) steps over \(plan.tensors.count) tensors, arena of \(plan.plan.arenaBytes) bytes. */

            /* number: name, role, region, rank, shape of a sample, batched, kind of parameter, fan-in, offset in the region,
             * bytes, bytes from sample to sample, 1 + number of the tensor that it is a part of, how it is stored: elements,
             * channels side by side */
            static const unetc_tensor \(plan.name)_tensors[] = {
            \(plan.tensors.enumerated().map { tensorRow($1, $0) }.joined(separator: "\n"))
            };

            /* The operands of the steps, results first, as numbers of tensors: a line a step. */
            static const int32_t \(plan.name)_operands[] = {
            \((operands.isEmpty ? ["0"] : operands).map { "    \($0)" }.joined(separator: "\n"))
            };

            /* In the order in which they run: name, operation, source, algorithm, phase, kernel, operands (how many, where they
             * begin), tasks (a sample, besides), count, bytes of workspace, FLOPs (a sample, besides), bytes moved (a sample,
             * besides), whether it is a preparation, what it does with each operand, kind, whether it may run beside the one above it,
             * weight of a task, scope (0: each sample, 1: a sum over them, 2: the whole batch), parts of samples that it reads in an
             * operand (1 + which, offset and stride in bytes) */
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
            + "\(tensor.sampleStrideBytes), \(tensor.partOf.map { $0 + 1 } ?? 0), "
            + "UNETC_ELEMENT_\(tensor.type.element.rawValue.uppercased()), \(tensor.layout.block)},"
    }

    private func stepRow(_ plan: LoweredPlan, _ index: Int, _ function: String?, firstOperand: Int) -> String {
        let step = plan.steps[index]
        let node = plan.graph[step.node]
        let place = node.origin.location.map { "\($0.file):\($0.line)" } ?? ""
        let numbers = StepNumbers(step, node, plan)
        return "    /* \(index) */ {\(cString(step.name)), \(cString(step.operation)), \(cString(place)), "
            + "\(cString(step.algorithm)), \(plan.plan.program[step.node].phase.constant), \(function ?? "NULL"), "
            + "\(step.operands.count), &\(plan.name)_operands[\(firstOperand)], \(numbers.tasksPerSample), "
            + "\(numbers.tasksFixed), \(numbers.count), \(numbers.workspaceBytes), \(cDouble(numbers.flopsPerSample)), "
            + "\(cDouble(numbers.flopsFixed)), \(cDouble(numbers.bytesPerSample)), \(cDouble(numbers.bytesFixed)), "
            + "\(step.isPreparation ? 1 : 0), \(cString(step.accesses)), "
            + "\(StepKind(node.op, step.stage).constant), \(step.isBeside ? 1 : 0), \(cDouble(step.taskWeight)), "
            + "\(step.scope.rawValue), \(parts(step))},"
    }

    private func parts(_ step: PlannedStep) -> String {
        guard let (operand, parts) = step.parts else { return "0, 0, 0" }
        let bytes = ElementType.float32.bytes
        return "\(operand + 1), \(bytes * parts.offset), \(bytes * parts.stride)"
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
            ("target", .string(description.target.name)), ("precision", .string(description.precision.rawValue)),
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
        if !options.frozen.isEmpty { members.append(("freeze", .array(options.frozen.map { .string($0.text) }))) }
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
