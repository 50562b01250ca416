import Base
import Predictions
import Recipes
import Reporting
import Tasks
import TrainerSupport

/// What a terminal is told while a run lasts.
final class RunTeller {
    let console: Console
    /// How many are to be trained.
    private let epochs: Int
    private var lastDrawn = 0.0

    init(console: Console, epochs: Int) {
        self.console = console
        self.epochs = epochs
    }

    /// Says what an epoch came to.
    func tell(_ row: MetricsRow, of log: MetricsLog, _ speed: EpochSpeed) {
        console.clear()
        let test = row.test.map { ", test " + log.task.text($0) + log.sizeText }
        let share = speed.waitShare
        let wait = share > 0.01 ? " (\(Text.fixed(100 * share, 1)) % of it waiting for pictures)" : ""
        console.say(
            "epoch \(row.epoch)/\(epochs): loss \(Text.loss(row.trainLoss))\(test ?? ""), "
                + "\(Text.fixed(speed.imagesPerSecond, 1)) images/s\(wait), \(Text.duration(row.seconds))")
    }

    func tellPlateau(learningRate: Double) {
        console.clear()
        console.say("the test results are on a plateau: lr \(learningRate) from now on")
    }

    /// Draws how far the epoch is, not more often than can be seen.
    /// - Parameter steps: of an epoch.
    func draw(_ progress: RunProgress, steps: Int, imagesPerSecond: Double, _ clock: SessionClock) {
        let now = monotonicSeconds()
        guard console.hasTerminal, now - lastDrawn > 0.1 else { return }
        lastDrawn = now
        let stepsLeft = steps * (epochs - progress.epoch) - progress.stepInEpoch
        let bar = ProgressBar(console: console, label: "epoch \(progress.epoch + 1)/\(epochs)")
        bar.show(
            progress.stepInEpoch, of: steps, loss: progress.lossSum / Double(max(1, progress.samples)),
            imagesPerSecond: imagesPerSecond,
            secondsLeft: clock.elapsed / Double(max(1, clock.steps)) * Double(stepsLeft))
    }
}
