import Base
import TrainerSupport

/// Something about a data set that its owner should know.
package struct Finding: Hashable, Sendable {
    /// How bad it is, the worst first.
    package enum Severity: String, Hashable, Sendable, CaseIterable {
        /// Training cannot work.
        case error
        /// Training works, and its result is likely not what was wanted.
        case warning
        case note
    }

    /// Stable names for programs that read `--json`.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case layout = "layout"
        case noPairs = "no-pairs"
        case unusable = "unusable-files"
        case foreign = "foreign-files"
        case pictureAlone = "pictures-without-mask"
        case maskAlone = "masks-without-picture"
        case sameName = "same-name"
        case subfolders = "subfolders"
        case maskValues = "mask-values"
        case noObject = "no-object"
        case nothingToTrain = "nothing-to-train"
        case jpegMasks = "jpeg-masks"
        case scaledMasks = "scaled-masks"
        case deepMasks = "deep-masks"
        case alphaMasks = "alpha-masks"
        case palettes = "palettes"
        case turnedPictures = "turned-pictures"
        case orientation = "orientation"
        case unusedRange = "unused-range"
        case mixedDepths = "mixed-depths"
        case maskShape = "mask-shape"
        case maskSize = "mask-size"
        case emptyMasks = "empty-masks"
        case fullMasks = "full-masks"
        case inverted = "inverted-masks"
        case rareObject = "rare-object"
        case rareClasses = "rare-classes"
        case untrainedClasses = "untrained-classes"
        case untestedClasses = "untested-classes"
        case untestedObject = "untested-object"
        case lostObjects = "lost-objects"
        case lostDetail = "lost-detail"
        case plainPictures = "plain-pictures"
        case smallPictures = "small-pictures"
        case duplicatesAcross = "duplicates-across-split"
        case duplicates = "duplicates"
        case groups = "groups"
        case groupsAcross = "groups-across-split"
        case contradictions = "same-picture-other-mask"
        case fewPictures = "few-pictures"
        case noTests = "no-tests"
    }

    package var severity: Severity
    package var code: Code
    /// What is the case, in a line, without the names of files, but where it is about one alone.
    package var text: String
    /// What to do about it; nil where there is nothing to be done.
    var advice: String?
    /// The files it is about, all of them, each as its folder's name and its own; `a = b` for files that are equal.
    var files: [String] = []
    /// The pairs it is about, by their place in the survey.
    var pairs: [Int] = []

    init(
        _ severity: Severity, _ code: Code, _ text: String, advice: String? = nil, files: [String] = [],
        pairs: [Int] = []
    ) {
        self.severity = severity
        self.code = code
        self.text = text
        self.advice = advice
        self.files = files
        self.pairs = pairs
    }

    init(_ code: Code, _ error: TrainerError) {
        self.init(.error, code, error.message, advice: error.hint)
    }

    /// `warning: …; …: a.png, b.png and 17 more`, on one line.
    package func line(names count: Int = 3) -> String { "\(severity.rawValue): " + words(names: count) }

    /// Whether the text names the file, alone or below its folder, and not another whose name has this one in it.
    private func mentions(_ file: String) -> Bool {
        let (text, file) = (Array(text.utf8), Array(file.utf8))
        guard text.count >= file.count else { return false }
        return (0...text.count - file.count).contains { start in
            let end = start + file.count
            return text[start..<end].elementsEqual(file) && (start == 0 || " /\"(".utf8.contains(text[start - 1]))
                && (end == text.count || " :;,)\"".utf8.contains(text[end]))
        }
    }

    /// The line without the severity.
    package func words(names count: Int = 3) -> String {
        let files = Text.list(files.filter { !mentions($0) }, most: count)
        let head = text + (files.isEmpty ? "" : " (\(files))")
        return (head + (advice.map { "; " + $0 } ?? "")).split(separator: "\n").joined(separator: " ")
    }
}

extension [Finding] {
    /// The worst first, else in the order in which they were found.
    var graded: [Finding] { Finding.Severity.allCases.flatMap { severity in filter { $0.severity == severity } } }

    func count(of severity: Finding.Severity) -> Int { count { $0.severity == severity } }
}
