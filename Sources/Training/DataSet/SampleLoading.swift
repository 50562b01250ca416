import Imaging

/// Decodes pairs into samples, in parallel, once.
struct SampleLoading {
    var shape: SampleShape
    var threads: Int
    /// Called with the number of decoded pairs and their total, now and then.
    var progress: (Int, Int) -> Void = { _, _ in }

    struct Decoded: Sendable {
        var picture: [UInt8]
        /// Raw values at the mask's size; empty without a mask.
        var mask: [UInt8] = []
        /// Of the whole files, before they were made smaller.
        var facts: PairFacts
    }

    struct Usable {
        var pair: SamplePair
        var data: Decoded
        /// The place of its folder in the layout.
        var folder: Int

        var surveyed: SurveyedPair { SurveyedPair(pair: pair, folder: folder, facts: data.facts) }
        var maskFile: MaskFile? {
            guard let path = pair.mask, let mask = data.facts.mask else { return nil }
            return MaskFile(file: path, values: mask.values, isLossy: mask.kind.format == .jpeg)
        }
    }

    /// The samples of a layout, and the files that were left out.
    ///
    /// - Parameter map: what mask values mean; nil for the layout's map or, failing that, what is usual for the task.
    /// - Throws: `TrainerError` when a folder cannot be read, nothing of it is left, or a mask holds a value outside
    ///   the map.
    func load(_ layout: DataLayout, map: MaskMap?) throws -> LoadedSamples {
        // Before the pictures are read, which takes a while.
        _ = try map?.fitted(to: shape.task)
        var report = DataReport()
        let pairings = try layout.folders.map { try SamplePairing($0) }
        let usable = try decode(pairings, &report)
        try checkNothingIsEmpty(layout, pairings, usable, report)
        return try samples(of: usable, layout, map: map, report)
    }

    /// The samples of decoded pairs.
    /// - Throws: `TrainerError` when a mask holds a value outside the map, or a folder's masks are ignored everywhere.
    func samples(
        of usable: [Usable], _ layout: DataLayout, map: MaskMap?, _ report: DataReport
    ) throws -> LoadedSamples {
        var loaded = LoadedSamples()
        loaded.report = report
        loaded.findings.sizes = PictureSizes(usable.map(\.data.facts.size))
        var meaning: MaskMap?
        if shape.task.needsMasks {
            let masks = usable.compactMap(\.maskFile)
            let found = try self.meaning(of: masks, layout, map: map)
            loaded.findings.masks = MaskFindings(values: masks.union, map: found, task: shape.task)
            meaning = found
        }
        for folder in layout.folders.indices {
            let mine = usable.filter { $0.folder == folder }
            let (samples, pairs) = try samples(mine, meaning, layout.folders[folder], &loaded.report)
            loaded.groups.append(samples)
            loaded.findings.pairs += pairs
        }
        loaded.findings.report = loaded.report
        return loaded
    }

    /// What mask values mean: as given, as the layout says, or as is usual.
    /// - Throws: `TrainerError` when the masks hold other values.
    func meaning(of masks: [MaskFile], _ layout: DataLayout, map: MaskMap?) throws -> MaskMap {
        let meaning =
            try map?.fitted(to: shape.task) ?? layoutMap(layout) ?? MaskMap.standard(for: shape.task, masks)
        try meaning.check(masks, for: shape.task)
        return meaning
    }

    /// What the layout says of the values, where the net learns what it speaks of: two classes.
    private func layoutMap(_ layout: DataLayout) -> MaskMap? {
        shape.task.classes.map { $0.count == 2 } ?? true ? layout.map : nil
    }

    /// The pairs whose files can be read; the others go into the report, as does what was left out before.
    func decode(_ pairings: [SamplePairing], _ report: inout DataReport) throws -> [Usable] {
        report.issues += pairings.flatMap(\.report.issues)
        let pairs = pairings.enumerated().flatMap { folder, pairing in pairing.pairs.map { (pair: $0, folder: folder) }
        }
        let shape = shape
        let decoded = try parallelMap(
            count: pairs.count, threads: threads, progress: { progress($0, pairs.count) },
            body: { index -> Result<Decoded, ImageError> in Self.decode(pairs[index].pair, shape) })
        var usable: [Usable] = []
        for ((pair, folder), result) in zip(pairs, decoded) {
            switch result {
            case .success(let data): usable.append(Usable(pair: pair, data: data, folder: folder))
            case .failure(let error):
                report.issues.append(DataIssue(file: error.file, reason: error.message, kind: .unusable))
            }
        }
        return usable
    }

    private func checkNothingIsEmpty(
        _ layout: DataLayout, _ pairings: [SamplePairing], _ usable: [Usable], _ report: DataReport
    ) throws {
        for (index, folders) in layout.folders.enumerated() where !usable.contains(where: { $0.folder == index }) {
            throw Self.nothingLeft(folders, pairings[index].pairs.count, report)
        }
    }

    static func nothingLeft(_ folders: DataFolders, _ count: Int, _ report: DataReport) -> TrainerError {
        let mine = report.issues.first { issue in
            [folders.pictures, folders.masks].contains { $0 == FileSystem.parent(issue.file) }
        }
        let first = (mine ?? report.issues.first).map { "; the first fault is " + $0.text } ?? ""
        return TrainerError("\(folders.pictures): none of \(Text.count(count, "picture")) can be used\(first)")
    }

    private static func decode(_ pair: SamplePair, _ shape: SampleShape) -> Result<Decoded, ImageError> {
        do throws(ImageError) {
            let files = try DecodedPair(pair)
            let mask = files.mask?.resizedNearest(width: shape.maskWidth, height: shape.maskHeight)
            return .success(
                Decoded(picture: files.picture.planes(of: shape), mask: mask?.pixels ?? [], facts: files.facts))
        } catch {
            return .failure(error)
        }
    }

    /// The samples of one folder; those whose masks are ignored everywhere teach nothing and are left out.
    private func samples(
        _ usable: [Usable], _ map: MaskMap?, _ folders: DataFolders, _ report: inout DataReport
    ) throws -> ([Sample], [SurveyedPair]) {
        let classes = (0...255).map { map?[UInt8($0)] ?? 0 }
        var samples: [Sample] = []
        var pairs: [SurveyedPair] = []
        for one in usable {
            let mask = one.data.mask.map { classes[Int($0)] }
            if shape.task.classes != nil && mask.allSatisfy({ $0 == ClassRange.void }) {
                let reason = "all of its pixels are ignored at the net's size"
                report.issues.append(
                    DataIssue(file: one.pair.mask ?? one.pair.picture, reason: reason, kind: .unusable))
            } else {
                samples.append(Self.sample(one, mask: mask))
                pairs.append(one.surveyed)
            }
        }
        guard !samples.isEmpty else { throw Self.nothingLeft(folders, usable.count, report) }
        return (samples, pairs)
    }

    private static func sample(_ one: Usable, mask: [UInt8]) -> Sample {
        Sample(name: one.pair.stem, file: one.pair.picture, picture: one.data.picture, mask: mask)
    }
}

/// What was read of a data set.
struct LoadedSamples: Sendable {
    /// For each folder of the layout its samples, in byte order of their names.
    var groups: [[Sample]] = []
    var report = DataReport()
    var findings = DataFindings()

    var samples: [Sample] { groups.flatMap { $0 } }
}
