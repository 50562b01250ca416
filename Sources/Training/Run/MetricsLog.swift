import Runtime

/// One epoch's line of `metrics.csv`.
struct MetricsRow: Hashable, Sendable {
    var epoch: Int
    var step: Int
    /// Mean over the epoch's samples.
    var trainLoss: Double
    /// nil when no samples are kept for testing.
    var test: TestScores?
    /// Since the start of training, pauses left out; the only column that differs between equal runs.
    var seconds: Double
}

/// `metrics.csv`: one row an epoch, reals written so that they read back exactly.
struct MetricsLog: Hashable, Sendable {
    var rows: [MetricsRow] = []

    static let header = "epoch,step,train_loss,test_loss,dice,iou,seconds"

    init(rows: [MetricsRow] = []) { self.rows = rows }

    var text: String {
        let lines = rows.map { row in
            let test = row.test.map { "\($0.loss),\($0.dice),\($0.iou)" } ?? ",,"
            return "\(row.epoch),\(row.step),\(row.trainLoss),\(test),\(Text.fixed(row.seconds, 2))"
        }
        return ([Self.header] + lines).joined(separator: "\n") + "\n"
    }

    /// Reads what `text` wrote. Rows after `lastEpoch`, which a checkpoint of that epoch knows nothing of, are dropped.
    /// - Throws: `TrainerError` that names the line.
    init(parsing text: String, through lastEpoch: Int, path: String) throws {
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.first == Self.header else {
            throw TrainerError("\(path): expected the header \"\(Self.header)\", found \"\(lines.first ?? "")\"")
        }
        for (number, line) in lines.enumerated().dropFirst() {
            guard let row = MetricsRow(line) else {
                throw TrainerError("\(path):\(number + 1): expected seven columns of numbers, found \"\(line)\"")
            }
            if row.epoch <= lastEpoch { rows.append(row) }
        }
    }

    /// - Throws: `RuntimeError` when the file cannot be written; a previous one stays.
    func write(to path: String) throws { try AtomicFile.write(path, text: text) }
}

extension MetricsRow {
    fileprivate init?(_ line: String) {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 7, let epoch = Int(fields[0]), let step = Int(fields[1]), let loss = Double(fields[2]),
            let seconds = Double(fields[6])
        else { return nil }
        self.init(epoch: epoch, step: step, trainLoss: loss, test: nil, seconds: seconds)
        guard fields[3...5].contains(where: { !$0.isEmpty }) else { return }
        guard let testLoss = Double(fields[3]), let dice = Double(fields[4]), let iou = Double(fields[5]) else {
            return nil
        }
        test = TestScores(loss: testLoss, dice: dice, iou: iou)
    }
}
