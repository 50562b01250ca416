import Base
import Recipes

/// Finds out, once, how many epochs a session with a budget of time has room for.
///
/// Where few epochs fit, the first timed steps decide; where there is room for more, the first whole epoch does, with its test
/// and its files.
struct ScheduleFitting {
    /// What has been found out.
    enum Outcome: Hashable {
        case fitted(ScheduleFit, secondsOfEpoch: Double)
        /// All epochs fit.
        case enough
        /// Not even one more epoch does: the schedule stays as it is.
        case tooShort(secondsOfEpoch: Double)
    }

    /// Where more epochs fit than these, the first one is measured.
    static let few = 5
    /// What is kept back, as a share of the time: of a forecast, of a measured epoch.
    static let reserves = (forecast: 0.1, measured: 0.03)
    /// With a fitted schedule a session may take so much of its time, so that the last steps are not cut off.
    static let patience = 1.1

    let settings: TrainingSettings
    let secondsAllowed: Double
    let stepsPerEpoch: Int

    /// - Parameters:
    ///   - settings: whose schedule is to be fitted.
    ///   - secondsAllowed: of the session; nil for any.
    init?(_ settings: TrainingSettings, secondsAllowed: Double?, stepsPerEpoch: Int) {
        guard let secondsAllowed, settings.steps.schedule.endsWithTraining, settings.fit == nil else { return nil }
        self.settings = settings
        self.secondsAllowed = secondsAllowed
        self.stepsPerEpoch = stepsPerEpoch
    }

    /// After some steps of an epoch.
    /// - Returns: nil where it is better to wait for the end of the epoch.
    func outcome(_ progress: RunProgress, elapsed: Double, _ forecast: TimeForecast) -> Outcome? {
        let time = secondsAllowed * (1 - Self.reserves.forecast) - elapsed
        let rest = forecast.epoch - forecast.step * Double(progress.stepInEpoch)
        guard time >= rest else { return .tooShort(secondsOfEpoch: forecast.epoch) }
        let further = Int(min((time - rest) / max(forecast.epoch, 1e-9), 1e9))
        if further + 1 > Self.few { return nil }
        return outcome(progress, progress.epoch + 1 + further, forecast.epoch)
    }

    /// Between two epochs.
    /// - Parameter epoch: seconds of the one before, as a whole.
    func outcome(_ progress: RunProgress, elapsed: Double, measured epoch: Double) -> Outcome {
        let time = max(0, secondsAllowed * (1 - Self.reserves.measured) - elapsed)
        let further = Int(min(time / max(epoch, 1e-9), 1e9))
        return further > 0
            ? outcome(progress, progress.epoch + further, epoch)
            : progress.epoch < settings.epochs ? .tooShort(secondsOfEpoch: epoch) : .enough
    }

    private func outcome(_ progress: RunProgress, _ epochs: Int, _ seconds: Double) -> Outcome {
        guard epochs < settings.epochs else { return .enough }
        return .fitted(ScheduleFit(from: progress.step, epochs: epochs), secondsOfEpoch: seconds)
    }

    /// In words; nil where there is nothing to say.
    func text(_ outcome: Outcome) -> String? {
        let minutes = "--minutes \(Text.plain(secondsAllowed / 60))"
        let name = settings.steps.schedule.description.prefix { $0 != ":" }
        switch outcome {
        case .enough: return nil
        case .fitted(let fit, let seconds):
            return "\(name) fitted to \(minutes): from step \(fit.from + 1) on it ends after "
                + "\(Text.count(fit.epochs, "epoch")) instead of \(settings.epochs), \(TimeForecast.time(seconds)) an epoch; "
                + "the checkpoint keeps that"
        case .tooShort(let seconds):
            return "\(minutes) has no room for a further epoch of \(TimeForecast.time(seconds)): \(name) stays that of "
                + "\(Text.count(settings.epochs, "epoch")) and will be cut"
        }
    }
}
