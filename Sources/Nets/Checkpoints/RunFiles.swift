import TrainerSupport

/// The names of the files of a run.
package struct RunFiles: Hashable, Sendable {
    package var folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// Everything needed to continue.
    package var checkpoint: String { FileSystem.join(folder, "checkpoint.safetensors") }
    /// The parameters of the epoch that did best on the test pictures.
    package var best: String { FileSystem.join(folder, "best.safetensors") }
    /// What these reach.
    package var bestScores: String { FileSystem.join(folder, "best.json") }
    /// What was measured of each test picture, by these.
    package var pictures: String { FileSystem.join(folder, "pictures.csv") }
    package var metrics: String { FileSystem.join(folder, "metrics.csv") }
    package var metricsLines: String { FileSystem.join(folder, "metrics.jsonl") }
    package var hashes: String { FileSystem.join(folder, "hashes.csv") }
    /// How the run was started.
    package var description: String { FileSystem.join(folder, "run.json") }
    package var plan: String { FileSystem.join(folder, "plan.json") }
    /// The graph's text.
    package var graph: String { FileSystem.join(folder, "net.graph") }
    package var report: String { FileSystem.join(folder, "report.html") }
    package var curves: String { FileSystem.join(folder, "curves.png") }
    /// Of class maps only.
    package var confusion: String { FileSystem.join(folder, "confusion.png") }
    /// Of binary masks only.
    package var thresholds: String { FileSystem.join(folder, "thresholds.png") }
    package var samples: String { FileSystem.join(folder, "samples.png") }
    /// Of cross-validation: what each fold reached, and the folder of each.
    package var folds: String { FileSystem.join(folder, "folds.csv") }
    /// Those that are written whole, under a temporary name first.
    package var all: [String] {
        [
            checkpoint, best, bestScores, pictures, metrics, metricsLines, hashes, description, plan, graph, report,
            curves, confusion, thresholds, samples, folds,
        ]
    }

    /// The number of the fold whose folder has that name; nil for others.
    package static func foldNumber(_ name: String) -> Int? {
        name.hasPrefix(foldPrefix) ? Int(name.dropFirst(foldPrefix.count)) : nil
    }

    private static let foldPrefix = "fold-"

    package func fold(_ number: Int) -> RunFiles {
        RunFiles(folder: FileSystem.join(folder, Self.foldPrefix + "\(number)"))
    }
}
