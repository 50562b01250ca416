import Base
import Runtime
import TensorFiles
import TrainerSupport

/// The weights of a checkpoint after an epoch.
package struct HashRow: Hashable, Sendable {
    package var epoch: Int
    package var step: Int
    /// SHA-256 of the names, shapes and values of the tensors of `checkpoint.safetensors`, in the file's order. The
    /// optimizer's state is left out, which is most of the file: where it differs, so do the weights of the next step.
    package var digest: String

    /// Of the checkpoint that lies there now.
    /// - Throws: `TensorFileError` when it cannot be read.
    package init(epoch: Int, step: Int, checkpoint: String) throws {
        self.epoch = epoch
        self.step = step
        let file = try TensorFile(path: checkpoint)
        var digest = Digest()
        for tensor in file.tensors where !Checkpoint.isState(tensor.name, in: file) {
            digest.add("\(tensor.name) \(Text.shape(tensor.shape))\n")
            digest.add(try file.bytes(tensor.name))
        }
        self.digest = digest.text
    }

    private init?(_ line: Substring) {
        let fields = line.split(separator: ",")
        guard fields.count == 3, let epoch = Int(fields[0]), let step = Int(fields[1]), fields[2].utf8.count == 64
        else { return nil }
        self.epoch = epoch
        self.step = step
        digest = String(fields[2])
    }

    /// The columns of `hashes.csv`.
    package static let header = "epoch,step,weights_sha256"

    /// What a run wrote into `hashes.csv`; empty when it wrote nothing.
    /// - Throws: `TrainerError` that names the line.
    package static func list(_ path: String) throws -> [HashRow] {
        guard FileSystem.isFile(path) else { return [] }
        let lines = try FileSystem.text(of: path).split(separator: "\n")
        return try lines.enumerated().dropFirst().map { number, line in
            if let row = HashRow(line) { return row }
            throw TrainerError("\(path):\(number + 1): expected \"\(header)\", found \"\(line)\"")
        }
    }
}
