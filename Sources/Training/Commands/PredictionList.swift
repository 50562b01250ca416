import Imaging

/// A picture and where its mask goes.
struct PredictionJob: Hashable, Sendable {
    var picture: String
    var mask: String
}

/// The pictures to predict.
struct PredictionList {
    var jobs: [PredictionJob] = []

    /// Takes files as they are, and of folders the files that are pictures by content.
    /// - Throws: `TrainerError` for names that are not there, an empty list, two masks of one name, and masks that
    ///   would replace a picture.
    init(inputs: [String], folder: String) throws {
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
        let mask = FileSystem.join(folder, FileSystem.stem(picture) + ".png")
        jobs.append(PredictionJob(picture: picture, mask: mask))
    }

    /// Whether a file is one that an earlier prediction may have left: black and white.
    private static func isMask(_ path: String) -> Bool {
        guard let mask = try? decodeMask(path: path) else { return false }
        return mask.pixels.allSatisfy { $0 == 0 || $0 == 255 }
    }

    private func checkTargets() throws {
        var owners: [String: String] = [:]
        let pictures = Set(jobs.map { FileSystem.absolute($0.picture) })
        for job in jobs {
            if let other = owners.updateValue(job.picture, forKey: job.mask) {
                throw TrainerError(
                    "\(other) and \(job.picture) would both give the mask \(job.mask)",
                    hint: "predict them into different folders")
            }
            guard FileSystem.isFile(job.mask) else { continue }
            if pictures.contains(FileSystem.absolute(job.mask)) || !Self.isMask(job.mask) {
                throw TrainerError("\(job.mask): the mask would replace a picture", hint: "choose another --out")
            }
        }
    }
}
