import TrainerSupport

/// Which steps of a session are recorded.
package struct ProfileWindow: Hashable, Sendable {
    /// The session's steps, from 1, both included.
    package var first: Int
    var last: Int

    /// More would make files that no viewer opens.
    package static let mostSteps = 1000
    package static let standard = ProfileWindow(first: 1, last: 20)

    var count: Int { last - first + 1 }

    init(first: Int, last: Int) {
        self.first = first
        self.last = last
    }

    /// Reads `A:B`, or `B` for `1:B`.
    /// - Throws: `TrainerError` that says what was expected.
    package init(parsing text: String) throws {
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        let bounds = numbers.count == 1 ? [1] + numbers : numbers
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], first >= 1, last >= first else {
            throw TrainerError(
                "--profile-steps \"\(text)\": expected the first and the last step, such as 1:20",
                hint: "steps are those of this session, counted from 1")
        }
        guard last - first < Self.mostSteps else {
            throw TrainerError(
                "--profile-steps \(text): these are \(last - first + 1) steps, at most \(Self.mostSteps) are recorded",
                hint: "name a part of them, such as \(first):\(first + Self.mostSteps - 1)")
        }
        self.init(first: first, last: last)
    }

    /// `steps 1 to 20`, `step 5`.
    package var text: String { first == last ? "step \(first)" : "steps \(first) to \(last)" }
}
