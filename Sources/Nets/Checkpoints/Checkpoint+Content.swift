import Base
import Runtime
import Tasks
import TensorFiles
import TrainerSupport

/// Whether a checkpoint is what was written: every file says a hash of all that is in it, in its metadata, and `hashes.csv` the
/// SHA-256 of the weights behind each epoch. Files of others say nothing, and are taken as they are.
extension Checkpoint {
    private static let hashKey = "content_hash"

    /// Writes the hash of everything else into the metadata.
    static func seal(_ writer: inout SafetensorsWriter, _ record: RunRecord) {
        var hash = start(Dictionary(record.metadata) { $1 })
        writer.forEachTensor { name, shape, bytes in
            add(name, shape, to: &hash)
            hash.add(bytes)
        }
        writer.setMetadata(hashKey, text(hash))
    }

    /// - Throws: `TrainerError` that says which hash was expected and which was found.
    func checkContent(of file: TensorFile) throws {
        var metadata = file.metadata
        guard let expected = metadata.removeValue(forKey: Self.hashKey) else { return }
        var hash = Self.start(metadata)
        for tensor in file.tensors {
            Self.add(tensor.name, tensor.shape, to: &hash)
            try file.forEachPiece(of: tensor.name) { hash.add($0) }
        }
        let found = Self.text(hash)
        guard found != expected else { return }
        throw damaged("its content is not what was written: it says the hash \(expected), found \(found)")
    }

    /// Compares the weights with what `hashes.csv` beside the checkpoint says of its epoch, if it does.
    /// - Throws: `TrainerError` that says which SHA-256 was expected and which was found.
    package func checkLog(_ record: RunRecord) throws {
        let files = RunFiles(folder: FileSystem.parent(path))
        let progress = record.progress
        guard path == files.checkpoint, progress.stepInEpoch == 0,
            let row = try HashRow.list(files.hashes).last(where: { $0.epoch == progress.epoch }),
            row.step == progress.step
        else { return }
        let found = try HashRow(epoch: row.epoch, step: row.step, checkpoint: path)
        guard found.digest != row.digest else { return }
        throw damaged(
            "the weights' SHA-256 is \(found.digest.prefix(16))…, but \(files.hashes) says \(row.digest.prefix(16))… of epoch "
                + "\(row.epoch)")
    }

    private func damaged(_ what: String) -> TrainerError {
        let files = RunFiles(folder: FileSystem.parent(path))
        let other = [files.best, files.checkpoint].first { $0 != path && FileSystem.isFile($0) }
        return TrainerError(
            "\(path): the file is damaged: \(what)",
            hint: "copy it again from where it is whole, or train anew with another --out"
                + (other.map { "; \($0) is another file of weights (--weights)" } ?? "")
                + "; if it was changed on purpose, leave \(Self.hashKey) out of its metadata")
    }

    /// Of the metadata, in the order of the keys.
    private static func start(_ metadata: [String: String]) -> ContentHash {
        var hash = ContentHash(count: metadata.count)
        for (key, value) in metadata.sorted(by: { FileSystem.precedes($0.key, $1.key) }) {
            hash.add("\(key) \(value.utf8.count) \(value)\n")
        }
        return hash
    }

    private static func add(_ name: String, _ shape: [Int], to hash: inout ContentHash) {
        hash.add("\n\(name) \(Text.shape(shape))\n")
    }

    private static func text(_ hash: ContentHash) -> String { hash.value.hexadecimal }
}
