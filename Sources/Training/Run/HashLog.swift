import Base
import FileAccess
import Runtime

/// The weights of a checkpoint after an epoch.
struct HashRow: Hashable, Sendable {
    var epoch: Int
    var step: Int
    /// SHA-256 of the names, shapes and values of the tensors of `checkpoint.safetensors`, in the file's order. The
    /// optimizer's state is left out, which is most of the file: where it differs, so do the weights of the next step.
    var digest: String

    /// Of the checkpoint that lies there now.
    /// - Throws: `RuntimeError` when it cannot be read.
    init(epoch: Int, step: Int, checkpoint: String) throws {
        self.epoch = epoch
        self.step = step
        let file = try SafetensorsFile(path: checkpoint)
        var digest = Digest()
        let state = (file.metadata["optimizer"] ?? "") + "."
        for tensor in file.tensors where !tensor.name.hasPrefix(state) {
            digest.add("\(tensor.name) \(Text.shape(tensor.shape))\n")
            digest.add(try file.bytes(tensor.name))
        }
        self.digest = digest.text
    }

    fileprivate init?(_ line: Substring) {
        let fields = line.split(separator: ",")
        guard fields.count == 3, let epoch = Int(fields[0]), let step = Int(fields[1]), fields[2].utf8.count == 64
        else { return nil }
        self.epoch = epoch
        self.step = step
        digest = String(fields[2])
    }
}

/// `hashes.csv`: a line for each epoch, by which two runs are compared without keeping all their checkpoints.
final class HashLog: RunObserver {
    private var rows: [HashRow] = []
    private var files: RunFiles?

    private static let header = "epoch,step,weights_sha256"

    func begin(_ session: RunSession) throws {
        files = session.files
        let progress = session.record.progress
        rows = progress.epoch > 0 ? try Self.rows(session.files.hashes).filter { $0.epoch <= progress.epoch } : []
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
        try FileWriter.write(files.hashes, text: ([Self.header] + lines).joined(separator: "\n") + "\n")
    }

    /// What a run wrote; empty when it wrote nothing.
    /// - Throws: `TrainerError` that names the line.
    static func rows(_ path: String) throws -> [HashRow] {
        guard FileSystem.isFile(path) else { return [] }
        let lines = try FileSystem.text(of: path).split(separator: "\n")
        return try lines.enumerated().dropFirst().map { number, line in
            if let row = HashRow(line) { return row }
            throw TrainerError("\(path):\(number + 1): expected \"\(header)\", found \"\(line)\"")
        }
    }
}
