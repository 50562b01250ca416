import ArgumentParser

/// Where pictures and masks are and how they are parted.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A folder with images/ and annotations/trimaps/, or images/ and masks/; "
                + "without it the embedded pictures are drawn.", valueName: "dir"))
    var data: String?

    @Option(help: ArgumentHelp("The folder of pictures, relative to --data if given.", valueName: "dir"))
    var images: String?

    @Option(help: ArgumentHelp("The folder of masks, relative to --data if given.", valueName: "dir"))
    var masks: String?

    @Option(
        help: ArgumentHelp(
            "Which mask values mean background (0) and object (1), such as 0=2,1=1+3; default: from the layout, "
                + "else 0/1 or 0/255.", valueName: "map"),
        transform: { try MaskMap(parsing: $0) })
    var maskMap: MaskMap?

    @Option(
        help: ArgumentHelp("The share of the pictures that train, the rest test; default: 0.8.", valueName: "share"))
    var split: Double?

    @Flag(help: "The first pictures by name train, instead of a draw by --seed.")
    var sorted = false

    @Flag(help: "Files that cannot be used are an error instead of being skipped.")
    var strict = false

    @Option(help: "Threads; default: one per processor.")
    var threads: Int?

    mutating func validate() throws {
        if (images == nil) != (masks == nil) {
            throw ValidationError("--images and --masks are given together or not at all.")
        }
        if let split, !(0...1).contains(split) {
            throw ValidationError("--split takes a share from 0 to 1, found \(split).")
        }
        try validateThreads(threads)
    }

    var namesData: Bool { data != nil || images != nil }

    /// The flags over what a run remembers. Paths are made absolute, so that the run can be continued from elsewhere.
    /// - Throws: `TrainerError` when the folders are not there.
    func resolved(over recorded: DataSettings?) throws -> DataSettings {
        var settings = recorded ?? DataSettings()
        if namesData {
            let layout = try DataLayout.recognize(folder: data, pictures: images, masks: masks)
            settings.folder = data.map(FileSystem.absolute)
            settings.pictures = images.map { _ in FileSystem.absolute(layout.pictures) }
            settings.masks = masks.map { _ in FileSystem.absolute(layout.masks) }
        }
        settings.map = maskMap ?? settings.map
        settings.split = split ?? settings.split
        settings.isSorted = sorted || settings.isSorted
        return settings
    }
}

/// Whose weights to use.
struct WeightsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of a run; its best weights are used.", valueName: "run"))
    var run: String?

    @Option(help: ArgumentHelp("A safetensors file with the parameters by name.", valueName: "file"))
    var weights: String?

    mutating func validate() throws {
        if (run == nil) == (weights == nil) { throw ValidationError("Give --run RUN or --weights FILE.") }
    }

    /// The file of weights: the run's best ones, or the latest before an epoch is complete.
    /// - Throws: `TrainerError` when there is none.
    func file() throws -> String {
        if let weights {
            guard FileSystem.isFile(weights) else {
                throw TrainerError("\(weights): expected a file of weights, found none")
            }
            return weights
        }
        let files = RunFiles(folder: run ?? "")
        if let found = [files.best, files.checkpoint].first(where: FileSystem.isFile) { return found }
        throw TrainerError(
            "\(files.folder): expected the folder of a run, found no best.safetensors in it",
            hint: "train first: trainer train --out \(files.folder)")
    }

    /// What the run remembers; nil for bare weights.
    func record() throws -> RunRecord? { run == nil ? nil : try Checkpoint(path: file()).record(for: nil) }
}

func validateThreads(_ threads: Int?) throws {
    if let threads, !(1...1024).contains(threads) {
        throw ValidationError("--threads takes a number from 1 to 1024, found \(threads).")
    }
}
