import Imaging
import Nets
import Tasks

/// Someone who writes down what a run does; none of them changes what it computes.
///
/// An observer may throw `RuntimeError` or `ImageError` when it cannot write, which ends the run like a checkpoint that
/// cannot be written.
protocol RunObserver: AnyObject {
    /// A session begins: of a new run, or where the checkpoint of one stands.
    func begin(_ session: RunSession) throws
    /// A step was taken.
    func step(_ step: StepReport) throws
    /// An epoch was tested. Its checkpoint is not written yet: what a kill leaves too much here, `begin` has to drop.
    func epoch(_ epoch: EpochReport) throws
    /// The checkpoint of that epoch is there.
    func saved(_ epoch: EpochReport) throws
    /// The session ends; of one that is killed nobody is told.
    func ended(_ state: ReportState) throws
}

extension RunObserver {
    func begin(_ session: RunSession) throws {}
    func step(_ step: StepReport) throws {}
    func epoch(_ epoch: EpochReport) throws {}
    func saved(_ epoch: EpochReport) throws {}
    func ended(_ state: ReportState) throws {}
}

/// What a session of a run starts from.
package struct RunSession {
    var files: RunFiles
    /// With the progress of the checkpoint, if there is one.
    var record: RunRecord
    /// The epochs that the checkpoint knows of.
    var log: MetricsLog

    package init(files: RunFiles, record: RunRecord, log: MetricsLog) {
        self.files = files
        self.record = record
        self.log = log
    }
}

/// One step of the optimiser.
package struct StepReport: Hashable, Sendable {
    /// Of the run, from 1.
    var step: Int
    /// Of the epoch under way, from 1.
    var epoch: Int
    /// Of the batch, before the step.
    var loss: Double
    var learningRate: Double
    /// Since the start of training, pauses left out.
    var seconds: Double

    package init(step: Int, epoch: Int, loss: Double, learningRate: Double, seconds: Double) {
        self.step = step
        self.epoch = epoch
        self.loss = loss
        self.learningRate = learningRate
        self.seconds = seconds
    }
}

/// One epoch, tested.
package struct EpochReport {
    var row: MetricsRow
    var task: TrainingTask
    /// With the progress after the epoch.
    var record: RunRecord
    /// All epochs so far, this one included.
    var log: MetricsLog
    /// Of the epoch's last step.
    var learningRate: Double
    var imagesPerSecond: Double
    /// Test pictures, what is true of them and what is predicted; nil in epochs in which there was no time to draw them.
    var samples: Bitmap?

    package init(
        row: MetricsRow, task: TrainingTask, record: RunRecord, log: MetricsLog, learningRate: Double,
        imagesPerSecond: Double, samples: Bitmap? = nil
    ) {
        self.row = row
        self.task = task
        self.record = record
        self.log = log
        self.learningRate = learningRate
        self.imagesPerSecond = imagesPerSecond
        self.samples = samples
    }
}
