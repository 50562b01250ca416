import Base
import FileAccess
import Predictions
import Recipes
import Runtime
import TrainerSupport

/// `metrics.jsonl`: a JSON object on a line for each epoch, and for steps if asked.
final class LineLog: RunObserver {
    /// Every so many steps; nil for none.
    private let stepInterval: Int?
    private var file: AppendedFile?

    init(stepInterval: Int?) { self.stepInterval = stepInterval }

    func begin(_ session: RunSession) throws {
        let path = session.files.metricsLines
        let text = FileSystem.isFile(path) ? try FileSystem.text(of: path) : ""
        let kept = Self.known(text, to: session.record.progress)
        if kept != text { try FileWriter.write(path, text: kept) }
        file = try AppendedFile(path)
    }

    func step(_ step: StepReport) throws {
        guard let stepInterval, step.step % stepInterval == 0 else { return }
        try write([
            ("kind", .string("step")), ("epoch", .integer(step.epoch)),
            ("step", .integer(step.step)), ("loss", .number(step.loss)),
            ("lr", .number(step.learningRate)), ("seconds", Self.seconds(step.seconds)),
        ])
    }

    func epoch(_ epoch: EpochReport) throws {
        let row = epoch.row
        var members: [JSON.Member] = [
            ("kind", .string("epoch")), ("epoch", .integer(row.epoch)),
            ("step", .integer(row.step)), ("train_loss", .number(row.trainLoss)),
        ]
        if let test = row.test {
            members.append(("test_loss", .number(test.loss)))
            if let size = epoch.log.size { members.append(("test_size", .string(size))) }
            members += zip(epoch.task.measures, test.values).map {
                ($0.column, $1.map(JSON.number) ?? .null)
            }
        }
        members += [
            ("lr", .number(epoch.learningRate)), ("seconds", Self.seconds(row.seconds)),
            ("images_per_second", Self.seconds(epoch.imagesPerSecond)),
        ]
        try write(members)
        try file?.sync()
    }

    private func write(_ members: [JSON.Member]) throws {
        try file?.append(Array((JSON.object(members).text(.compact) + "\n").utf8))
    }

    private static func seconds(_ value: Double) -> JSON { .number((value * 100).rounded() / 100) }

    /// The lines that a checkpoint knows of, without those that a killed session wrote after it.
    static func known(_ text: String, to progress: RunProgress) -> String {
        let lines = text.split(separator: "\n").filter { line in
            guard let value = try? JSON(parsing: String(line)) else { return false }
            if value["kind"]?.string == "epoch" { return (value["epoch"]?.integer ?? .max) <= progress.epoch }
            return (value["step"]?.integer ?? .max) <= progress.step
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
