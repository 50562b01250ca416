import Base
import FileAccess
import Imaging
import Tasks
import TrainerSupport

/// A picture and where its prediction goes.
package struct PredictionJob: Hashable, Sendable {
    package var picture: String
    /// The mask, the class map, or the picture that the net makes of it; of labels that may overlap a mask for each.
    var results: [String]
    /// The probability of the object, or one file for each class or label; empty when they are not wanted.
    var probabilities: [String] = []
    /// The picture with its objects or classes in colours.
    var overlay: String?
    /// Which files these may take the place of.
    var replacing = Replacing.own

    /// All that is written.
    var files: [String] { results + probabilities + (overlay.map { [$0] } ?? []) }

    /// The first.
    var result: String { results[0] }

    /// Looks once more at what would be replaced, just before it is: people work on masks while others are predicted.
    /// - Throws: `ImageError` about the picture when a file has come or was changed.
    func checkFree(_ task: TrainingTask) throws(ImageError) {
        guard let file = files.first(where: { !replacing.allows($0) }) else { return }
        let conflict = PredictionConflict(file: file, what: what(file, task), isPicture: false)
        throw ImageError(file: picture, message: "is left out: \(conflict.text)")
    }

    /// What one of the files is.
    func what(_ file: String, _ task: TrainingTask) -> String {
        if results.contains(where: { ExactText($0) == ExactText(file) }) { return task.result }
        return file == overlay ? "overlay" : "picture of probabilities"
    }
}

/// Where predictions go, and which files they may replace.
package struct PredictionTargets: Sendable {
    package let folder: String
    let task: TrainingTask
    package let style: PredictionStyle
    /// Of classes or labels.
    let names: [String]
    /// Which files may be replaced.
    package var replacing = Replacing.own

    package init(
        folder: String, task: TrainingTask, style: PredictionStyle, names: ClassNames? = nil,
        replacing: Replacing = .own
    ) {
        self.folder = folder
        self.names = names?.names ?? (0..<(task.partCount ?? 0)).map { "\($0)" }
        self.task = task
        self.style = style
        self.replacing = replacing
    }

    /// Folders inside that of masks and class maps, so that the latter holds nothing but these.
    private static let overlays = "overlays"
    private static let probabilities = "probabilities"

    /// The files of a picture's prediction.
    func job(_ picture: PredictionPicture) -> PredictionJob {
        let common = style.decoding.channelNames?.core(of: FileSystem.name(picture.path), channel: 0)
        let stem = common ?? FileSystem.stem(picture.path)
        func file(_ folders: String..., ending: String = "") -> String {
            let name = FileSystem.join(picture.below, stem + ending + ".png")
            return FileSystem.join(folders.reduce(folder, FileSystem.join), name)
        }
        let results = task.labels == nil ? [file()] : names.map { file(ending: "_" + $0) }
        var job = PredictionJob(picture: picture.path, results: results, replacing: replacing)
        if style.overlay != .none { job.overlay = file(Self.overlays) }
        guard style.probabilityBits != nil else { return job }
        if let range = task.classes {
            job.probabilities = (0..<range.count).map { file(Self.probabilities, "\($0)") }
        } else if task.labels != nil {
            job.probabilities = names.map { file(Self.probabilities, ending: "_" + $0) }
        } else {
            job.probabilities = [file(Self.probabilities)]
        }
        return job
    }

    /// Why a picture's results cannot have their names; nil when they can.
    func nameFault(_ job: PredictionJob) -> String? {
        let length = job.results.map { FileName.bytes(of: FileSystem.name($0)).count }.max() ?? 0
        let limit = Files.longestName(in: FileSystem.isFolder(folder) ? folder : ".")
        guard length > limit else { return nil }
        return
            "has a name too long for a result: with \".png\" it would be \(length) bytes, more than the \(limit) allowed; "
            + "rename it"
    }

    /// The job's files that must not be written.
    /// - Parameter pictures: all pictures that will be read, as far as they are known.
    func conflicts(_ job: PredictionJob, pictures: Set<Files.Identity>) -> [PredictionConflict] {
        job.files.compactMap { file in
            guard let identity = Files.identity(of: file) else { return nil }
            if pictures.contains(identity) {
                return PredictionConflict(file: file, what: job.what(file, task), isPicture: true)
            }
            return replacing.allows(file)
                ? nil : PredictionConflict(file: file, what: job.what(file, task), isPicture: false)
        }
    }
}

/// A file that a result would replace and must not.
struct PredictionConflict: Hashable, Sendable {
    var file: String
    /// What would have been written.
    var what: String
    /// True when the file is among the pictures that are read.
    var isPicture: Bool

    /// The error about all of them; nil where there are none.
    static func error(_ conflicts: [PredictionConflict], of count: Int) -> TrainerError? {
        let pictures = conflicts.filter(\.isPicture)
        if let first = pictures.first {
            let more = pictures.count == 1 ? "" : ", and \(Text.count(pictures.count - 1, "other file")) likewise"
            return TrainerError(
                "\(first.file): the \(first.what) would replace a picture that is to be predicted\(more)",
                hint: "choose another --out")
        }
        return Replacing.error(conflicts.map(\.file), of: count)
    }

    /// What to say where the picture alone is left out.
    var text: String {
        let kind = isPicture ? "a picture that is predicted" : "a file that unetc has not written"
        return "its \(what) \(file) would replace \(kind)"
    }
}

/// Which picture each file that is written belongs to.
struct PredictionClaims {
    private var owners: [ExactText: String] = [:]

    /// - Throws: `TrainerError` when an earlier picture has a file of that name.
    mutating func claim(_ job: PredictionJob, _ task: TrainingTask) throws {
        for file in job.files {
            guard let other = owners[Self.place(of: file)] else { continue }
            let what = job.results.contains(file) ? "the \(task.result) " : ""
            throw TrainerError(
                "\(other) and \(job.picture) would both give \(what)\(file)",
                hint: "predict them into different folders, or with --recursive from the folder above")
        }
        for file in job.files { owners[Self.place(of: file)] = job.picture }
    }

    /// Where the file will be written: links lead several names to one place.
    private static func place(of file: String) -> ExactText {
        guard !Files.exists(file) else { return ExactText(Files.absolute(file)) }
        return ExactText(FileSystem.join(Files.absolute(FileSystem.parent(file)), FileSystem.name(file)))
    }
}

extension TrainingTask {
    /// What a prediction writes.
    package var result: String {
        switch self {
        case .mask: "mask"
        case .classes: "class map"
        case .labels: "mask of a label"
        case .reconstruction: "reconstruction"
        }
    }
}
