import Base
import Tasks
import TrainerSupport

/// When a run is good enough, or no longer gets better; may differ from session to session of a run.
package struct StoppingRules: Hashable, Sendable {
    /// Epochs without better weights after which training stops; nil for any number.
    package var patience: Int?
    /// The name of the criterion of the best weights; nil for the task's own.
    package var bestBy: String?
    /// What tests have to reach, all of it in one epoch.
    package var goals: [Goal] = []

    /// A number that a criterion has to reach.
    package struct Goal: Hashable, Sendable, CustomStringConvertible {
        var name: String
        var value: Double

        package var description: String { "\(name)=\(Text.plain(value))" }
    }

    /// Reads `dice=0.85`, or several separated by commas.
    /// - Throws: `TrainerError`.
    package static func goals(parsing text: String) throws -> [Goal] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard sides.count == 2, !sides[0].isEmpty, let value = Double(sides[1]), value.isFinite else {
                throw TrainerError("expected a goal such as dice=0.85, found \"\(pair)\"")
            }
            return Goal(name: sides[0], value: value)
        }
    }

    /// - Parameter hasTruth: whether the test masks have an object, or pixels of any class.
    /// - Throws: `TrainerError` for criteria that the task does not have, when there is nothing to test, and for goals that
    ///   these tests cannot reach.
    package func check(_ task: TrainingTask, hasTests: Bool, hasTruth: Bool) throws {
        _ = try task.criterion(bestBy)
        for goal in goals {
            let criterion = try task.criterion(goal.name, flag: "--until")
            try goal.check(criterion)
            guard hasTests, !hasTruth, criterion.measure.needsTruth else { continue }
            throw TrainerError(
                "--until \(goal): \(task.withoutTruth), so that \(criterion.measure.title) says nothing and the goal is "
                    + "never reached",
                hint: "name another measure, such as --until test_loss=0.1, or test on pictures with something on them")
        }
        guard !hasTests else { return }
        let flags = [
            (patience != nil, "--patience"), (!goals.isEmpty, "--until"), (bestBy != nil, "--best-by"),
        ]
        if let flag = flags.first(where: { $0.0 })?.1 {
            throw TrainerError("\(flag): no pictures test the net", hint: "keep some with --split 0.8")
        }
    }

    /// Why training need not go on after the epochs so far; nil when it does.
    /// - Parameter scores: of the latest epoch.
    package func reason(_ progress: RunProgress, scores: TestScores?, task: TrainingTask) throws -> String? {
        if let scores, !goals.isEmpty {
            let values = try goals.map { goal in
                let criterion = try task.criterion(goal.name, flag: "--until")
                return (criterion, criterion.value(of: scores), goal.value)
            }
            if values.allSatisfy({ $0.0.reaches($0.1, $0.2) }) {
                let reached = values.map { $0.0.measure.text($0.1) }.joined(separator: ", ")
                return "\(reached) in epoch \(progress.epoch) is what --until asked for"
            }
        }
        if let patience, progress.bestEpoch > 0, progress.epoch - progress.bestEpoch >= patience {
            // Of equal values, and where there is none, the test loss decides.
            let criterion = progress.best?.value == nil ? Criterion.loss : try task.criterion(bestBy)
            return "\(Text.count(patience, "epoch")) without a better \(criterion.measure.title) "
                + "than in epoch \(progress.bestEpoch) (--patience \(patience))"
        }
        return nil
    }
}

extension StoppingRules.Goal {
    /// - Throws: `TrainerError` for a number that the measure never has.
    fileprivate func check(_ criterion: Criterion) throws {
        guard criterion.isShare, !(0...1).contains(value) else { return }
        throw TrainerError(
            "--until \(self): \(criterion.measure.title) is a number from 0 to 1",
            hint: Text.shareMeant(by: value).map { "did you mean \(name)=\($0)?" } ?? "such as --until \(name)=0.85")
    }
}

extension StoppingRules: RecordPart {
    package var metadata: [(String, String)] {
        [
            ("patience", patience.map { "\($0)" } ?? ""), ("best_by", bestBy ?? ""),
            ("until", goals.map(\.description).joined(separator: ",")),
        ]
    }

    package init(_ fields: RecordFields) throws {
        patience = try fields.valueOrNone("patience")
        bestBy = try fields.valueOrNone("best_by")
        let text: String? = try fields.valueOrNone("until")
        goals = try text.map { try Self.goals(parsing: $0) } ?? []
    }
}
