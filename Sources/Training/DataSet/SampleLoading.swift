import Imaging

/// Decodes pairs into samples, in parallel, once.
struct SampleLoading {
    var shape: SampleShape
    var threads: Int
    /// Called with the number of decoded pairs and their total, now and then.
    var progress: (Int, Int) -> Void = { _, _ in }

    private struct Decoded: Sendable {
        var picture: [UInt8]
        /// Of the file.
        var size: PictureSize
        /// Raw values at the mask's size; empty without a mask.
        var mask: [UInt8] = []
        /// Of the whole file, before it was made smaller.
        var values = MaskValues()
    }

    private struct Usable {
        var pair: SamplePair
        var data: Decoded
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
                usable.filter { $0.folder == folder }.map { Self.sample($0, mask: []) }
            }
            return loaded
        }
        let masks = usable.map { MaskFile(file: $0.pair.mask ?? $0.pair.picture, values: $0.data.values) }
        let meaning = try given ?? layoutMap(layout) ?? MaskMap.standard(for: shape.task, masks)
        try meaning.check(masks, for: shape.task)
        loaded.findings.masks = MaskFindings(values: masks.union, map: meaning, task: shape.task)
        loaded.groups = try layout.folders.indices.map { folder in
            try samples(usable.filter { $0.folder == folder }, meaning, layout.folders[folder], &loaded.report)
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
        let decoded = try parallelMap(
            count: pairs.count, threads: threads, progress: { progress($0, pairs.count) },
            body: { index -> Result<Decoded, ImageError> in Self.decode(pairs[index].pair, shape) })
        var usable: [Usable] = []
        for ((pair, folder), result) in zip(pairs, decoded) {
            switch result {
            case .success(let data): usable.append(Usable(pair: pair, data: data, folder: folder))
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

    private static func decode(_ pair: SamplePair, _ shape: SampleShape) -> Result<Decoded, ImageError> {
        do throws(ImageError) {
            let picture = try decodePicture(path: pair.picture)
            let size = PictureSize(width: picture.width, height: picture.height)
            var decoded = Decoded(picture: picture.planes(of: shape), size: size)
            guard let path = pair.mask else { return .success(decoded) }
            let mask = try decodeMask(path: path)
            decoded.mask = mask.resizedNearest(width: shape.maskWidth, height: shape.maskHeight).pixels
            decoded.values = MaskValues(mask.pixels)
            return .success(decoded)
        } catch {
            return .failure(error)
        }
    }

    /// The samples of one folder; those whose masks are ignored everywhere teach nothing and are left out.
    private func samples(
        _ usable: [Usable], _ map: MaskMap, _ folders: DataFolders, _ report: inout DataReport
    ) throws -> [Sample] {
        let classes = (0...255).map { map[UInt8($0)] ?? 0 }
        var samples: [Sample] = []
        for one in usable {
            let mask = one.data.mask.map { classes[Int($0)] }
            if shape.task.classes != nil && mask.allSatisfy({ $0 == ClassRange.void }) {
                let reason = "all of its pixels are ignored at the net's size"
                report.issues.append(DataIssue(file: one.pair.mask ?? one.pair.picture, reason: reason))
            } else {
                samples.append(Self.sample(one, mask: mask))
            }
        }
        guard !samples.isEmpty else { throw Self.nothingLeft(folders, usable.count, report) }
        return samples
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
