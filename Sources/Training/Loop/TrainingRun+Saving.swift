import FileAccess
import Imaging
import Runtime

/// Checkpoints, and what is said when there can be none.
extension TrainingRun {
    /// Writes what `before` writes, then the checkpoint.
    func save(_ before: () throws -> Void) throws {
        try spans.measure(.checkpoint) {
            if let name = try net.firstBrokenParameter() {
                throw diverged("parameter \"\(name)\" is no longer finite", step: record.progress.step)
            }
            try writing {
                try before()
                try Checkpoint(path: files.checkpoint).save(net.parameters, record: record)
            }
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
        } catch let error as FileError {
            reason = error.description
        }
        let kept =
            FileSystem.isFile(files.checkpoint)
            ? "; the last checkpoint \(files.checkpoint) is still there and whole" : ""
        throw TrainerError("cannot save: \(reason)\(kept)", hint: "make room, then continue with --resume")
    }

    /// The error that ends a run whose numbers went bad; says where they did.
    /// - Parameter step: where that was noticed, from 1.
    func diverged(_ what: String, step: Int) -> TrainerError {
        let kept = FileSystem.isFile(files.checkpoint) ? "; the last good checkpoint is \(files.checkpoint)" : ""
        let rate = scalars(step: step).learningRate
        // A replay is itself looking for the place.
        let fault = isReplaying ? nil : firstFault(through: step)
        return TrainerError(
            "\(what) at step \(step)\(fault.map { "; " + $0 } ?? "")\(kept)",
            hint: "train with a smaller --lr (it is \(rate))")
    }
}
