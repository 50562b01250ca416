import Base
import Imaging
import Nets
import Ranks
import Recipes
import Runtime
import TrainerSupport

extension InfoCommand {
    /// What several hosts would take.
    func forecastRanks(
        _ model: Model, _ settings: TrainingSettings, _ threads: Int, _ console: Console
    ) throws {
        guard settings.sharesBatches(model) else {
            throw TrainerError(
                "--ranks forecasts batches that go through the net at once, found \(settings.summary)",
                hint: "use a --batch of at most \(model.batchCapacity)")
        }
        if let most = network.ranks.max(), most > settings.steps.leaves {
            throw TrainerError(
                "--ranks \(most): a batch is cut into \(settings.steps.leaves) micro-batches",
                hint: "use a larger --batch with as many --micro-batches, or fewer processes")
        }
        console.draw("timing a few steps")
        defer { console.clear() }
        let net = try Net(
            model: model, for: settings.use(tests: .resized), threads: threads, preparedWeights: .recomputed)
        net.parameters.initialize(settings.initialValues, seed: settings.seed)
        let measurement = StepMeasurement(net: net, settings: settings, training: settings.samplesPerStep)
        var forecast = RankForecast(
            network: RankForecast.Network(rate: network.network, latency: network.latency * 1e-6),
            alone: try measurement.seconds(at: .alone))
        for count in network.ranks {
            let places = (0..<count).map { RankPlace(rank: $0, count: count) }
            let largest = places.max { measurement.samples(at: $0) < measurement.samples(at: $1) } ?? .alone
            let trace = ShareTrace()
            let seconds = try measurement.seconds(at: largest, trace: trace)
            forecast.add(
                ranks: count, leaves: settings.steps.leaves, pictures: measurement.samples(at: largest),
                compute: seconds, trace)
        }
        console.clear()
        console.answer(
            "\nOn hosts like this one with \(Text.count(threads, "thread")), whose network carries "
                + "\(Text.plain(network.network / 1e9)) Gbit/s with \(Text.plain(network.latency)) µs a message:")
        for line in forecast.lines { console.answer("  " + line) }
        guard let path = network.curve else { return }
        let title = "\(model.graphName), batch \(settings.samplesPerStep): a step shared out"
        try forecast.picture(title: title).writePNG(to: path)
        console.answer("the curve is in \(path)")
    }
}
