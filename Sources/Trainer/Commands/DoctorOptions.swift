import ArgumentParser
import DataDoctor
import DataSets
import Imaging
import Runtime
import Tasks
import TrainerSupport

/// What `trainer doctor` and `unetc doctor` take.
public struct DoctorOptions: ParsableArguments {
    @OptionGroup var data: DataOptions

    @Option(help: "The seed of the split; default: the graph's, or 0.")
    var seed: UInt64?

    @Flag(help: "Print JSON instead of a page of text.")
    public var json = false

    @Option(
        help: ArgumentHelp(
            "Also draw pictures with their masks, those first that look wrong.", valueName: "png"))
    var sheet: String?

    @OptionGroup var overwriting: OverwriteOptions

    public init() {}

    /// True when there is data to be examined.
    public var namesData: Bool { data.namesData }

    /// Reads the data and judges it; draws the contact sheet if there is to be one.
    ///
    /// - Parameters:
    ///   - net: nil where none is known; what it would learn is guessed then.
    ///   - seed: of the split, unless the flag says another.
    /// - Throws: `TrainerError` for flags that do not fit, `ImageError` when the sheet cannot be written.
    public func examine(net: DoctorNet?, seed: UInt64 = 0) throws -> DataDiagnosis {
        guard data.namesData else { throw TrainerError("no data folder given", hint: "give --data DIR") }
        if let sheet { try overwriting.replacing.check([sheet]) }
        let console = Console()
        let bar = ProgressBar(console: console, label: "reading pictures")
        defer { console.clear() }
        var settings = DataSettings(
            folder: data.data, pictures: data.images, masks: data.masks, maskName: data.maskName, pairs: data.pairs)
        if let map = data.maskMap { settings.take(try map.settled(for: net?.shape.task)) }
        settings.classNames = data.classes.names ?? settings.classNames
        try data.applySparseLabels(to: &settings, net?.shape.task)
        if let net { _ = try ClassNames(settings.classNames, task: net.shape.task) }
        if data.split != nil || data.sorted {
            try data.checkNotParted(
                settings, net?.shape.task ?? .mask, flag: data.split == nil ? "--sorted" : "--split")
        }
        data.reading.apply(to: &settings)
        settings.groups = data.groups
        settings.split = data.split ?? settings.split
        settings.isSorted = data.sorted
        let threads = data.threads ?? processorCount()
        let diagnosis = try DataExamination(
            settings: settings, seed: self.seed ?? seed, net: net, isStrict: data.strict,
            threads: threads,
            decoding: settings.decoding(within: MemoryShares(budget: nil, net: 0, threads: threads)),
            progress: bar.show(_:of:)
        ).diagnosis()
        if let sheet { try ContactSheet(diagnosis).write(to: sheet) }
        return diagnosis
    }
}
