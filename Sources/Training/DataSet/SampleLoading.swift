import Imaging

/// Decodes pairs into samples, in parallel.
struct SampleLoading {
    var shape: SampleShape
    var threads: Int
    /// Called with the number of decoded pairs and their total, now and then.
    var progress: (Int, Int) -> Void = { _, _ in }

    /// How many of them stay in memory.
    var cache = SampleCache.standard

    private struct Usable {
        var pair: SamplePair
        var data: SampleReader.Decoded
        var content: SampleContent
        /// The raw values that the mask holds at the net's size.
        var values: ByteSet
        /// False where the bytes were let go of.
        var isKept: Bool
        /// The place of its folder in the layout.
        var folder: Int
    }

    /// The samples of a layout, and the files that were left out.
    ///
    /// - Parameter map: what mask values mean; nil for the layout's map or, failing that, what is usual for the task.
    /// - Throws: `TrainerError` when a folder cannot be read, nothing of it is left, or a mask holds a value outside
    ///   the map.
    func load(_ layout: DataLayout, map: MaskMap?) throws -> LoadedSamples {
        let given = try map?.fitted(to: shape.task)
        var loaded = LoadedSamples()
        let usable = try decode(layout, &loaded.report)
        loaded.findings.sizes = PictureSizes(usable.map(\.data.size))
        guard shape.task.needsMasks else {
            loaded.groups = layout.folders.indices.map { folder in
                usable.filter { $0.folder == folder }.map { Self.stored($0, classes: ByteSet(), mask: []) }
            }
            loaded.reader = SampleReader(shape: shape, map: nil)
            return loaded
        }
        let masks = usable.map { MaskFile(file: $0.pair.mask ?? $0.pair.picture, values: $0.data.values) }
        let meaning = try given ?? layoutMap(layout) ?? MaskMap.standard(for: shape.task, masks)
        try meaning.check(masks, for: shape.task)
        loaded.findings.masks = MaskFindings(values: masks.union, map: meaning, task: shape.task)
        let reader = SampleReader(shape: shape, map: meaning)
        loaded.reader = reader
        loaded.groups = try layout.folders.indices.map { folder in
            try samples(usable.filter { $0.folder == folder }, reader, layout.folders[folder], &loaded.report)
        }
        return loaded
    }

    /// What the layout says of the values, where the net learns what it speaks of: two classes.
    private func layoutMap(_ layout: DataLayout) -> MaskMap? {
        shape.task.classes.map { $0.count == 2 } ?? true ? layout.map : nil
    }

    private func decode(_ layout: DataLayout, _ report: inout DataReport) throws -> [Usable] {
        let pairings = try layout.folders.map { try SamplePairing($0) }
        report.issues = pairings.flatMap(\.report.issues)
        let pairs = pairings.enumerated().flatMap { folder, pairing in pairing.pairs.map { (pair: $0, folder: folder) }
        }
        let shape = shape
        let capacity = cache.capacity(shape)
        let decoded = try parallelMap(
            count: pairs.count, threads: threads, progress: { progress($0, pairs.count) },
            body: { index -> Result<Usable, ImageError> in
                Self.decode(pairs[index].pair, pairs[index].folder, shape, isKept: index < capacity)
            })
        var usable: [Usable] = []
        for result in decoded {
            switch result {
            case .success(let one): usable.append(one)
            case .failure(let error): report.issues.append(DataIssue(file: error.file, reason: error.message))
            }
        }
        for (index, folders) in layout.folders.enumerated() where !usable.contains(where: { $0.folder == index }) {
            throw Self.nothingLeft(folders, pairings[index].pairs.count, report)
        }
        return usable
    }

    private static func nothingLeft(_ folders: DataFolders, _ count: Int, _ report: DataReport) -> TrainerError {
        let mine = report.issues.first { issue in
            [folders.pictures, folders.masks].contains { $0 == FileSystem.parent(issue.file) }
        }
        let first = (mine ?? report.issues.first).map { "; the first fault is " + $0.text } ?? ""
        return TrainerError("\(folders.pictures): none of \(Text.count(count, "picture")) can be used\(first)")
    }

    private static func decode(
        _ pair: SamplePair, _ folder: Int, _ shape: SampleShape, isKept: Bool
    ) -> Result<Usable, ImageError> {
        do throws(ImageError) {
            var data = try SampleReader.decode(pair, shape)
            let content = SampleContent(picture: data.picture, mask: data.mask)
            let values = ByteSet(data.mask)
            if !isKept { (data.picture, data.mask) = ([], []) }
            return .success(
                Usable(pair: pair, data: data, content: content, values: values, isKept: isKept, folder: folder))
        } catch {
            return .failure(error)
        }
    }

    /// The samples of one folder; those whose masks are ignored everywhere teach nothing and are left out.
    private func samples(
        _ usable: [Usable], _ reader: SampleReader, _ folders: DataFolders, _ report: inout DataReport
    ) throws -> [StoredSample] {
        var samples: [StoredSample] = []
        for one in usable {
            let classes = ByteSet(reader.classes(one.values.bytes))
            if shape.task.classes != nil && classes == ByteSet([ClassRange.void]) {
                let reason = "all of its pixels are ignored at the net's size"
                report.issues.append(DataIssue(file: one.pair.mask ?? one.pair.picture, reason: reason))
            } else {
                samples.append(Self.stored(one, classes: classes, mask: reader.classes(one.data.mask)))
            }
        }
        guard !samples.isEmpty else { throw Self.nothingLeft(folders, usable.count, report) }
        return samples
    }

    private static func stored(_ one: Usable, classes: ByteSet, mask: [UInt8]) -> StoredSample {
        let name = one.pair.stem
        let file = one.pair.picture
        return StoredSample(
            name: name, file: file, classes: classes, content: one.content, pair: one.pair,
            kept: one.isKept ? Sample(name: name, file: file, picture: one.data.picture, mask: mask) : nil)
    }
}

/// What was read of a data set.
struct LoadedSamples: Sendable {
    /// For each folder of the layout its samples, in byte order of their names.
    var groups: [[StoredSample]] = []
    var report = DataReport()
    var findings = DataFindings()
    var reader: SampleReader?

    var samples: [StoredSample] { groups.flatMap { $0 } }
}
