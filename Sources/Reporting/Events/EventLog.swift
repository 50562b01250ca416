import Base
import FileAccess
import Predictions
import Runtime

/// Writes event files for TensorBoard: losses and learning rate of steps, measures and sample pictures of epochs.
///
/// Each session writes a file of its own, which begins by voiding what a killed session wrote after its checkpoint.
final class EventLog: RunObserver {
    private let stepInterval: Int
    private var file: EventFile?

    /// - Parameter stepInterval: which steps are written: every so many.
    init(stepInterval: Int) { self.stepInterval = stepInterval }

    func begin(_ session: RunSession) throws {
        let file = try EventFile(in: session.files.folder)
        let progress = session.record.progress
        // Also before the first step: a run that was killed before its first checkpoint begins again from there.
        try file.append(LogEvent(step: progress.step + 1, content: .sessionStart))
        let settings = session.record.metadata.map { "| \($0.0) | \(Self.cell($0.1)) |" }
        let table = (["| setting | value |", "| --- | --- |"] + settings).joined(separator: "\n")
        try file.append(LogEvent(step: progress.step, content: .values([.init("settings", .text(table))])))
        self.file = file
    }

    func step(_ step: StepReport) throws {
        guard step.step % stepInterval == 0 else { return }
        try write(step.step, [.init("train/loss", step.loss), .init("train/lr", step.learningRate)])
    }

    func epoch(_ epoch: EpochReport) throws {
        var values: [LogEvent.Value] = [
            .init("epoch/train_loss", epoch.row.trainLoss), .init("epoch/lr", epoch.learningRate),
            .init("epoch/images_per_second", epoch.imagesPerSecond),
        ]
        if let test = epoch.row.test {
            values.append(.init("test/loss", test.loss))
            // A curve has no place for what the tests cannot tell.
            values += zip(epoch.task.measures, test.values).compactMap { measure, value in
                value.map { .init("test/" + measure.column, $0) }
            }
        }
        if let samples = epoch.samples { values.append(.init("samples", .picture(samples))) }
        try write(epoch.row.step, values)
    }

    private func write(_ step: Int, _ values: [LogEvent.Value]) throws {
        try file?.append(LogEvent(step: step, content: .values(values)))
    }

    /// A text that ends no cell of a table.
    private static func cell(_ text: String) -> String {
        text.shown.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
