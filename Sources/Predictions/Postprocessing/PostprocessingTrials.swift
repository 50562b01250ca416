import Base

/// What could be done to masks, and whether it gains anything on the pictures of several folds.
package struct PostprocessingTrials: Hashable, Sendable {
    /// Nothing first.
    package let all: [Postprocessing]

    package init(connectivity: Connectivity) {
        let least = [4, 8, 16, 32, 64, 128, 256, 512, 1024]
        all =
            [.none, Postprocessing(keepsLargest: true, connectivity: connectivity)]
            + least.map { Postprocessing(leastPixels: $0, connectivity: connectivity) }
    }

    /// What a trial gives.
    struct Outcome: Hashable {
        var trial: Postprocessing
        /// The mean Dice of a picture, over all folds' pictures.
        var dice: Double
        /// In how many folds it is more than without, and less.
        var better: Int
        var worse: Int
    }

    /// - Parameter folds: of each fold, of each picture, the Dice of each trial; nil where it tells nothing.
    func outcomes(_ folds: [[[Double?]]]) -> [Outcome] {
        func mean(_ pictures: [[Double?]], _ trial: Int) -> Double {
            let values = pictures.compactMap { $0[trial] }
            return values.reduce(0, +) / Double(max(1, values.count))
        }
        return all.enumerated().map { number, trial in
            let differences = folds.map { mean($0, number) - mean($0, 0) }
            return Outcome(
                trial: trial, dice: mean(Array(folds.joined()), number), better: differences.count { $0 > 0 },
                worse: differences.count { $0 < 0 })
        }
    }

    /// The one with the most Dice of those that gain: over all pictures, and in more folds than they lose in; nil for none.
    func best(_ outcomes: [Outcome]) -> Outcome? {
        let plain = outcomes.first?.dice ?? 0
        return outcomes.filter { $0.dice > plain && $0.better > $0.worse }.max { $0.dice < $1.dice }
    }

    /// A line for each trial, and what to do.
    package func text(_ folds: [[[Double?]]]) -> String {
        let outcomes = outcomes(folds)
        let names = outcomes.map { $0.trial.isNone ? "as they are" : $0.trial.flags }
        let width = names.map(\.count).max() ?? 0
        let lines = zip(outcomes, names).map { outcome, name in
            let line = name + String(repeating: " ", count: width - name.count) + "  " + Text.fixed(outcome.dice, 4)
            return outcome.trial.isNone
                ? line : line + "  more in \(outcome.better), less in \(outcome.worse) of \(folds.count) folds"
        }
        let count = Text.count(folds.reduce(0) { $0 + $1.count }, "picture")
        let advice =
            best(outcomes).map { best in
                "predict with \(best.trial.flags): a Dice of \(Text.fixed(best.dice, 4)) instead of "
                    + Text.fixed(outcomes[0].dice, 4)
            } ?? "nothing gains: leave masks as they are"
        return (["mean Dice of a picture, over \(count) that the nets were not trained on:"] + lines + [advice])
            .joined(separator: "\n")
    }
}
