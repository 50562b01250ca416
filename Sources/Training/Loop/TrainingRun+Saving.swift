import Imaging
import Runtime

/// Checkpoints, and what is said when there can be none.
extension TrainingRun {
    /// Writes what `before` writes, then the checkpoint.
    func save(_ before: () throws -> Void) throws {
        if let name = try net.firstBrokenParameter() { throw diverged("parameter \"\(name)\" is no longer finite") }
        try writing {
            try before()
            try Checkpoint(path: files.checkpoint).save(net.parameters, record: record)
        }
    }

    /// Says which checkpoint is there when something cannot be written.
    func writing(_ body: () throws -> Void) throws {
        let reason: String
        do {
            return try body()
        } catch let error as RuntimeError {
            reason = error.message
        } catch let error as ImageError {
            reason = error.description
        }
        let kept =
            FileSystem.isFile(files.checkpoint)
            ? "; the last checkpoint \(files.checkpoint) is still there and whole" : ""
        throw TrainerError("cannot save: \(reason)\(kept)", hint: "make room, then continue with --resume")
    }

    func diverged(_ what: String) -> TrainerError {
        let kept = FileSystem.isFile(files.checkpoint) ? "; the last good checkpoint is \(files.checkpoint)" : ""
        return TrainerError(
            "\(what) at step \(record.progress.step + 1), in epoch \(record.progress.epoch + 1)\(kept)",
            hint: "train with a smaller --lr (it is \(settings.optimizer.learningRate))")
    }
}
