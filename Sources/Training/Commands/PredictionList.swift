import Imaging

/// A picture and where its prediction goes.
struct PredictionJob: Hashable, Sendable {
    var picture: String
    /// The mask, the class map, or the picture that the net makes of it.
    var result: String
    /// Of class maps, the picture under its classes in colours.
    var overlay: String?
}

/// The pictures to predict.
struct PredictionList {
    var jobs: [PredictionJob] = []
    private let task: TrainingTask

    /// The folder of overlays inside that of class maps, so that the latter holds nothing but masks.
    static let overlays = "overlays"

    /// Takes files as they are, and of folders the files that are pictures by content.
    /// - Throws: `TrainerError` for names that are not there, an empty list, two results of one name, and results that
    ///   would replace a file that no prediction has left.
    init(inputs: [String], folder: String, task: TrainingTask) throws {
        self.task = task
        for input in inputs {
            switch FileSystem.kind(input) {
            case .folder: try addFolder(input, folder)
            case .file: add(input, folder)
            case .other, nil: throw TrainerError("\(input): expected a picture or a folder of pictures, found none")
            }
        }
        guard !jobs.isEmpty else {
            throw TrainerError("\(inputs.joined(separator: ", ")): expected pictures (PNG or JPEG), found none")
        }
        try checkTargets()
    }

    private mutating func addFolder(_ path: String, _ folder: String) throws {
        for name in try FileSystem.names(in: path) {
            let file = FileSystem.join(path, name)
            guard FileSystem.isFile(file), ImageFormat(startOf: try FileSystem.head(of: file, count: 16)) != nil else {
                continue
            }
            add(file, folder)
        }
    }

    private mutating func add(_ picture: String, _ folder: String) {
        let name = FileSystem.stem(picture) + ".png"
        let overlays = FileSystem.join(folder, Self.overlays)
        jobs.append(
            PredictionJob(
                picture: picture, result: FileSystem.join(folder, name),
                overlay: task.classes == nil ? nil : FileSystem.join(overlays, name)))
    }

    /// Whether a file is one that an earlier prediction may have left: black and white, or class numbers. A picture that
    /// a net has made cannot be told from others.
    private func isResult(_ path: String) -> Bool {
        guard task.needsMasks, let mask = try? decodeMask(path: path) else { return false }
        guard let range = task.classes else { return mask.pixels.allSatisfy { $0 == 0 || $0 == 255 } }
        return mask.pixels.allSatisfy { $0 < range.count }
    }

    private func checkTargets() throws {
        var owners: [String: String] = [:]
        let pictures = Set(jobs.map { FileSystem.absolute($0.picture) })
        for job in jobs {
            if let other = owners.updateValue(job.picture, forKey: job.result) {
                throw TrainerError(
                    "\(other) and \(job.picture) would both give the \(task.result) \(job.result)",
                    hint: "predict them into different folders")
            }
            let isThere = FileSystem.isFile(job.result)
            if isThere && (pictures.contains(FileSystem.absolute(job.result)) || !isResult(job.result)) {
                throw TrainerError(
                    "\(job.result): the \(task.result) would replace a picture", hint: "choose another --out")
            }
            // The overlay of an earlier prediction has its class map beside it.
            guard let overlay = job.overlay, FileSystem.isFile(overlay) else { continue }
            if !isThere || pictures.contains(FileSystem.absolute(overlay)) {
                throw TrainerError("\(overlay): the overlay would replace a picture", hint: "choose another --out")
            }
        }
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
