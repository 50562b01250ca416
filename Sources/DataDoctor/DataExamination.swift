import Base
import DataSets
import Imaging
import Tasks
import TrainerSupport

/// Which data to examine, and for which net.
package struct DataExamination {
    var settings: DataSettings
    var seed: UInt64
    /// nil where no net is known: its size is not judged then, and what it learns is guessed from the masks.
    var net: DoctorNet?
    /// Files that would be skipped are errors.
    var isStrict = false
    var threads: Int
    var decoding = DecodingOptions()
    var progress: (Int, Int) -> Void = { _, _ in }

    package init(
        settings: DataSettings, seed: UInt64, net: DoctorNet? = nil, isStrict: Bool = false, threads: Int,
        decoding: DecodingOptions = DecodingOptions(), progress: @escaping (Int, Int) -> Void = { _, _ in }
    ) {
        self.settings = settings
        self.seed = seed
        self.net = net
        self.isStrict = isStrict
        self.threads = threads
        self.decoding = decoding
        self.progress = progress
    }

    /// Reads everything once and judges it; what is wrong with the data is a finding and no error.
    /// - Throws: `TrainerError` when no thread can be started.
    package func diagnosis() throws -> DataDiagnosis {
        var result = DataDiagnosis(settings: settings, seed: seed, net: net)
        let needsMasks = net?.shape.task.needsMasks ?? true
        do {
            let known = try net.flatMap { try settings.layout(for: $0.shape.task) }
            let layout = try (known ?? settings.layout(needsMasks: needsMasks)).forTraining
            result.layout = layout
            result.pairings = try layout.folders.map { try SamplePairing(listing: $0) }
        } catch let error as TrainerError {
            result.add(Finding(.layout, error))
            return result
        }
        try read(into: &result)
        result.finish(isStrict: isStrict)
        return result
    }

    private func read(into result: inout DataDiagnosis) throws {
        guard let layout = result.layout else { return }
        result.survey.shape = net?.shape
        var shape = net?.shape ?? SampleShape(channels: 3, height: 128, width: 128)
        // Pictures are judged by their files, so none stays in memory.
        var decoding = decoding
        decoding.channelNames = result.pairings.lazy.compactMap(\.channels).first ?? decoding.channelNames
        // Without a net pictures say how many channels there are.
        if net == nil, let first = result.pairings.lazy.flatMap(\.pairs).first,
            let info = try? PictureInfo(path: first.picture, options: decoding), info.rowChannels != 3
        {
            shape.channels = info.bands
        }
        var loading = SampleLoading(
            shape: shape, threads: threads, progress: progress, cache: SampleCache(limit: 0), decoding: decoding)
        result.survey.isOriented = decoding.appliesOrientation
        result.decoding = decoding
        var settled = SettledLabels()
        do {
            settled = try result.pairings.settleLabels(
                settings.labels, map: settings.map, names: settings.classNames, for: net?.shape.task)
            if !settled.names.isEmpty { result.settings.classNames = settled.names }
        } catch let error as TrainerError {
            result.add(Finding(.maskValues, error))
        }
        result.drawn = result.pairings.drawnText(settled)
        var usable = try loading.decode(result.pairings, &result.survey.report)
        var palettes: PaletteRule?
        do {
            palettes = try loading.settlePalettes(of: &usable, map: settings.map, given: settings.palettes)
        } catch let error as TrainerError {
            result.add(Finding(.maskValues, error))
        }
        result.survey.palettes = palettes
        result.survey.pairs = usable.map(\.surveyed)
        let facts = usable.map(\.facts)
        result.survey.range = try? PictureRange.settled(
            settings.rangeSetting, facts, hasDeep: facts.contains { $0.depth != .bytes })
        if net == nil {
            let values = result.survey.maskValues
            shape.task = .guessed(
                values, result.survey.reading, map: settings.map ?? layout.map, classes: settings.classNames.count)
            loading.shape = shape
        }
        result.survey.task = shape.task
        var map = settings.map
        if map == nil, shape.task.labels == nil, let labels = settled.labels {
            do {
                map = try .standard(for: shape.task, labels: labels, names: settings.classNames)
            } catch let error as TrainerError {
                result.add(Finding(.maskValues, error))
            }
        }
        for (index, pairing) in result.pairings.enumerated() {
            if let fault = pairing.fault { result.add(Finding(.noPairs, fault)) }
            guard pairing.fault == nil, !usable.contains(where: { $0.folder == index }) else { continue }
            let error = SampleLoading.nothingLeft(layout.folders[index], pairing.pairs.count, result.survey.report)
            result.add(Finding(.noPairs, error))
        }
        guard result.findings.isEmpty else { return }
        do {
            let loaded = try loading.samples(of: usable, layout, map: map, palettes, result.survey.report)
            result.take(loaded, layout, shape)
        } catch let error as TrainerError {
            var finding = Finding(.maskValues, error)
            finding.pairs = result.survey.oddMasks(map ?? layout.map)
            // Where all masks are of that kind, their names say nothing.
            if finding.pairs.count * 2 <= usable.count { finding.files = result.survey.masks(finding.pairs) }
            result.add(finding)
        }
    }
}

/// What a net takes and learns, for the doctor.
public struct DoctorNet: Sendable {
    var name: String
    package var shape: SampleShape
    /// What the graph calls its logits and its target.
    var output: String
    var target: String

    package init(name: String, shape: SampleShape, output: String, target: String) {
        self.name = name
        self.shape = shape
        self.output = output
        self.target = target
    }

    /// A net by its graph.
    ///
    /// - Parameters:
    ///   - input: `[channels, height, width]`.
    ///   - target: the target's name and shape, whose last two numbers are height and width; nil for nets that learn
    ///     their input.
    ///   - classes: of a class map; nil for a binary mask, and for several whose labels may overlap.
    ///   - ignore: the class number that the loss leaves out.
    /// - Throws: `TrainerError` for nets that the trainer cannot feed.
    public init(
        name: String, input: [Int], output: String, target: (name: String, shape: [Int])?, classes: Int?, ignore: Int?
    ) throws {
        guard input.count == 3, [1, 3].contains(input[0]) else {
            throw TrainerError(
                "graph \"\(name)\": the trainer feeds pictures [1, H, W] or [3, H, W], found \(Text.shape(input))")
        }
        self.name = name
        self.output = output
        self.target = target?.name ?? "target"
        let task: TrainingTask =
            target.map { target in
                if let classes { return .classes(ClassRange(count: classes, ignore: ignore)) }
                let count = target.shape.count == 3 ? target.shape[0] : 1
                return count == 1 ? .mask : .labels(LabelRange(count: count))
            } ?? .reconstruction
        guard task.labels?.count ?? 1 <= LabelRange.maximumCount else {
            throw TrainerError(
                "graph \"\(name)\": the trainer feeds up to \(LabelRange.maximumCount) labels that overlap, found "
                    + Text.shape(target?.shape ?? []))
        }
        let size = target.map { Array($0.shape.suffix(2)) } ?? Array(input.suffix(2))
        shape = SampleShape(
            channels: input[0], height: input[1], width: input[2], maskHeight: size[0], maskWidth: size[1], task: task)
    }
}
