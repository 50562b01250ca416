import Base
import Predictions

/// How long training takes, from the first steps of it.
struct TimeForecast: Hashable, Sendable {
    /// Of a step, and of the test of a batch, in seconds.
    var step: Double
    var testedBatch: Double
    var stepsPerEpoch: Int
    var testBatches: Int

    /// - Parameters:
    ///   - training, testing: pictures.
    ///   - batch: pictures in a step.
    ///   - capacity: pictures in the batch of a test.
    init(step: Double, testedBatch: Double, training: Int, testing: Int, batch: Int, capacity: Int) {
        self.step = step
        self.testedBatch = testedBatch
        stepsPerEpoch = (training + batch - 1) / batch
        testBatches = (testing + capacity - 1) / capacity
    }

    /// An epoch with its test, in seconds.
    var epoch: Double { step * Double(stepsPerEpoch) + testedBatch * Double(testBatches) }

    /// `an epoch takes about 3.9 s (30 steps of 113.9 ms, a test of 2 batches in 0.4 s), 20 epochs 1:18`.
    func text(epochs: Int) -> String {
        let test =
            testBatches > 0
            ? ", a test of \(Text.count(testBatches, "batch", "batches")) of \(Self.time(testedBatch))" : ""
        return "an epoch takes about \(Self.time(epoch)) (\(Text.count(stepsPerEpoch, "step")) of "
            + "\(Self.time(step))\(test)), \(Text.count(epochs, "epoch")) \(Text.duration(epoch * Double(epochs)))"
    }

    /// `12.3 ms`, `3.9 s`, `2:05`.
    static func time(_ seconds: Double) -> String {
        if seconds >= 100 { return Text.duration(seconds) }
        return seconds >= 1 ? Text.fixed(seconds, 1) + " s" : Text.fixed(seconds * 1000, 1) + " ms"
    }
}

/// The mean time of something that is done again and again, without the first times, which find caches cold.
struct SpeedMeter: Hashable, Sendable {
    /// When enough has been seen: so many seconds, or so many times if that comes first.
    static let enough = (seconds: 4.0, times: 40)

    private var skipped = 0
    private var seconds = 0.0
    private var times = 0
    private let warmUp: Int

    /// - Parameter warmUp: how many first times do not count.
    init(warmUp: Int) { self.warmUp = warmUp }

    mutating func add(_ seconds: Double) {
        guard skipped >= warmUp else { return skipped += 1 }
        self.seconds += seconds
        times += 1
    }

    var isDone: Bool { times > 0 && (seconds >= Self.enough.seconds || times >= Self.enough.times) }

    /// nil before anything counted.
    var mean: Double? { times > 0 ? seconds / Double(times) : nil }
}
