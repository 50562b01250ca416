import Tasks

/// Lowers the rate when tests get no better, as PyTorch's `ReduceLROnPlateau` does.
package struct PlateauRule: Hashable, Sendable {
    /// What the rate is times when that happens.
    var factor = 0.1
    /// Epochs without progress that are waited for.
    var patience = 10
    var lowestRate = 0.0
}

/// Where a run stands with its plateau.
package struct PlateauState: Hashable, Sendable {
    /// What the rate is times by now.
    var factor = 1.0
    /// The best that counted as progress; nil before the first epoch.
    package var best: Quality?
    /// Epochs since then, or since the rate was lowered.
    var idle = 0

    /// Of progress in proportion to the best: less does not count.
    private static let threshold = 1e-4

    /// Without tests it is the training loss that counts, which earlier checkpoints have as the criterion's value.
    package mutating func takeLosses() {
        if let best, best.loss == nil { self.best = Quality(value: nil, loss: best.value) }
    }

    /// Takes note of an epoch.
    /// - Returns: whether the rate is lower from now on.
    package mutating func add(_ quality: Quality, _ criterion: Criterion, _ rule: PlateauRule) -> Bool {
        if criterion.isBetter(quality, than: best, by: Self.threshold) {
            best = quality
            idle = 0
        } else {
            idle += 1
        }
        guard idle > rule.patience else { return false }
        factor *= rule.factor
        idle = 0
        return true
    }
}

extension PlateauState: RecordPart {
    package var metadata: [(String, String)] {
        [("plateau_factor", "\(factor)"), ("plateau_idle", "\(idle)")]
            + Quality.metadata(best, value: "plateau_best", loss: "plateau_best_loss")
    }

    package init(_ fields: RecordFields) throws {
        factor = try fields.value("plateau_factor", before: 1)
        best = try Quality(fields, value: "plateau_best", loss: "plateau_best_loss")
        idle = try fields.value("plateau_idle", before: 0)
    }
}
