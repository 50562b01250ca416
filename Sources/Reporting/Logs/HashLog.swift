import Base
import FileAccess
import Nets
import Runtime

/// `hashes.csv`: a line for each epoch, by which two runs are compared without keeping all their checkpoints.
final class HashLog: RunObserver {
    private var rows: [HashRow] = []
    private var files: RunFiles?

    func begin(_ session: RunSession) throws {
        files = session.files
        let progress = session.record.progress
        rows = progress.epoch > 0 ? try HashRow.list(session.files.hashes).filter { $0.epoch <= progress.epoch } : []
        // A run that was killed between an epoch's checkpoint and this line.
        if progress.epoch > 0, progress.stepInEpoch == 0, rows.last?.epoch != progress.epoch {
            try add(HashRow(epoch: progress.epoch, step: progress.step, checkpoint: session.files.checkpoint))
        }
    }

    func saved(_ epoch: EpochReport) throws {
        guard let files else { return }
        try add(HashRow(epoch: epoch.row.epoch, step: epoch.row.step, checkpoint: files.checkpoint))
    }

    private func add(_ row: HashRow) throws {
        guard let files else { return }
        rows.append(row)
        let lines = rows.map { "\($0.epoch),\($0.step),\($0.digest)" }
        try FileWriter.write(files.hashes, text: ([HashRow.header] + lines).joined(separator: "\n") + "\n")
    }
}
