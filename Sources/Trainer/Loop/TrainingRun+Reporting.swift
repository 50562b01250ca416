import Base
import Predictions
import Reporting
import TrainerSupport

/// What a terminal is told.
extension TrainingRun {
    func tell(_ row: MetricsRow, _ imagesPerSecond: Double) {
        console.clear()
        let test = row.test.map { ", test " + task.text($0) + log.sizeText }
        let wait = waitShare > 0.01 ? " (\(Text.fixed(100 * waitShare, 1)) % of it waiting for pictures)" : ""
        console.say(
            "epoch \(row.epoch)/\(epochs): loss \(Text.loss(row.trainLoss))\(test ?? ""), "
                + "\(Text.fixed(imagesPerSecond, 1)) images/s\(wait), \(Text.duration(row.seconds))")
    }

    func reportPlateau() {
        let rate = scalars(step: record.progress.step + 1).learningRate
        console.clear()
        console.say("the test results are on a plateau: lr \(rate) from now on")
    }

    func drawProgress(steps: Int, imagesPerSecond: Double) {
        let now = monotonicSeconds()
        guard console.hasTerminal, now - lastDrawn > 0.1 else { return }
        lastDrawn = now
        let progress = record.progress
        let stepsLeft = steps * (epochs - progress.epoch) - progress.stepInEpoch
        let bar = ProgressBar(console: console, label: "epoch \(progress.epoch + 1)/\(epochs)")
        bar.show(
            progress.stepInEpoch, of: steps, loss: progress.lossSum / Double(max(1, progress.samples)),
            imagesPerSecond: imagesPerSecond,
            secondsLeft: (now - sessionStart) / Double(max(1, sessionSteps)) * Double(stepsLeft))
    }
}
