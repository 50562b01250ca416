import ArgumentParser
import Base
import DataSets
import Nets
import Recipes
import Runtime
import Tasks
import TrainerSupport

/// `trainer info`.
struct InfoCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Says what this trainer was compiled for, what memory it takes and, with data, how long an epoch is.",
        discussion:
            "With --data, --images or --ranks it takes a few steps on made-up pictures, to time them.")

    @OptionGroup var data: DataOptions
    @OptionGroup var patches: PatchFlags
    @OptionGroup var flags: TrainingFlags
    @OptionGroup var network: NetworkOptions

    func run(_ context: TrainerContext) throws {
        let console = Console()
        let model = context.model
        let threads = data.threads ?? processorCount()
        let training = try flags.resolved(
            defaults: ModelDefaults(metadata: model.metadata).training, recorded: nil, model: model,
            processes: network.ranks.max())
        var lines = try InfoLines(model: model, settings: training, threads: threads).all
        if data.namesData {
            let interface = try NetInterface(model: model)
            guard interface.canTrain else { throw Net.noLoss(model) }
            var settings = try data.resolved(over: nil, task: interface.task)
            try patches.apply(to: &settings, model)
            let counts = try settings.counts(for: interface.task)
            lines.append(("pictures", "\(counts.training) train, \(counts.testing) test"))
            lines += try forecasts(model, training, settings, counts, threads, console)
        }
        for (label, value) in lines {
            console.answer(label + String(repeating: " ", count: max(1, 18 - label.count)) + value)
        }
        if !network.ranks.isEmpty { try forecastRanks(model, training, threads, console) }
    }

    private func forecasts(
        _ model: Model, _ settings: TrainingSettings, _ data: DataSettings, _ counts: (training: Int, testing: Int),
        _ threads: Int, _ console: Console
    ) throws -> [(String, String)] {
        let shape = try NetInterface(model: model).shape
        let first = try data.firstPicture(for: shape.task)
        let own = first.map { PictureSize(width: $0.width, height: $0.height) }
        let sampleBytes = (own.map { shape.decoded($0, data.patches) } ?? shape).sampleBytes(
            first?.depth ?? .bytes)
        let shares = try MemoryShares(training: model, settings, tests: data.tests, threads: threads)
        let memory = try MemoryForecast(
            model: model, shape: shape, settings: settings, tests: data.tests, threads: threads,
            pictures: min(
                counts.training + counts.testing, (self.data.cache ?? shares.cache).limit / max(1, sampleBytes))
                * sampleBytes,
            program: MemoryUse.residentBytes() ?? 0)
        console.draw("timing a few steps")
        defer { console.clear() }
        let net = try Net(
            model: model, for: settings.use(tests: data.tests), threads: threads, preparedWeights: .recomputed)
        let times = try StepMeasurement(net: net, settings: settings, training: counts.training).run()
        let time = TimeForecast(
            step: times.step, training: counts.training * (patches.patches ?? 1), batch: settings.samplesPerStep,
            test: try tiles(net, data, own, counts.testing)
                ?? .batches(of: times.testedBatch, count: TimeForecast.batches(counts.testing, model.batchCapacity)))
        return [("memory, this run", memory.text), ("time", time.text(epochs: settings.epochs))]
    }
}

extension InfoCommand {
    /// The tiles of test pictures of that size; nil where pictures are resized.
    private func tiles(
        _ net: Net, _ data: DataSettings, _ size: PictureSize?, _ count: Int
    ) throws -> TimeForecast.Test? {
        guard let patches = data.patches, let size else { return nil }
        return try RunForecast.tiles(
            TiledNet(of: net), Array(repeating: size.scaled(by: patches.scale), count: count))
    }
}

/// What `trainer info` says of a model, line by line.
struct InfoLines {
    var model: Model
    var settings: TrainingSettings
    var threads: Int

    var all: [(label: String, value: String)] {
        get throws {
            let defaults = try ModelDefaults(metadata: model.metadata)
            let task = try NetInterface(model: model).task
            var lines = [("graph", "\(model.graphName) (\(model.graphHash))")]
            lines.append(("compiler", "unetc \(defaults.compiler), target \(defaults.target)"))
            lines += shapes
            lines.append(("learns", task.description))
            lines.append(("parameters", "\(Text.grouped(model.parameterCount)) (\(Text.bytes(model.parameterBytes)))"))
            let free = model.trainedParameters
            let frozen = model.parameters.filter { $0.kind.isTrained && !free.contains($0) }
            if !frozen.isEmpty {
                let count = Text.grouped(frozen.reduce(0) { $0 + $1.elementCount })
                lines.append(("frozen", "\(Text.count(frozen.count, "parameter")) (\(count) numbers), by the compiler"))
            }
            lines.append(("batch", batch(defaults)))
            lines.append(("train defaults", training(try usual(defaults))))
            for plan in model.plans { lines.append(("arena, \(plan.name)", Text.bytes(plan.arenaBytes))) }
            return lines + (try memory()) + (try tiles())
        }
    }

    private var shapes: [(String, String)] {
        let plan = model.plan(for: .train) ?? model.plan(for: .infer)
        let values = plan.map { $0.inputs + $0.outputs } ?? []
        return [(TensorRole.input, "input"), (.target, "target"), (.output, "output")].flatMap { role, label in
            values.filter { $0.role == role }.map { (label, "\($0.name) \(Text.shape($0.shape))") }
        }
    }

    /// What the trainer takes where nobody says otherwise.
    private func usual(_ defaults: ModelDefaults) throws -> TrainingSettings {
        var rule = defaults.batches
        rule.capacity = model.batchCapacity
        var usual = defaults.training
        usual.batch = min(usual.batch, rule.largestUnasked)
        usual.steps.parts = try rule.parts(of: usual.batch)
        return usual
    }

    /// What goes through the net at once, and the graph's batch where it is another.
    private func batch(_ defaults: ModelDefaults) -> String {
        let own = defaults.training.batch
        let capacity = model.batchCapacity
        let text = capacity == 1 ? "1 goes through the net at once" : "1 to \(capacity) go through the net at once"
        let parts = defaults.batches.obstacleToParts == nil ? ", larger ones in parts" : ""
        return text + parts + (own == capacity ? "" : "; the graph's is \(own)")
    }

    private func training(_ settings: TrainingSettings) -> String {
        settings.summary + ", init \(settings.initialValues.rawValue), seed \(settings.seed)"
    }

    private func memory() throws -> [(String, String)] {
        var uses: [(String, MemoryUse)] = []
        if model.plan(for: .train) != nil {
            uses.append(("memory, training", try settings.memory(model, threads: threads)))
        }
        let inference = try MemoryUse(
            model: model, plans: Net.plans(.predicting, of: model), threads: threads, preparedWeights: .kept)
        uses.append(("memory, inference", inference))
        return uses.map { ($0, "\(Text.bytes($1.total)): \(MemoryForecast.parts($1))") }
    }

    /// What tiles of large pictures are, for a model that has a plan for them.
    private func tiles() throws -> [(String, String)] {
        guard let known = try TileSizes(model: model) else { return [] }
        let use = try MemoryUse(
            model: model, plans: PlanNames.tiles(of: model), threads: threads, preparedWeights: .kept)
        let lines = known.geometries.map { tile in
            let (rows, columns) = (tile.rows, tile.columns)
            return (
                "tiles",
                "\(rows.tile) x \(columns.tile) pixels, each \(rows.step) x \(columns.step) behind the one before"
            )
        }
        return lines + [
            ("memory, tiles", "\(Text.bytes(use.total)): \(MemoryForecast.parts(use)), and rows")
        ]
    }
}
