import Base
import Predictions

/// How long training takes, from the first steps of it.
struct TimeForecast: Hashable, Sendable {
    /// What a test consists of.
    enum Test: Hashable, Sendable {
        /// Batches of pictures at the net's size, each of so many seconds.
        case batches(of: Double, count: Int)
        /// Tiles of whole pictures, of one size or several, in so many seconds together.
        case tiles(in: Double, count: Int)
    }

    /// Of a step, in seconds.
    var step: Double
    var stepsPerEpoch: Int
    var test: Test

    /// - Parameters:
    ///   - training: samples of an epoch.
    ///   - batch: samples in a step.
    init(step: Double, training: Int, batch: Int, test: Test) {
        self.step = step
        self.test = test
        stepsPerEpoch = Self.batches(training, batch)
    }

    /// Batches that so many samples are.
    static func batches(_ count: Int, _ capacity: Int) -> Int { (count + capacity - 1) / capacity }

    /// An epoch with its test, in seconds.
    var epoch: Double {
        switch test {
        case .batches(let seconds, let count): step * Double(stepsPerEpoch) + seconds * Double(count)
        case .tiles(let seconds, _): step * Double(stepsPerEpoch) + seconds
        }
    }

    private var testText: String {
        switch test {
        case .batches(_, 0), .tiles(_, 0): ""
        case .batches(let seconds, let count):
            ", a test of \(Text.count(count, "batch", "batches")) of \(Self.time(seconds))"
        case .tiles(let seconds, let count): ", a test of \(Text.count(count, "tile")) in \(Self.time(seconds))"
        }
    }

    /// `an epoch takes about 3.9 s (30 steps of 113.9 ms, a test of 2 batches in 0.4 s), 20 epochs 1:18`.
    func text(epochs: Int) -> String {
        "an epoch takes about \(Self.time(epoch)) (\(Text.count(stepsPerEpoch, "step")) of "
            + "\(Self.time(step))\(testText)), \(Text.count(epochs, "epoch")) \(Text.duration(epoch * Double(epochs)))"
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
