import Base
import Nets
import Recipes

/// How far a session of a run goes, and how it is kept; none of it changes what is computed.
struct SessionPlan {
    /// Steps between checkpoints within an epoch; nil for none.
    var checkpointEvery: Int?
    /// Seconds after which the session ends; nil for none.
    var secondsAllowed: Double?
    /// Seconds that the schedule is fitted to; nil where it stays as it is.
    var secondsToFit: Double?
    /// The last epoch to train, where that is not the settings' last.
    var lastEpoch: Int?
    /// Whether steps run with poison in all memory that holds no value.
    var isPoisoned = false

    /// How many epochs a run is to have at the session's end.
    func epochs(of settings: TrainingSettings) -> Int { min(settings.epochsToTrain, lastEpoch ?? .max) }

    /// What steps look at on their way.
    var look: Net.Look { isPoisoned ? .memory : .none }
}

/// The time of a session, and of the run before it.
struct SessionClock {
    let start = monotonicSeconds()
    /// Seconds of earlier sessions of the run.
    let earlier: Double
    /// Steps of this session.
    var steps = 0

    init(earlier: Double) { self.earlier = earlier }

    /// Of this session.
    var elapsed: Double { monotonicSeconds() - start }
    /// Since the start of training, pauses left out.
    var seconds: Double { earlier + elapsed }
}

/// How fast an epoch goes.
struct EpochTiming {
    private let start = monotonicSeconds()
    /// Seconds in which it stood still, for a forecast.
    var paused = 0.0
    /// Pictures that were trained on.
    var seen = 0

    /// Seconds that its steps waited for pictures.
    var waited = 0.0

    /// Up to now.
    var speed: EpochSpeed {
        let seconds = max(monotonicSeconds() - start - paused, 1e-9)
        return EpochSpeed(imagesPerSecond: Double(seen) / seconds, waitShare: waited / seconds)
    }
}

/// How fast an epoch was.
struct EpochSpeed {
    var imagesPerSecond: Double
    /// The share of its time that its steps waited for pictures.
    var waitShare: Double
}
