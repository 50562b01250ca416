import Base

/// A file that cannot be used, and why.
struct DataIssue: Hashable, Sendable {
    var file: String
    /// Follows the file's name: "is a GIF, expected PNG or JPEG".
    var reason: String
    var kind = Kind.unusable

    /// Why a file is left out.
    enum Kind: String, Hashable, Sendable, CaseIterable {
        /// It is no picture at all.
        case foreign
        /// It cannot be read, is damaged, or is a picture of a kind that is not read.
        case unusable
        case pictureAlone
        case maskAlone
        /// Another file of its folder has its name before the extension.
        case sameName
    }

    var text: String { "\(file): \(reason)" }
}

/// The files that were left out of a data set, or of a prediction.
struct DataReport: Hashable, Sendable {
    var issues: [DataIssue] = []
    /// All that were looked at; 0 where nobody has counted them.
    var fileCount = 0

    /// At most this many files are named.
    static let shownCount = 10

    /// "left out 4 of 12 files:" and their names; nil when there are none.
    var warning: String? { issues.isEmpty ? nil : "left out \(which):\n" + list }

    /// The error of `--strict`; nil when all files can be used.
    var strictError: TrainerError? {
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
