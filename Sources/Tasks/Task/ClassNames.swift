import Base
import TrainerSupport

/// What classes, or labels that overlap, are called.
package struct ClassNames: Hashable, Sendable {
    /// Of each class or label; its number where nobody gave a name.
    package private(set) var names: [String]
    private let areGiven: Bool

    /// - Parameter given: `--classes`; empty for numbers.
    /// - Throws: `TrainerError` when there are names, and not one for each class or label, or one that no label can have.
    package init(_ given: [String], task: TrainingTask) throws {
        areGiven = !given.isEmpty
        let count = task.partCount ?? 0
        names = areGiven ? given : (0..<count).map { "\($0)" }
        if task.labels != nil { try Self.checkLabels(given) }
        guard areGiven, given.count != count else { return }
        guard count > 0 else {
            throw TrainerError("--classes names classes, but the net learns none", hint: "leave out --classes")
        }
        guard task.labels == nil else {
            throw TrainerError(
                "--classes names \(Text.count(given.count, "label")), the graph has \(count): \(Text.list(given, most: 12))",
                hint: "give one name for each label, separated by commas, in the order of the target's channels")
        }
        throw TrainerError(
            "--classes names \(Text.count(given.count, "class", "classes")), the graph has \(count)",
            hint: "give one name for each class, separated by commas, from class 0")
    }

    /// - Throws: `TrainerError` for names that are no part of a file's name, and for one that is there twice.
    private static func checkLabels(_ given: [String]) throws {
        var seen: Set<ExactText> = []
        for name in given {
            let isTaken = !seen.insert(ExactText(name)).inserted
            guard name.utf8.contains(where: { "/,\0".utf8.contains($0) }) || isTaken else { continue }
            throw TrainerError(
                isTaken
                    ? "label \"\(name)\" is named twice"
                    : "label \"\(name)\": names of labels are part of the names of files, expected one without \"/\" and \",\"",
                hint: "give each label a name of its own, such as --classes nucleus,membrane")
        }
    }

    /// `3 (road)`, or the number alone.
    package func label(_ number: Int) -> String {
        areGiven && names.indices.contains(number) ? "\(number) (\(names[number]))" : "\(number)"
    }
}
