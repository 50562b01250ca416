/// A number that tests give and that epochs are compared by.
struct Criterion: Hashable, Sendable {
    var measure: Measure
    var isMoreBetter: Bool
    /// Among the task's measures; nil for the loss.
    private var place: Int?

    func value(of scores: TestScores) -> Double { place.map { scores.values[$0] } ?? scores.loss }

    /// Any number is better than none.
    func isBetter(_ value: Double, than other: Double) -> Bool {
        other.isNaN ? !value.isNaN : isMoreBetter ? value > other : value < other
    }

    /// The criteria of a task; what the best weights are the best by comes first, unless something else is asked for:
    /// the first measure where there is a decision to get right, else the loss.
    static func all(_ task: TrainingTask) -> [Criterion] {
        let loss = Criterion(
            measure: Measure(column: "test_loss", title: "test loss", digits: nil), isMoreBetter: false, place: nil)
        let measures = task.measures.enumerated().map {
            Criterion(measure: $1, isMoreBetter: true, place: $0)
        }
        return task == .reconstruction ? [loss] + measures : measures + [loss]
    }
}

extension TrainingTask {
    /// The criterion of that name in `metrics.csv`; nil for the task's own.
    /// - Parameter flag: who names it, for messages.
    /// - Throws: `TrainerError` that lists what there is.
    func criterion(_ name: String? = nil, flag: String = "--best-by") throws -> Criterion {
        let all = Criterion.all(self)
        guard let found = all.first(where: { name == nil || $0.measure.column == name }) else {
            throw TrainerError(
                "\(flag): tests of \(description) do not measure \"\(name ?? "")\"",
                hint: "they measure " + all.map(\.measure.column).joined(separator: ", "))
        }
        return found
    }
}
