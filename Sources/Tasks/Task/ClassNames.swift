import Base
import TrainerSupport

/// What classes are called.
package struct ClassNames: Hashable, Sendable {
    /// Of each class; its number where nobody gave a name.
    package private(set) var names: [String]
    private let areGiven: Bool

    /// - Parameter given: `--classes`; empty for numbers.
    /// - Throws: `TrainerError` when there are names, and not one for each class.
    package init(_ given: [String], task: TrainingTask) throws {
        areGiven = !given.isEmpty
        let count = task.classes?.count ?? 0
        names = areGiven ? given : (0..<count).map { "\($0)" }
        guard areGiven, given.count != count else { return }
        guard count > 0 else {
            throw TrainerError("--classes names classes, but the net learns none", hint: "leave out --classes")
        }
        throw TrainerError(
            "--classes names \(Text.count(given.count, "class", "classes")), the graph has \(count)",
            hint: "give one name for each class, separated by commas, from class 0")
    }

    /// `3 (road)`, or the number alone.
    package func label(_ number: Int) -> String {
        areGiven && names.indices.contains(number) ? "\(number) (\(names[number]))" : "\(number)"
    }
}
