import ArgumentParser
import Runtime

/// `trainer info`.
struct InfoCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Says what this trainer was compiled for and what memory it takes.")

    @Option(help: "Threads that memory is predicted for; default: one per processor.")
    var threads: Int?

    mutating func validate() throws { try validateThreads(threads) }

    func run(_ context: TrainerContext) throws {
        let console = Console()
        for (label, value) in try Self.lines(context.model, threads: threads ?? processorCount()) {
            console.answer(label + String(repeating: " ", count: max(1, 18 - label.count)) + value)
        }
    }

    static func lines(_ model: Model, threads: Int) throws -> [(String, String)] {
        let defaults = try ModelDefaults(metadata: model.metadata)
        let task = try NetInterface(model: model).task
        let plan = model.plans.first { $0.name == "train" } ?? model.plans.first { $0.name == "infer" }
        let values = plan.map { $0.inputs + $0.outputs } ?? []
        var lines = [("graph", "\(model.graphName) (\(model.graphHash))")]
        lines.append(("compiler", "unetc \(defaults.compiler), target \(defaults.target)"))
        for (role, label) in [(TensorRole.input, "input"), (.target, "target"), (.output, "output")] {
            for value in values where value.role == role {
                lines.append((label, "\(value.name) \(Text.shape(value.shape))"))
            }
        }
        lines.append(("learns", task.description))
        lines.append(("parameters", "\(Text.grouped(model.parameterCount)) (\(Text.bytes(model.parameterBytes)))"))
        lines.append(("batch", "1 to \(model.batchCapacity)"))
        let training = defaults.training
        lines.append(
            (
                "train defaults",
                training.summary + ", init \(training.initialValues.rawValue), seed \(training.seed)"
            ))
        for plan in model.plans { lines.append(("arena, \(plan.name)", Text.bytes(plan.arenaBytes))) }
        return lines + (try memory(model, training, threads))
    }

    private static func memory(
        _ model: Model, _ training: TrainingSettings, _ threads: Int
    ) throws -> [(String, String)] {
        var lines: [(String, String)] = []
        if model.planNames.contains("train") {
            let use = try MemoryUse(
                model: model, plans: Net.plans(training.use), threads: threads,
                optimizer: training.optimizer.kind.rawValue, extras: training.steps.extras, preparedWeights: .recomputed
            )
            lines.append(("memory, training", description(use)))
        }
        let use = try MemoryUse(
            model: model, plans: Net.plans(.predicting), threads: threads, preparedWeights: .kept)
        lines.append(("memory, inference", description(use)))
        return lines
    }

    private static func description(_ use: MemoryUse) -> String {
        "\(Text.bytes(use.total)): arena \(Text.bytes(use.arena)), parameters \(Text.bytes(use.parameters)), "
            + "optimizer state \(Text.bytes(use.moments)), "
            + (use.extras > 0 ? "gradient sums and averages \(Text.bytes(use.extras)), " : "")
            + "prepared weights \(Text.bytes(use.prepared)), "
            + "scratch \(Text.bytes(use.workspaces))"
    }
}
