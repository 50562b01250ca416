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
    var epochs: Int
    private var lastDrawn = 0.0
    /// Once its heading has been said.
    private var table: EpochTable?

    init(console: Console, epochs: Int) {
        self.console = console
        self.epochs = epochs
    }

    /// Says what an epoch came to.
    /// - Parameters:
    ///   - isBest: better than all before it.
    ///   - criterion: what that goes by.
    func tell(_ row: MetricsRow, of log: MetricsLog, _ speed: EpochSpeed, isBest: Bool, by criterion: String) {
        console.clear()
        let hasTests = row.test != nil
        if table == nil {
            let made = EpochTable(log.task, hasTests: hasTests, epochs: epochs)
            table = made
            if hasTests { console.say("tests\(log.sizeText), * is the best \(criterion) so far") }
            console.say(made.heading, .heading)
        }
        // Without tests every epoch is the best.
        let isMarked = isBest && hasTests
        if let line = table?.row(row, of: epochs, speed, isBest: isMarked) {
            console.say(line, isMarked ? .good : .plain)
        }
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
