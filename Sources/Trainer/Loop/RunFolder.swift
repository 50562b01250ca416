import FileAccess
import Nets
import TrainerSupport

/// The folder that a run writes to, held by one trainer at a time.
final class RunFolder {
    let path: String
    private let lock: FileLock

    /// Makes the folder if need be and locks it.
    /// - Throws: `TrainerError` when that fails or another trainer is at work in it.
    init(_ path: String) throws {
        self.path = path
        try FileSystem.makeFolder(path)
        guard let lock = try FileLock.hold(FileSystem.join(path, ".lock")) else {
            throw TrainerError("\(path): another trainer is at work in this folder", hint: "choose another --out")
        }
        self.lock = lock
        removeLeftovers()
    }

    /// Files that a killed trainer had begun, by the names that it gives them; nobody else writes these while the folder
    /// is locked, and other files in it are the user's.
    private func removeLeftovers() {
        for name in (try? FileSystem.names(in: path)) ?? [] where name.hasSuffix(".tmp") {
            let file = FileSystem.join(path, name)
            if files.all.contains(where: { file.hasPrefix($0 + ".") }) { Files.remove(file) }
        }
    }

    var files: RunFiles { RunFiles(folder: path) }
}
