import ArgumentParser
import Base
import DataSets
import Nets
import Runtime
import Tasks
import TrainerSupport

/// Where pictures and masks are and how they are parted.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A folder with images/ and annotations/trimaps/, images/ and masks/, train/, trainannot/, val/ and "
                + "valannot/, train/images/ and train/masks/, or pictures with masks named after them; without it "
                + "the embedded pictures are drawn.", valueName: "dir"))
    var data: String?

    @Option(help: ArgumentHelp("The folder of pictures, relative to --data if given.", valueName: "dir"))
    var images: String?

    @Option(help: ArgumentHelp("The folder of masks, relative to --data if given.", valueName: "dir"))
    var masks: String?

    @Option(
        help: ArgumentHelp(
            "How masks are named after their pictures, whose name is {}, such as {}_mask or "
                + "{}_training={}_manual1; default: alike, or as their names tell.", valueName: "pattern"),
        transform: { try MaskName(parsing: $0) })
    var maskName: MaskName?

    @Option(
        help: ArgumentHelp(
            "A table in place of folders: lines of picture,mask below a line that says so, paths relative to its "
                + "folder; more columns may say the part (train, val, test) and the group.", valueName: "csv"))
    var pairs: String?

    @Option(
        help: ArgumentHelp(
            "Which mask values mean which class, such as 0=2,1=1+3 (of a binary mask 0 is background, 1 is object; "
                + "ignore=5 leaves a value out), or which colours, such as background=#000000,road=#804080, whose names are "
                + "those of the classes; of labels that overlap what files or annotations call them, such as "
                + "nucleus=nuc+nuclei,membrane=mem; default: from the layout, else 0/1 or 0/255, or class numbers.",
            valueName: "map"),
        transform: { try MaskMeaning(parsing: $0) })
    var maskMap: MaskMeaning?

    @OptionGroup var classes: ClassOptions

    @Flag(
        help:
            "Of labels that overlap, a picture without a file for one has nothing of it, instead of that being an error."
    )
    var sparseLabels = false

    @OptionGroup var reading: PictureFlags

    @Option(
        help: ArgumentHelp(
            "The share of the pictures that train, the rest test; default: 0.8. An error where the data comes parted.",
            valueName: "share"))
    var split: Double?

    @Option(
        help: ArgumentHelp(
            "Pictures that belong together, as those of a patient or a video, all train or all test: a pattern of their "
                + "names such as {}_*, in which {} is the group, a regular expression, or a file of lines name,group.",
            valueName: "pattern"),
        transform: { try GroupRule(parsing: $0) })
    var groups: GroupRule?

    @Flag(help: "The first pictures by name train, instead of a draw by --seed.")
    var sorted = false

    @Flag(help: "Files that cannot be used are an error instead of being skipped.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "How much memory decoded pictures may take, such as 512M or 2G; others are read again in each epoch; "
                + "default: half of what the net leaves free.", valueName: "size"),
        transform: { try SampleCache(parsing: $0) })
    var cache: SampleCache?

    @OptionGroup var threading: ThreadOptions

    var threads: Int? { threading.threads }

    mutating func validate() throws {
        if masks != nil && images == nil { throw ValidationError("--masks is given together with --images.") }
        if pairs != nil && (data != nil || images != nil || maskName != nil) {
            throw ValidationError("--pairs says where all files are; leave out --data, --images and --mask-name.")
        }
        if let split, !(0...1).contains(split) {
            let hint = Text.shareMeant(by: split).map { " Did you mean \($0)?" } ?? ""
            throw ValidationError("--split takes a share from 0 to 1, found \(split).\(hint)")
        }
    }

    var namesData: Bool { data != nil || images != nil || pairs != nil }

    /// The flags over what a run remembers. Paths are made absolute, so that the run can be continued from elsewhere.
    /// - Throws: `TrainerError` when the folders are not there, or flags do not fit them or the task.
    func resolved(over recorded: DataSettings?, task: TrainingTask) throws -> DataSettings {
        var settings = recorded ?? DataSettings()
        if masks != nil && !task.needsMasks {
            throw TrainerError("the net learns its input again, from pictures alone", hint: "leave out --masks")
        }
        settings.groups = groups ?? (namesData ? nil : settings.groups)
        settings.maskName = maskName ?? (namesData ? nil : settings.maskName)
        if namesData {
            let layout = try DataLayout.recognize(
                folder: data, pictures: images, masks: masks, needsMasks: task.needsMasks, maskName: maskName,
                pairs: pairs)
            settings.pairs = pairs.map(FileSystem.absolute)
            settings.folder = data.map(FileSystem.absolute)
            settings.pictures = images.flatMap { _ in layout.folders.first?.pictures }.map(FileSystem.absolute)
            settings.masks = masks.flatMap { _ in layout.folders.first?.masks }.map(FileSystem.absolute)
        }
        if let maskMap { settings.take(try maskMap.settled(for: task)) }
        settings.classNames = classes.names ?? settings.classNames
        try applySparseLabels(to: &settings, task)
        reading.apply(to: &settings)
        if split != nil || sorted { try checkNotParted(settings, task, flag: split == nil ? "--sorted" : "--split") }
        settings.split = split ?? settings.split
        settings.isSorted = sorted || settings.isSorted
        return settings
    }

    /// - Throws: `TrainerError` for nets that learn no labels.
    func applySparseLabels(to settings: inout DataSettings, _ task: TrainingTask?) throws {
        if sparseLabels, let task, task.labels == nil {
            throw TrainerError(
                "--sparse-labels: the net learns \(task), no labels that overlap", hint: "leave it out")
        }
        settings.hasSparseLabels = sparseLabels || settings.hasSparseLabels
    }

    func checkNotParted(_ settings: DataSettings, _ task: TrainingTask, flag: String) throws {
        guard let layout = try settings.layout(for: task), layout.isParted else { return }
        let parts = layout.folders.compactMap { $0.part.map { $0.rawValue + "/" } }.joined(separator: ", ")
        throw TrainerError(
            "\(flag): the data in \(settings.title) comes parted into \(parts)",
            hint: "leave it out; or name one pair of folders to part, such as --images train --masks trainannot")
    }
}

/// What classes are called.
struct ClassOptions: ParsableArguments {
    @Option(
        name: .customLong("classes"),
        help: ArgumentHelp(
            "Names of the classes for tables and figures, from class 0, separated by commas; of labels that overlap, in the "
                + "order of the target's channels, by which their files are found as well.", valueName: "a,b,…"),
        transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
    var names: [String]?

    mutating func validate() throws {
        if let names, names.contains("") {
            throw ValidationError("--classes takes names separated by commas, found an empty one.")
        }
    }
}

func validateCount(_ flag: String, _ value: Int?, _ most: Int) throws {
    guard let value, !(1...most).contains(value) else { return }
    throw ValidationError("\(flag) takes a number from 1 to \(most), found \(value).")
}
