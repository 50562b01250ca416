import DataSets

/// What came of the shares of a prediction that processes have shared out.
extension PredictionTally {
    /// For the other processes.
    package var message: [UInt8] {
        let fields = ["\(written)", "\(pixels)", isInterrupted ? "1" : "0", "\(report.fileCount)"]
        return Array((fields + report.issues.flatMap { [$0.file, $0.reason] }).joined(separator: "\0").utf8)
    }

    /// All shares together.
    /// - Parameter messages: what `message` says of each, in order.
    package init(joining messages: [[UInt8]]) {
        self.init()
        for message in messages {
            let fields = message.split(separator: 0, omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard fields.count >= 4 else { continue }
            written += Int(fields[0]) ?? 0
            pixels += Int(fields[1]) ?? 0
            isInterrupted = isInterrupted || fields[2] == "1"
            report.fileCount += Int(fields[3]) ?? 0
            for place in stride(from: 4, to: fields.count - 1, by: 2) {
                report.issues.append(DataIssue(file: fields[place], reason: fields[place + 1]))
            }
        }
    }
}
