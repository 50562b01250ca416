import Base
import FileAccess
import Predictions
import Runtime
import Tasks
import TrainerSupport

/// One epoch's line of `metrics.csv`.
package struct MetricsRow: Hashable, Sendable {
    package var epoch: Int
    package var step: Int
    /// Mean over the epoch's samples.
    package var trainLoss: Double
    /// nil when no samples are kept for testing.
    package var test: TestScores?
    /// Since the start of training, pauses left out; the only column that differs between equal runs.
    package var seconds: Double

    package init(epoch: Int, step: Int, trainLoss: Double, test: TestScores? = nil, seconds: Double) {
        self.epoch = epoch
        self.step = step
        self.trainLoss = trainLoss
        self.test = test
        self.seconds = seconds
    }
}

/// `metrics.csv`: one row an epoch, reals written so that they read back exactly; the columns follow the task. What tests
/// cannot tell is `n/a`; without tests their columns are empty.
package struct MetricsLog: Hashable, Sendable {
    package let task: TrainingTask
    /// The size that tests are taken at, the net's, such as 128x128; nil where nobody says.
    package var size: String?
    package var rows: [MetricsRow] = []

    package init(task: TrainingTask, size: String? = nil, rows: [MetricsRow] = []) {
        self.task = task
        self.size = size
        self.rows = rows
    }

    /// `epoch,step,train_loss,test_loss,dice,iou,seconds` and the like.
    static func header(_ task: TrainingTask) -> String {
        (["epoch", "step", "train_loss", "test_loss"] + task.measures.map(\.column) + ["seconds"]).joined(
            separator: ",")
    }

    package var text: String {
        let count = 1 + task.measures.count
        let lines = rows.map { row in
            let test = row.test?.columns ?? Array(repeating: "", count: count)
            let fields = ["\(row.epoch)", "\(row.step)", "\(row.trainLoss)"] + test + [Text.fixed(row.seconds, 2)]
            return fields.joined(separator: ",")
        }
        return ([Self.header(task)] + lines).joined(separator: "\n") + "\n"
    }

    /// Reads what `text` wrote. Rows after `lastEpoch`, which a checkpoint of that epoch knows nothing of, are dropped.
    /// - Throws: `TrainerError` that names the line.
    package init(parsing text: String, task: TrainingTask, through lastEpoch: Int, path: String) throws {
        self.task = task
        let header = Self.header(task)
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.first == header else {
            throw TrainerError("\(path): expected the header \"\(header)\", found \"\(lines.first ?? "")\"")
        }
        let columns = header.split(separator: ",").count
        for (number, line) in lines.enumerated().dropFirst() {
            guard let row = MetricsRow(line, columns: columns) else {
                throw TrainerError("\(path):\(number + 1): expected \(columns) columns of numbers, found \"\(line)\"")
            }
            if row.epoch <= lastEpoch { rows.append(row) }
        }
    }

    /// - Throws: `FileError` when the file cannot be written; a previous one stays.
    package func write(to path: String) throws { try FileWriter.write(path, text: text) }
}

extension MetricsLog {
    /// ` at 128x128`, behind numbers of tests.
    package var sizeText: String { size.map { " at " + $0 } ?? "" }
}

extension MetricsRow {
    fileprivate init?(_ line: String, columns: Int) {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == columns, let epoch = Int(fields[0]), let step = Int(fields[1]),
            let loss = Double(fields[2]), let seconds = Double(fields[columns - 1])
        else { return nil }
        self.init(epoch: epoch, step: step, trainLoss: loss, test: nil, seconds: seconds)
        let test = fields[3..<columns - 1]
        guard test.contains(where: { !$0.isEmpty }) else { return }
        guard let scores = TestScores(columns: Array(test)) else { return nil }
        self.test = scores
    }
}
