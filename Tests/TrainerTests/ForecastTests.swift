import Runtime
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Recipes
@testable import Trainer

@Suite struct ForecastTests {
    @Test func firstTimesDoNotCount() {
        var meter = SpeedMeter(warmUp: 2)
        for seconds in [9.0, 7, 1, 2] {
            #expect(!meter.isDone)
            meter.add(seconds)
        }
        #expect(meter.mean == 1.5)
        meter.add(1)
        #expect(meter.isDone, "four seconds are enough")
    }

    @Test func manyShortTimesAreEnough() {
        var meter = SpeedMeter(warmUp: 0)
        for _ in 0..<SpeedMeter.enough.times { meter.add(0.001) }
        #expect(meter.isDone)
        #expect(SpeedMeter(warmUp: 0).mean == nil)
    }

    @Test func anEpochIsItsStepsAndItsTest() {
        let forecast = TimeForecast(
            step: 0.1139, training: 479, batch: 16,
            test: .batches(of: 0.05, count: TimeForecast.batches(120, 16)))
        #expect(forecast.stepsPerEpoch == 30 && forecast.test == .batches(of: 0.05, count: 8))
        #expect(
            forecast.text(epochs: 20)
                == "an epoch takes about 3.8 s (30 steps of 113.9 ms, a test of 8 batches of 50.0 ms), 20 epochs 1:16")
        let untested = TimeForecast(step: 200, training: 1, batch: 16, test: .batches(of: 0, count: 0))
        #expect(untested.text(epochs: 1) == "an epoch takes about 3:20 (1 step of 3:20), 1 epoch 3:20")
        let tiled = TimeForecast(step: 1, training: 32, batch: 16, test: .tiles(in: 3, count: 6))
        #expect(
            tiled.text(epochs: 2)
                == "an epoch takes about 5.0 s (2 steps of 1.0 s, a test of 6 tiles in 3.0 s), 2 epochs 0:10")
    }

    private func fitting(_ schedule: String, seconds: Double, epochs: Int = 50) throws -> ScheduleFitting? {
        var settings = TrainingSettings(epochs: epochs)
        settings.steps.schedule = try Schedule(parsing: schedule)
        return ScheduleFitting(settings, secondsAllowed: seconds, stepsPerEpoch: 10)
    }

    @Test func fewEpochsAreFittedBySteps() throws {
        let fitting = try #require(try fitting("one-cycle", seconds: 100))
        // Ten steps and a test: 30 s. After four steps 90 - 8 - 22 s are left beyond this epoch.
        let forecast = TimeForecast(step: 2, training: 160, batch: 16, test: .batches(of: 5, count: 2))
        let progress = RunProgress(step: 4, stepInEpoch: 4)
        let outcome = try #require(fitting.outcome(progress, elapsed: 8, forecast))
        #expect(outcome == .fitted(ScheduleFit(from: 4, epochs: 3), secondsOfEpoch: 30))
        let text = try #require(fitting.text(outcome))
        #expect(text.contains("from step 5 on it ends after 3 epochs instead of 50"), "\(text)")
        #expect(fitting.outcome(progress, elapsed: 80, forecast) == .tooShort(secondsOfEpoch: 30))
    }

    @Test func manyEpochsWaitForOneToBeMeasured() throws {
        let fitting = try #require(try fitting("cosine", seconds: 100))
        let forecast = TimeForecast(step: 0.2, training: 160, batch: 16, test: .batches(of: 0.1, count: 2))
        #expect(fitting.outcome(RunProgress(step: 4, stepInEpoch: 4), elapsed: 1, forecast) == nil)
        let progress = RunProgress(epoch: 1, step: 10)
        #expect(
            fitting.outcome(progress, elapsed: 5, measured: 4)
                == .fitted(ScheduleFit(from: 10, epochs: 24), secondsOfEpoch: 4))
        #expect(fitting.outcome(progress, elapsed: 5, measured: 1) == .enough)
        #expect(fitting.outcome(progress, elapsed: 96, measured: 4) == .tooShort(secondsOfEpoch: 4))
    }

    @Test func onlySchedulesThatEndAreFitted() throws {
        for schedule in ["constant", "step", "plateau"] { #expect(try fitting(schedule, seconds: 9) == nil) }
        var settings = TrainingSettings()
        settings.steps.schedule = try Schedule(parsing: "cosine")
        #expect(ScheduleFitting(settings, secondsAllowed: nil, stepsPerEpoch: 1) == nil)
        settings.fit = ScheduleFit(from: 0, epochs: 2)
        #expect(ScheduleFitting(settings, secondsAllowed: 9, stepsPerEpoch: 1) == nil, "once")
    }

    /// What is forecast is the sum of what is allocated, and says where it goes.
    @Test func memoryHasItsParts() throws {
        let model = try PixelModel.load()
        let shape = try NetInterface(model: model).shape
        var settings = TrainingSettings()
        settings.batch = 4
        let forecast = try MemoryForecast(
            model: model, shape: shape, settings: settings, threads: 2, pictures: 3 << 20, program: 1 << 20)
        // Of training and of tests three batches of four pictures and masks each, the output of one batch, and the
        // largest parameter, as floats.
        #expect(forecast.buffers == (2 * 3 * 4 * (3 + 1) * 256 + 4 * 256) * 4)
        #expect(forecast.total == forecast.net.totalInPages + forecast.buffers + 4 << 20)
        #expect(forecast.text.contains("3.0 MiB for pictures"), "\(forecast.text)")
    }
}
