import Base
import FileAccess
import Imaging
import Nets
import Platform
import Runtime
import TensorFiles
import TrainerSupport

/// Writes what a run leaves in its folder, and says what is there when that fails.
struct RunWriter {
    let files: RunFiles
    let net: Net
    /// Whether anything is written at all: of several processes the first one does.
    var writes = true

    /// Writes what `before` writes, then the checkpoint. Its numbers have to be finite.
    /// - Throws: as `writing`.
    func save(_ record: RunRecord, before: () throws -> Void = {}) throws {
        try writing {
            try before()
            try Checkpoint(path: files.checkpoint).save(net.parameters, record: record)
        }
    }

    /// Writes the weights as those of the best epoch.
    /// - Throws: `FileError` when the file cannot be written.
    func saveBest(_ record: RunRecord) throws {
        try net.withAverage { try Checkpoint(path: files.best).saveWeights(net.parameters, record: record) }
    }

    /// Does `body`; when something cannot be written, says which checkpoint is there.
    /// - Throws: `TrainerError` for that; else as `body`.
    func writing(_ body: () throws -> Void) throws {
        guard writes else { return }
        let reason: String
        do {
            return try body()
        } catch let error as RuntimeError {
            reason = error.message
        } catch let error as TensorFileError {
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
}
