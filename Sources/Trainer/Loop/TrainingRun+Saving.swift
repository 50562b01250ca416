import Base
import FileAccess
import Imaging
import Nets
import Platform
import Runtime
import TrainerSupport

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
        guard FileSystem.isFolder(files.folder) else {
            throw TrainerError(
                "cannot save: the run's folder \(files.folder) is gone: it was deleted or renamed while the run went on",
                hint: "if it was renamed, continue with --out and the new name and --resume; else train anew")
        }
        let isKept = (try? Checkpoint(path: files.checkpoint).record(for: net.model)) != nil
        let kept = isKept ? "; the last checkpoint \(files.checkpoint) is still there and whole" : ""
        let isFull = [ENOSPC, EDQUOT, EFBIG].contains { reason.contains(systemMessage($0)) }
        let remedy = isFull ? "make room" : "see to it that the folder and its files can be written"
        throw TrainerError(
            "cannot save: \(reason)\(kept)",
            hint: remedy + (isKept ? ", then continue with --resume" : ", then train again"))
    }

    /// The error that ends a run whose test gave no numbers, of which nothing is saved.
    func untestable(_ fault: String) throws -> TrainerError {
        let step = record.progress.step
        if let name = try net.firstBrokenParameter() {
            return diverged("parameter \"\(name)\" is no longer finite", step: step)
        }
        return TrainerError(
            "\(fault), in the test of epoch \(record.progress.epoch + 1)\(keptCheckpoint)",
            hint: "train with a smaller --lr (it is \(scalars(step: max(1, step)).learningRate))")
    }

    /// `; the last good checkpoint is …`; empty when there is none.
    private var keptCheckpoint: String {
        FileSystem.isFile(files.checkpoint) ? "; the last good checkpoint is \(files.checkpoint)" : ""
    }

    /// The error that ends a run whose numbers went bad; says where they did.
    /// - Parameter step: where that was noticed, from 1.
    func diverged(_ what: String, step: Int) -> TrainerError {
        let rate = scalars(step: step).learningRate
        // A replay is itself looking for the place.
        let fault = isReplaying ? nil : firstFault(through: step)
        return TrainerError(
            "\(what) at step \(step)\(fault.map { "; " + $0 } ?? "")\(keptCheckpoint)",
            hint: "train with a smaller --lr (it is \(rate))")
    }
}
