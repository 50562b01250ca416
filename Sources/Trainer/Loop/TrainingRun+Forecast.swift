import Base
import Predictions
import Runtime

extension TrainingRun {
    /// Looks at the clock after a step, and once enough steps were timed says how long an epoch takes.
    ///
    /// - Parameter start: when the step before ended; moved to now.
    /// - Throws: `RuntimeError` when the net cannot run.
    func forecast(since start: inout Double, stepsPerEpoch: Int) throws {
        guard !console.isQuiet, var meter = forecastMeter else { return }
        let now = monotonicSeconds()
        meter.add(now - start)
        start = now
        let isLast = record.progress.stepInEpoch == stepsPerEpoch
        guard meter.isDone || isLast else { return forecastMeter = meter }
        forecastMeter = nil
        guard let step = meter.mean, epochs > 1 || !isLast else { return }
        let testedBatch = try spans.measure(.forecast) { try timeOfTest() }
        let forecast = TimeForecast(
            step: step, testedBatch: testedBatch, training: data.training.count, testing: data.testing.count,
            batch: settings.samplesPerStep, capacity: net.model.batchCapacity)
        console.clear()
        console.say("time: " + forecast.text(epochs: epochs - record.progress.epoch))
        start = monotonicSeconds()
        forecastSeconds = start - now
    }

    /// The seconds that the test of a batch takes: it changes nothing.
    private func timeOfTest() throws -> Double {
        guard !data.testing.isEmpty else { return 0 }
        let samples = Array(data.testing.prefix(net.model.batchCapacity))
        var meter = SpeedMeter(warmUp: 1)
        for _ in 0..<3 {
            let start = monotonicSeconds()
            _ = try test(net, on: samples, of: data)
            meter.add(monotonicSeconds() - start)
        }
        return (meter.mean ?? 0) * Double(net.model.batchCapacity) / Double(samples.count)
    }
}
