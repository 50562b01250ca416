import Imaging

/// Decodes pairs into samples, in parallel, once.
struct SampleLoading {
    var shape: SampleShape
    var threads: Int
    /// Called with the number of decoded pairs, now and then.
    var progress: (Int, Int) -> Void = { _, _ in }

    private struct Decoded: Sendable {
        var picture: [UInt8]
        /// Raw values at the mask's size.
        var mask: [UInt8]
        /// Of the whole file, before it was made smaller.
        var values: MaskValues
    }

    /// The samples of a folder, in byte order of their names, and the files that were left out.
    ///
    /// - Parameter map: what mask values mean; nil for the layout's map or, failing that, 0/1 or 0/255, whichever fits.
    /// - Throws: `TrainerError` when a folder cannot be read, nothing is left, or a mask holds a value outside the map.
    func load(_ layout: DataLayout, map: MaskMap?) throws -> (samples: [Sample], report: DataReport) {
        let pairing = try SamplePairing(layout: layout)
        let pairs = pairing.pairs
        let shape = shape
        let decoded = try parallelMap(
            count: pairs.count, threads: threads, progress: { progress($0, pairs.count) },
            body: { index -> Result<Decoded, ImageError> in Self.decode(pairs[index], shape) })
        var report = pairing.report
        var usable: [(pair: SamplePair, data: Decoded)] = []
        for (pair, result) in zip(pairs, decoded) {
            switch result {
            case .success(let data): usable.append((pair, data))
            case .failure(let error): report.issues.append(DataIssue(file: error.file, reason: error.message))
            }
        }
        guard !usable.isEmpty else {
            let first = report.issues.first.map { "; the first fault is " + $0.text } ?? ""
            throw TrainerError("\(layout.pictures): none of \(Text.count(pairs.count, "picture")) can be used\(first)")
        }
        let masks = usable.map { (file: $0.pair.mask, values: $0.data.values) }
        let meaning = try (map ?? layout.map) ?? MaskMap.detected(masks)
        try meaning.check(masks)
        return (usable.map { Self.sample($0.pair, $0.data, meaning) }, report)
    }

    private static func decode(_ pair: SamplePair, _ shape: SampleShape) -> Result<Decoded, ImageError> {
        do throws(ImageError) {
            let picture = try decodePicture(path: pair.picture)
            let mask = try decodeMask(path: pair.mask)
            let sized = mask.resizedNearest(width: shape.maskWidth, height: shape.maskHeight)
            return .success(
                Decoded(picture: picture.planes(of: shape), mask: sized.pixels, values: MaskValues(mask.pixels)))
        } catch {
            return .failure(error)
        }
    }

    private static func sample(_ pair: SamplePair, _ data: Decoded, _ map: MaskMap) -> Sample {
        let classes = (0...255).map { map[UInt8($0)] ?? 0 }
        return Sample(
            name: pair.stem, file: pair.picture, picture: data.picture, mask: data.mask.map { classes[Int($0)] })
    }
}
