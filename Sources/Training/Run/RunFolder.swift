import FileAccess

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

/// The names of the files of a run.
struct RunFiles: Hashable, Sendable {
    var folder: String

    /// Everything needed to continue.
    var checkpoint: String { FileSystem.join(folder, "checkpoint.safetensors") }
    /// The parameters of the epoch that did best on the test pictures.
    var best: String { FileSystem.join(folder, "best.safetensors") }
    /// What these reach.
    var bestScores: String { FileSystem.join(folder, "best.json") }
    var metrics: String { FileSystem.join(folder, "metrics.csv") }
    var metricsLines: String { FileSystem.join(folder, "metrics.jsonl") }
    var hashes: String { FileSystem.join(folder, "hashes.csv") }
    /// How the run was started.
    var description: String { FileSystem.join(folder, "run.json") }
    var plan: String { FileSystem.join(folder, "plan.json") }
    /// The graph's text.
    var graph: String { FileSystem.join(folder, "net.graph") }
    var report: String { FileSystem.join(folder, "report.html") }
    var curves: String { FileSystem.join(folder, "curves.png") }
    /// Of class maps only.
    var confusion: String { FileSystem.join(folder, "confusion.png") }
    var samples: String { FileSystem.join(folder, "samples.png") }
    /// Of cross-validation: what each fold reached, and the folder of each.
    var folds: String { FileSystem.join(folder, "folds.csv") }
    /// Those that are written whole, under a temporary name first.
    var all: [String] {
        [
            checkpoint, best, bestScores, metrics, metricsLines, hashes, description, plan, graph, report, curves,
            confusion,
            samples,
            folds,
        ]
    }

    /// A run that was ended before its first checkpoint has a description; files without one are the user's.
    /// - Throws: `TrainerError` that names a file which a new run would replace.
    func checkAreOurs() throws {
        guard !FileSystem.isFile(checkpoint), let taken = all.first(where: Files.exists) else { return }
        // Hashes are written with checkpoints: a run that has some has lost its checkpoint, and is worth keeping.
        if Files.exists(hashes) {
            throw TrainerError(
                "\(folder): has a run without its \(FileSystem.name(checkpoint)), whose weights and numbers training would "
                    + "replace", hint: "choose another --out, or move it away")
        }
        if (try? RunDescription(parsing: FileSystem.text(of: description), file: description)) != nil { return }
        throw TrainerError(
            "\(taken): is there, and not of a run: training would replace it",
            hint: "choose another --out, or move it away")
    }

    func fold(_ number: Int) -> RunFiles { RunFiles(folder: FileSystem.join(folder, "fold-\(number)")) }
}
