import Base
import FileAccess
import Imaging
import Tasks
import TrainerSupport

/// Decodes pairs into samples, in parallel.
package struct SampleLoading {
    package var shape: SampleShape
    var threads: Int
    /// Called with the number of decoded pairs and their total, now and then.
    var progress: (Int, Int) -> Void = { _, _ in }

    /// How many of them stay in memory: all, unless somebody says less.
    var cache = SampleCache(limit: .max)
    var decoding = DecodingOptions()
    /// nil for whole pictures at the net's size.
    var patches: PatchSettings?
    /// Whether the facts have the moments of the pictures' numbers.
    var measuresNumbers = false

    package init(
        shape: SampleShape, threads: Int, progress: @escaping (Int, Int) -> Void = { _, _ in },
        cache: SampleCache = SampleCache(limit: .max), decoding: DecodingOptions = DecodingOptions(),
        patches: PatchSettings? = nil, measuresNumbers: Bool = false
    ) {
        self.measuresNumbers = measuresNumbers
        self.shape = shape
        self.threads = threads
        self.progress = progress
        self.cache = cache
        self.decoding = decoding
        self.patches = patches
    }

    package struct Usable {
        var pair: SamplePair
        var data: DecodedPair
        /// Of the whole files, before they were made smaller.
        package var facts: PairFacts
        var content: SampleContent
        /// The raw values that the mask holds at the size it was decoded to.
        var values: ByteSet
        /// Pixels that pieces may be cut around.
        var places: ForegroundPlaces
        /// False where the bytes were let go of.
        var isKept: Bool
        /// The place of its folder in the layout.
        package var folder: Int
        /// The values of a palette mask's indices, where they do not stand for themselves, as they do in `data` and
        /// `values`.
        var table: [UInt8]? { facts.mask?.table }

        package var surveyed: SurveyedPair { SurveyedPair(pair: pair, folder: folder, facts: facts) }

        var maskFile: MaskFile? {
            guard let path = pair.mask, let mask = facts.mask else { return nil }
            return MaskFile(file: path, values: mask.values, isLossy: mask.kind.format == .jpeg)
        }
    }

    /// The samples of a layout, and the files that were left out.
    ///
    /// - Parameters:
    ///   - map: what mask values mean; nil for the layout's map or, failing that, what is usual for the task.
    ///   - palettes: what the indices of palettes mean; nil to find it out.
    ///   - labels: of annotations, from value 1 on; nil for their own.
    ///   - names: what classes are called, if they are.
    /// - Throws: `TrainerError` when a folder cannot be read, nothing of it is left, or a mask holds a value outside
    ///   the map.
    func load(
        _ layout: DataLayout, map: MaskMap?, palettes: PaletteRule? = nil, labels: [String]? = nil, names: [String] = []
    ) throws -> LoadedSamples {
        // Before the pictures are read, which takes a while.
        _ = try map?.fitted(to: shape.task)
        var report = DataReport()
        var pairings = try layout.folders.map { try SamplePairing($0) }
        let settled = try pairings.settleLabels(labels, map: map, names: names, for: shape.task)
        var loading = self
        loading.decoding.channelNames = pairings.lazy.compactMap(\.channels).first ?? decoding.channelNames
        return try loading.load(
            pairings, layout, map: map, palettes: palettes, settled, names: names, &report)
    }

    private func load(
        _ pairings: [SamplePairing], _ layout: DataLayout, map: MaskMap?, palettes: PaletteRule?,
        _ settled: SettledLabels, names: [String], _ report: inout DataReport
    ) throws -> LoadedSamples {
        var usable = try decode(pairings, &report)
        for (index, folders) in layout.folders.enumerated() where !usable.contains(where: { $0.folder == index }) {
            throw Self.nothingLeft(folders, pairings[index].pairs.count, report)
        }
        let palettes = try settlePalettes(of: &usable, map: map, given: palettes)
        let labels = settled.labels
        let own =
            try map == nil && shape.task.labels == nil
            ? labels.map { try MaskMap.standard(for: shape.task, labels: $0, names: names) } : nil
        var loaded = try samples(of: usable, layout, map: map ?? own, palettes, report, labelNames: settled.names)
        loaded.reader?.labels = labels
        loaded.findings.drawn = pairings.drawnText(settled)
        loaded.findings.classNames = settled.names
        if let labels, own != nil, shape.task.classes?.count == labels.count + 1 {
            loaded.findings.classNames = ["background"] + labels
        }
        loaded.findings.maskNames = pairings.foundNames
        loaded.findings.channels = decoding.channelNames
        return loaded
    }

    /// The samples of decoded pairs.
    /// - Throws: `TrainerError` when a mask holds a value outside the map, or a folder's masks are ignored everywhere.
    package func samples(
        of usable: [Usable], _ layout: DataLayout, map: MaskMap?, _ palettes: PaletteRule?, _ report: DataReport,
        labelNames: [String] = []
    ) throws -> LoadedSamples {
        var loaded = LoadedSamples()
        loaded.report = report
        loaded.findings.isParted = layout.isParted
        loaded.findings.sizes = PictureSizes(usable.map(\.facts.size))
        loaded.findings.decodingBytes = usable.filter { !$0.isKept }.map(decodingBytes).max() ?? 0
        var meaning: MaskMap?
        if shape.task.needsMasks {
            let masks = usable.compactMap(\.maskFile)
            let found = try self.meaning(of: masks, layout, map: map)
            loaded.findings.masks = MaskFindings(
                values: masks.union, map: found, task: shape.task, names: labelNames)
            // Bits are what they are.
            meaning = shape.task.labels == nil ? found : nil
        }
        loaded.findings.palettes = palettes
        let reader = SampleReader(
            shape: shape, map: meaning, palettes: palettes, decoding: decoding, patches: patches)
        loaded.reader = reader
        for folder in layout.folders.indices {
            let mine = usable.filter { $0.folder == folder }
            let (samples, pairs) = try samples(mine, reader, layout.folders[folder], &loaded.report)
            loaded.groups.append(samples)
            loaded.findings.pairs += pairs
        }
        return loaded
    }

    /// What reading a pair again takes: where pieces are cut, all of the mask as well.
    private func decodingBytes(_ one: Usable) -> Int {
        guard let patches else { return one.facts.decodingBytes }
        var decoded = shape.decoded(one.facts.size, patches)
        let isTurned = one.facts.isOriented && one.facts.orientation != .upright
        if patches.scale == 1 && !isTurned { decoded.channels = 0 }
        return one.facts.decodingBytes + decoded.sampleBytes(one.facts.depth)
    }

    /// What mask values mean: as given, as the layout says, or as is usual.
    /// - Throws: `TrainerError` when the masks hold other values.
    private func meaning(of masks: [MaskFile], _ layout: DataLayout, map: MaskMap?) throws -> MaskMap {
        // The map says which file is which label, and all of them have been made one byte.
        guard shape.task.labels == nil else { return .bits }
        let meaning =
            try map?.fitted(to: shape.task) ?? layoutMap(layout) ?? MaskMap.standard(for: shape.task, masks)
        try meaning.check(masks, for: shape.task)
        return meaning
    }

    /// What the layout says of the values, where the net learns what it speaks of: two classes.
    private func layoutMap(_ layout: DataLayout) -> MaskMap? {
        shape.task.partCount.map { $0 == 2 } ?? true ? layout.map : nil
    }

    /// The pairs whose files can be read; the others go into the report, as does what was left out before.
    package func decode(_ pairings: [SamplePairing], _ report: inout DataReport) throws -> [Usable] {
        report.issues += pairings.flatMap(\.report.issues)
        report.fileCount += pairings.reduce(0) { $0 + $1.report.fileCount }
        let pairs = pairings.enumerated().flatMap { folder, pairing in pairing.pairs.map { (pair: $0, folder: folder) }
        }
        let (shape, decoding, patches, measures) = (shape, decoding, patches, measuresNumbers)
        let capacity = try keptCount(pairs.map(\.pair))
        let decoded = try parallelMap(
            count: pairs.count, threads: threads, progress: { progress($0, pairs.count) },
            body: { index -> Result<Usable, ImageError> in
                Self.decode(
                    pairs[index].pair, pairs[index].folder, shape, patches, decoding, measures,
                    isKept: index < capacity)
            })
        var usable: [Usable] = []
        for result in decoded {
            switch result {
            case .success(let one): usable.append(one)
            case .failure(let error) where error.isCancelled: throw Interrupted()
            case .failure(let error):
                report.issues.append(DataIssue(file: error.file, reason: error.message, kind: .unusable))
            }
        }
        return usable
    }

    /// How many of the pairs, in their order, stay in memory.
    private func keptCount(_ pairs: [SamplePair]) throws -> Int {
        if patches == nil {
            let largest = shape.sampleBytes(.floats)
            if pairs.count.multipliedReportingOverflow(by: largest).partialValue <= cache.limit { return pairs.count }
            if cache.capacity(shape) == 0 { return 0 }
        }
        // Headers say how deep pictures are, and how large.
        let (shape, decoding, patches) = (shape, decoding, patches)
        let sizes = try parallelMap(count: pairs.count, threads: threads) { index -> Int in
            guard let info = try? PictureInfo(path: pairs[index].picture, options: decoding) else { return 0 }
            return shape.decoded(PictureSize(width: info.width, height: info.height), patches)
                .sampleBytes(info.depth == .words && !decoding.keepsDepth ? .bytes : info.depth)
        }
        var sum = 0
        return sizes.firstIndex { size in
            sum += size
            return sum > cache.limit
        } ?? pairs.count
    }

    package static func nothingLeft(_ folders: DataFolders, _ count: Int, _ report: DataReport) -> TrainerError {
        let mine = report.issues.first { issue in
            let folder = ExactText(FileSystem.parent(issue.file))
            return [folders.pictures, folders.masks].contains { $0.map(ExactText.init) == folder }
        }
        let first = (mine ?? report.issues.first).map { "; the first fault is " + $0.text } ?? ""
        let which = count == 1 ? "the only picture cannot be used" : "none of \(count) pictures can be used"
        return TrainerError("\(folders.pictures): \(which)\(first)")
    }

    private static func decode(
        _ pair: SamplePair, _ folder: Int, _ shape: SampleShape, _ patches: PatchSettings?,
        _ decoding: DecodingOptions, _ measures: Bool, isKept: Bool
    ) -> Result<Usable, ImageError> {
        do throws(ImageError) {
            try patches?.check(pair.picture, decoding)
            var data = try DecodedPair(
                pair, shape, patches, decoding, looksAtWhole: true, keepsPicture: isKept || patches == nil,
                measuresNumbers: measures)
            guard var facts = data.facts else { throw ImageError(file: pair.picture, message: "was not looked at") }
            facts.fit = data.orientationFit(isTurned: decoding.appliesOrientation)
            let content = data.content(patches)
            let values = ByteSet(data.mask)
            let places = patches == nil ? ForegroundPlaces() : ForegroundPlaces(data.mask)
            if !isKept { (data.picture, data.mask) = (.bytes([]), []) }
            return .success(
                Usable(
                    pair: pair, data: data, facts: facts, content: content, values: values, places: places,
                    isKept: isKept, folder: folder))
        } catch {
            return .failure(error)
        }
    }

    /// The samples of one folder; those whose masks are ignored everywhere teach nothing and are left out.
    private func samples(
        _ usable: [Usable], _ reader: SampleReader, _ folders: DataFolders, _ report: inout DataReport
    ) throws -> ([StoredSample], [SurveyedPair]) {
        var samples: [StoredSample] = []
        var pairs: [SurveyedPair] = []
        for one in usable {
            let classes = shape.task.needsMasks ? ByteSet(reader.classes(one.values.bytes, one.table)) : ByteSet()
            if shape.task.classes != nil && classes == ByteSet([ClassRange.void]) {
                let reason = "all of its pixels are ignored" + (patches == nil ? " at the net's size" : "")
                report.issues.append(
                    DataIssue(file: one.pair.mask ?? one.pair.picture, reason: reason, kind: .unusable))
            } else {
                samples.append(stored(one, classes: classes, reader))
                pairs.append(one.surveyed)
            }
        }
        guard !samples.isEmpty else { throw Self.nothingLeft(folders, usable.count, report) }
        return (samples, pairs)
    }

    private func stored(_ one: Usable, classes: ByteSet, _ reader: SampleReader) -> StoredSample {
        let name = one.pair.stem
        let file = one.pair.picture
        var stored = StoredSample(
            name: name, file: file, classes: classes, content: one.content, pair: one.pair,
            moments: one.facts.moments, table: one.table)
        if one.isKept {
            stored.kept = Sample(
                name: name, file: file, picture: PicturePlanes(one.data.picture),
                size: patches.map { _ in one.data.size }, mask: reader.classes(one.data.mask, one.table))
        }
        guard patches != nil else { return stored }
        stored.size = one.data.size
        if shape.task.needsMasks {
            stored.foreground =
                shape.task.labels.map(one.places.byLabel)
                ?? one.places.byClass(reader.classes(Array(0...UInt8.max), one.table))
        }
        return stored
    }
}

/// What was read of a data set.
package struct LoadedSamples: Sendable {
    /// For each folder of the layout its samples, in byte order of their names.
    package var groups: [[StoredSample]] = []
    package var report = DataReport()
    package var findings = DataFindings()
    package var reader: SampleReader?

    package var samples: [StoredSample] { groups.flatMap { $0 } }
}
