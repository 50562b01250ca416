import Base
import FileAccess
import Runtime
import Tasks
import TrainerSupport

/// `folds.csv`: what the best epoch of each fold reached; the columns follow the task.
package struct FoldTable: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        /// From 1.
        var fold: Int
        var bestEpoch: Int
        var scores: TestScores

        package init(fold: Int, bestEpoch: Int, scores: TestScores) {
            self.fold = fold
            self.bestEpoch = bestEpoch
            self.scores = scores
        }
    }

    package let task: TrainingTask
    /// In ascending order of the folds; only those that are done.
    package private(set) var rows: [Row] = []

    package init(task: TrainingTask) { self.task = task }

    /// Adds a fold, or replaces what is there of it.
    package mutating func add(_ row: Row) {
        rows.removeAll { $0.fold == row.fold }
        rows.append(row)
        rows.sort { $0.fold < $1.fold }
    }

    package func has(_ fold: Int) -> Bool { rows.contains { $0.fold == fold } }

    private var header: String {
        (["fold", "best_epoch", "test_loss"] + task.measures.map(\.column)).joined(separator: ",")
    }

    /// Reals are written so that they read back exactly.
    package var text: String {
        let lines = rows.map { row in
            (["\(row.fold)", "\(row.bestEpoch)"] + row.scores.columns).joined(separator: ",")
        }
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    /// Reads what `text` wrote.
    /// - Throws: `TrainerError` that names the line.
    package init(parsing text: String, task: TrainingTask, path: String) throws {
        self.init(task: task)
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.first == header else {
            throw TrainerError("\(path): expected the header \"\(header)\", found \"\(lines.first ?? "")\"")
        }
        for (number, line) in lines.enumerated().dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3 + task.measures.count, let fold = Int(fields[0]), let epoch = Int(fields[1]),
                let scores = TestScores(columns: Array(fields.dropFirst(2)))
            else { throw TrainerError("\(path):\(number + 1): expected numbers, found \"\(line)\"") }
            add(Row(fold: fold, bestEpoch: epoch, scores: scores))
        }
    }

    /// - Throws: `FileError` when the file cannot be written; a previous one stays.
    package func write(to path: String) throws { try FileWriter.write(path, text: text) }

    /// `5 folds: loss 0.2134 ± 0.0120, Dice 0.8392 ± 0.0101, IoU 0.7229 ± 0.0150 at 128x128`: means and standard deviations (of a
    /// sample, that is with one less than the number of folds). A measure is that of the folds which could tell it.
    /// - Parameter size: what tests are taken at.
    package func summary(of count: Int, size: String) -> String {
        let losses = rows.map(\.scores.loss)
        let loss = Text.loss(Self.mean(losses)) + Self.spread(losses, 4)
        let measured = task.measures.enumerated().map { index, measure in
            let values = rows.compactMap { $0.scores.values[index] }
            guard !values.isEmpty else { return measure.text(nil) }
            let share = values.count < rows.count ? " (\(values.count) of them)" : ""
            return measure.text(Self.mean(values)) + Self.spread(values, measure.digits ?? 4) + share
        }
        let done = rows.count < count ? "\(rows.count) of " : ""
        return "\(done)\(count) folds: " + (["loss \(loss)"] + measured).joined(separator: ", ") + " at \(size)"
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

    private static func spread(_ values: [Double], _ digits: Int) -> String {
        guard values.count > 1 else { return "" }
        let mean = mean(values)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return " ± " + Text.fixed((squares / Double(values.count - 1)).squareRoot(), digits)
    }
}
