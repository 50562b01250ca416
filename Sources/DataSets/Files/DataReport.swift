import Base
import TrainerSupport

/// A file that cannot be used, and why.
package struct DataIssue: Hashable, Sendable {
    package var file: String
    /// Follows the file's name: "is empty, expected PNG, JPEG or …".
    package var reason: String
    package var kind = Kind.unusable

    package init(file: String, reason: String, kind: Kind = .unusable) {
        self.file = file
        self.reason = reason
        self.kind = kind
    }

    /// Why a file is left out.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// It is no picture at all.
        case foreign
        /// It cannot be read, is damaged, or is a picture of a kind that is not read.
        case unusable
        case pictureAlone
        case maskAlone
        /// Another file of its folder has its name before the extension.
        case sameName
    }

    package var text: String { "\(file): \(reason)" }
}

/// The files that were left out of a data set, or of a prediction.
package struct DataReport: Hashable, Sendable {
    package var issues: [DataIssue] = []
    /// All that were looked at; 0 where nobody has counted them.
    package var fileCount = 0

    package init(issues: [DataIssue] = [], fileCount: Int = 0) {
        self.issues = issues
        self.fileCount = fileCount
    }

    /// At most this many files are named.
    static let shownCount = 10

    /// "left out 4 of 12 files:" and their names; nil when there are none.
    package var warning: String? { issues.isEmpty ? nil : "left out \(which):\n" + list }

    /// The error of `--strict`; nil when all files can be used.
    package var strictError: TrainerError? {
        guard !issues.isEmpty else { return nil }
        return TrainerError(
            "\(which) cannot be used:\n" + list,
            hint: "remove or repair \(issues.count == 1 ? "it" : "them"), or leave out --strict to skip "
                + (issues.count == 1 ? "it" : "them"))
    }

    /// `4 of 12 files`.
    private var which: String {
        fileCount >= issues.count && fileCount > 0
            ? "\(issues.count) of \(Text.count(fileCount, "file"))" : Text.count(issues.count, "file")
    }

    private var list: String {
        let lines = issues.prefix(Self.shownCount).map { "  " + $0.text }
        let rest = issues.count - lines.count
        return (lines + (rest > 0 ? ["  and \(rest) more"] : [])).joined(separator: "\n")
    }
}
