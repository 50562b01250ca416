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
                "\(training.optimizer.kind.rawValue), lr \(training.optimizer.learningRate), batch \(training.batch), "
                    + "\(Text.count(training.epochs, "epoch")), init \(training.initialValues.rawValue), "
                    + "seed \(training.seed)"
            ))
        for plan in model.plans { lines.append(("arena, \(plan.name)", Text.bytes(plan.arenaBytes))) }
        return lines + (try memory(model, training.optimizer.kind, threads)) + (try tiles(model, threads))
    }

    private static func memory(
        _ model: Model, _ optimizer: OptimizerSettings.Kind, _ threads: Int
    ) throws -> [(String, String)] {
        var lines: [(String, String)] = []
        if model.planNames.contains("train") {
            let use = try MemoryUse(
                model: model, plans: Net.plans(.training(optimizer)), threads: threads, optimizer: optimizer.rawValue,
                preparedWeights: .recomputed)
            lines.append(("memory, training", description(use)))
        }
        let use = try MemoryUse(
            model: model, plans: Net.plans(.predicting), threads: threads, preparedWeights: .kept)
        lines.append(("memory, inference", description(use)))
        return lines
    }

    /// What tiles of large pictures are, for a model that has a plan for them.
    private static func tiles(_ model: Model, _ threads: Int) throws -> [(String, String)] {
        guard let geometry = try TileGeometry(model: model) else { return [] }
        let use = try MemoryUse(model: model, plans: [TileGeometry.plan], threads: threads, preparedWeights: .kept)
        let (rows, columns) = (geometry.rows, geometry.columns)
        return [
            (
                "tiles",
                "\(rows.tile) x \(columns.tile) pixels, each \(rows.step) x \(columns.step) behind the one before"
            ),
            ("memory, tiles", description(use)),
        ]
    }

    private static func description(_ use: MemoryUse) -> String {
        "\(Text.bytes(use.total)): arena \(Text.bytes(use.arena)), parameters \(Text.bytes(use.parameters)), "
            + "optimizer state \(Text.bytes(use.moments)), prepared weights \(Text.bytes(use.prepared)), "
            + "scratch \(Text.bytes(use.workspaces))"
    }
}
