import TrainerSupport

/// A number that tests give and that epochs are compared by.
package struct Criterion: Hashable, Sendable {
    package var measure: Measure
    var isMoreBetter: Bool
    /// Among the task's measures; nil for the loss.
    private var place: Int?
    /// Whether it is a number from 0 to 1.
    package var isShare = false

    /// nil where the tests cannot tell it.
    package func value(of scores: TestScores) -> Double? { place.map { scores.values[$0] } ?? scores.loss }

    package func quality(of scores: TestScores) -> Quality { Quality(value: value(of: scores), loss: scores.loss) }

    /// Whether a value is what `goal` asks for, or better; nothing reaches no goal.
    package func reaches(_ value: Double?, _ goal: Double) -> Bool {
        guard let value else { return false }
        return value == goal || exceeds(value, goal, by: 0)
    }

    /// Whether an epoch is better than another. All that compare epochs ask this: of equal values that with the smaller test
    /// loss is better, and so it is where the tests cannot tell the criterion.
    /// - Parameters:
    ///   - other: nil for none, which anything is better than.
    ///   - share: how much better it has to be, in proportion to the other's value or loss.
    package func isBetter(_ quality: Quality, than other: Quality?, by share: Double = 0) -> Bool {
        guard let other else { return true }
        if quality.value != other.value {
            guard let value = quality.value else { return false }
            // Any number is better than none.
            guard let best = other.value else { return true }
            return exceeds(value, best, by: share)
        }
        guard let loss = quality.loss, let best = other.loss else { return false }
        return loss < best - Self.margin(share, of: best)
    }

    private func exceeds(_ value: Double, _ other: Double, by share: Double) -> Bool {
        let margin = Self.margin(share, of: other)
        return isMoreBetter ? value > other + margin : value < other - margin
    }

    private static func margin(_ share: Double, of value: Double) -> Double {
        share == 0 || value.isInfinite ? 0 : share * abs(value)
    }

    /// `Dice 0.8392`; the test loss where the tests cannot tell the criterion.
    package func text(_ quality: Quality) -> String {
        guard let value = quality.value, !value.isNaN else { return Self.loss.measure.text(quality.loss) }
        return measure.text(value)
    }

    package static let loss = Criterion(
        measure: Measure(column: "test_loss", title: "test loss", digits: nil, needsTruth: false),
        isMoreBetter: false, place: nil)

    /// The criteria of a task; what the best weights are the best by comes first, unless something else is asked for:
    /// the first measure where there is a decision to get right, else the loss.
    static func all(_ task: TrainingTask) -> [Criterion] {
        let measures = task.measures.enumerated().map {
            Criterion(measure: $1, isMoreBetter: true, place: $0, isShare: $1.unit.isEmpty)
        }
        return task == .reconstruction ? [loss] + measures : measures + [loss]
    }
}

/// How good an epoch is.
package struct Quality: Hashable, Sendable {
    /// What the criterion says; nil where the tests cannot tell it.
    package var value: Double?
    /// The test loss; nil in checkpoints from before it was written down.
    package var loss: Double?

    package init(value: Double?, loss: Double?) {
        // A number that is none is no better than nothing.
        self.value = value.flatMap { $0.isNaN ? nil : $0 }
        self.loss = loss.flatMap { $0.isNaN ? nil : $0 }
    }
}

extension TrainingTask {
    /// The criterion of that name in `metrics.csv`; nil for the task's own.
    /// - Parameter flag: who names it, for messages.
    /// - Throws: `TrainerError` that lists what there is.
    package func criterion(_ name: String? = nil, flag: String = "--best-by") throws -> Criterion {
        let all = Criterion.all(self)
        guard let found = all.first(where: { name == nil || $0.measure.column == name }) else {
            throw TrainerError(
                "\(flag): tests of \(description) do not measure \"\(name ?? "")\"",
                hint: "they measure " + all.map(\.measure.column).joined(separator: ", "))
        }
        return found
    }
}
