import Imaging

/// A picture and where its prediction goes.
struct PredictionJob: Hashable, Sendable {
    var picture: String
    /// The mask, the class map, or the picture that the net makes of it.
    var result: String
    /// The probability of the object, or one file for each class; empty when they are not wanted.
    var probabilities: [String] = []
    /// The picture with its objects or classes in colours.
    var overlay: String?

    /// All that is written.
    var files: [String] { [result] + probabilities + (overlay.map { [$0] } ?? []) }
}

/// Where predictions go, and which files they may replace.
struct PredictionTargets: Sendable {
    let folder: String
    let task: TrainingTask
    let style: PredictionStyle

    /// Folders inside that of masks and class maps, so that the latter holds nothing but these.
    private static let overlays = "overlays"
    private static let probabilities = "probabilities"

    /// The files of a picture's prediction.
    func job(_ picture: PredictionPicture) -> PredictionJob {
        let name = FileSystem.join(picture.below, FileSystem.stem(picture.path) + ".png")
        func file(_ folders: String...) -> String {
            FileSystem.join(folders.reduce(folder, FileSystem.join), name)
        }
        var job = PredictionJob(picture: picture.path, result: file())
        if style.overlay != .none { job.overlay = file(Self.overlays) }
        guard style.probabilityBits != nil else { return job }
        if let range = task.classes {
            job.probabilities = (0..<range.count).map { file(Self.probabilities, "\($0)") }
        } else {
            job.probabilities = [file(Self.probabilities)]
        }
        return job
    }

    /// Why the job's files must not be written; nil when they may.
    ///
    /// Files of earlier predictions may be replaced. Those are masks of black and white or of class numbers, and what
    /// lies beside one of these in the folders here. A picture that a net has made cannot be told from others.
    /// - Parameter pictures: the absolute paths of all pictures that will be read, as far as they are known.
    func fault(_ job: PredictionJob, pictures: Set<String>) -> TrainerError? {
        let isThere = FileSystem.isFile(job.result)
        if isThere && (pictures.contains(FileSystem.absolute(job.result)) || !isResult(job.result)) {
            return TrainerError(
                "\(job.result): the \(task.result) would replace a picture", hint: "choose another --out")
        }
        let companions =
            [(job.overlay, "overlay")] + job.probabilities.map { ($0, "picture of probabilities") }
        for case (let file?, let what) in companions where FileSystem.isFile(file) {
            if !isThere || pictures.contains(FileSystem.absolute(file)) {
                return TrainerError("\(file): the \(what) would replace a picture", hint: "choose another --out")
            }
        }
        return nil
    }

    /// Looks at one row after the other: results may be as large as pictures.
    private func isResult(_ path: String) -> Bool {
        guard task.needsMasks, let reader = try? PictureReader(path: path) else { return false }
        var row = [UInt8](repeating: 0, count: 3 * reader.width)
        for _ in 0..<reader.height {
            let isRead = row.withUnsafeMutableBufferPointer { (try? reader.readRow(into: $0)) != nil }
            guard isRead, isResult(row: row) else { return false }
        }
        return true
    }

    /// Whether red, green and blue are equal, and what a result holds.
    private func isResult(row: [UInt8]) -> Bool {
        stride(from: 0, to: row.count, by: 3).allSatisfy { place in
            let value = row[place]
            guard row[place + 1] == value, row[place + 2] == value else { return false }
            return task.classes.map { value < $0.count } ?? (value == 0 || value == 255)
        }
    }
}

/// Which picture each file that is written belongs to.
struct PredictionClaims {
    private var owners: [String: String] = [:]

    /// - Throws: `TrainerError` when an earlier picture has a file of that name.
    mutating func claim(_ job: PredictionJob, _ task: TrainingTask) throws {
        for file in job.files {
            guard let other = owners[file] else { continue }
            let what = file == job.result ? "the \(task.result) " : ""
            throw TrainerError(
                "\(other) and \(job.picture) would both give \(what)\(file)",
                hint: "predict them into different folders, or with --recursive from the folder above")
        }
        for file in job.files { owners[file] = job.picture }
    }
}

extension TrainingTask {
    /// What a prediction writes.
    var result: String {
        switch self {
        case .mask: "mask"
        case .classes: "class map"
        case .reconstruction: "reconstruction"
        }
    }
}
