import Base
import DataSets
import Nets
import Predictions
import Recipes
import Runtime
import Tasks
import TrainerSupport

/// Times a session's first steps, and says once how long an epoch takes.
final class RunForecast {
    private let steps: EpochSteps
    /// How many are to be trained.
    private let epochs: Int
    private let console: Console
    private let spans: SpanRecorder?
    /// Whether it is needed by others than people.
    private let isNeeded: Bool
    /// The forecast, once it is made.
    private(set) var made: TimeForecast?
    /// nil once the forecast is made.
    private var meter: SpeedMeter? = SpeedMeter(warmUp: 1)
    /// When the step before ended.
    private var last = 0.0

    init(steps: EpochSteps, epochs: Int, console: Console, spans: SpanRecorder?, isNeeded: Bool = false) {
        self.steps = steps
        self.epochs = epochs
        self.console = console
        self.spans = spans
        self.isNeeded = isNeeded
    }

    /// The first step of an epoch begins now.
    func begin() { last = monotonicSeconds() }

    /// Looks at the clock after a step, and makes the forecast once enough steps were timed.
    /// - Returns: the seconds that the forecast itself took.
    /// - Throws: `RuntimeError` when the net cannot run.
    func note(_ progress: RunProgress) throws -> Double {
        guard isNeeded || !console.isQuiet, meter != nil else { return 0 }
        let now = monotonicSeconds()
        meter?.add(now - last)
        last = now
        let isLast = progress.stepInEpoch == steps.count
        guard let timed = meter, timed.isDone || isLast else { return 0 }
        meter = nil
        guard let step = timed.mean, epochs > 1 || !isLast else { return 0 }
        let (data, net) = (steps.data, steps.net)
        let test = try spans.measure(.forecast) { try timeOfTest(net, data) }
        let forecast = TimeForecast(
            step: step, training: data.epochCount, batch: steps.settings.samplesPerStep, test: test)
        made = forecast
        console.clear()
        console.say("time: " + forecast.text(epochs: epochs - progress.epoch))
        return monotonicSeconds() - now
    }

    /// What the test of an epoch takes: it changes nothing.
    private func timeOfTest(_ net: Net, _ data: DataSet) throws -> TimeForecast.Test {
        guard data.patches == nil else {
            return try Self.tiles(TiledNet(of: net), data.testing.map { data.samples[$0].size })
        }
        guard !data.testing.isEmpty else { return .batches(of: 0, count: 0) }
        let samples = Array(data.testing.prefix(net.model.batchCapacity))
        var meter = SpeedMeter(warmUp: 1)
        for _ in 0..<3 {
            let start = monotonicSeconds()
            _ = try test(net, on: samples, of: data)
            meter.add(monotonicSeconds() - start)
        }
        return .batches(
            of: (meter.mean ?? 0) * Double(net.model.batchCapacity) / Double(samples.count),
            count: TimeForecast.batches(data.testing.count, net.model.batchCapacity))
    }

    /// Of the tiles of whole pictures, beside which the loss of a few pieces is nothing.
    /// - Parameter sizes: of the pictures, as the net sees them.
    static func tiles(_ net: TiledNet, _ sizes: [PictureSize]) throws -> TimeForecast.Test {
        var (seconds, count) = (0.0, 0)
        for (tile, times) in net.tileCounts(of: sizes) where times > 0 {
            var meter = SpeedMeter(warmUp: 1)
            for _ in 0..<3 {
                let start = monotonicSeconds()
                try net.runOnce(tile)
                meter.add(monotonicSeconds() - start)
            }
            seconds += (meter.mean ?? 0) * Double(times)
            count += times
        }
        return .tiles(in: seconds, count: count)
    }
}
