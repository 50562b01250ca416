import Imaging
import Tasks
import TrainerSupport

/// Reads single samples again during training, and notices when their files are no longer what they were.
package struct SampleReader: Sendable {
    var shape: SampleShape
    /// nil without masks.
    var map: MaskMap?
    /// What the indices of palette masks mean; nil where there are none.
    package var palettes: PaletteRule?
    /// What annotations call their objects, from value 1 on; nil where masks are pictures.
    package var labels: [String]?
    /// How files are decoded.
    package var decoding = DecodingOptions()
    /// nil for whole pictures at the net's size.
    var patches: PatchSettings?

    /// The sample as it was when the data set was read.
    /// - Throws: `TrainerError` that names the file and says what has become of it.
    func read(_ stored: StoredSample) throws -> Sample {
        guard let pair = stored.pair else { throw TrainerError("\(stored.file): comes from no file") }
        let decoded: DecodedPair
        do {
            decoded = try DecodedPair(pair, shape, patches, decoding, looksAtWhole: patches != nil)
        } catch  where error.isCancelled {
            throw Interrupted()
        } catch {
            throw Self.changed(error.file, "could be read at the start and now \(error.message)")
        }
        var content = decoded.content(patches)
        if stored.table != nil { content.add(decoded.palette) }
        try check(content, stored, pair)
        return Sample(
            name: stored.name, file: stored.file, picture: PicturePlanes(decoded.picture),
            size: patches.map { _ in decoded.size }, mask: classes(decoded.mask, stored.table))
    }

    /// - Throws: `TrainerError` when a file holds something else than at the start.
    func check(_ content: SampleContent, _ stored: StoredSample, _ pair: SamplePair) throws {
        if content.picture != stored.content.picture {
            throw Self.changed(pair.picture, "holds another picture than at the start")
        }
        if content.mask != stored.content.mask {
            throw Self.changed(pair.mask ?? pair.picture, "holds another mask than at the start")
        }
    }

    /// The mask of a sample at its picture's own size; one of another size is brought to that by nearest neighbour.
    /// - Throws: `ImageError` when the file can no longer be read; `TrainerError` for samples without one.
    package func mask(of stored: StoredSample, at size: PictureSize) throws -> OwnSizeMask {
        guard let source = stored.pair?.source else { throw TrainerError("\(stored.file): has no mask in a file") }
        let values = try source.values(width: size.width, height: size.height, of: size, decoding)
        return OwnSizeMask(width: size.width, values: values, classes: classes(Array(0...UInt8.max), stored.table))
    }

    /// Raw values of a mask as class numbers.
    ///
    /// - Parameter table: the values of a palette's indices; nil where they stand for themselves.
    func classes(_ mask: [UInt8], _ table: [UInt8]? = nil) -> [UInt8] {
        guard map != nil || table != nil else { return mask }
        var classes = map.map { $0.classes.map { $0 ?? 0 } } ?? (0...UInt8.max).map { $0 }
        if let table { classes = table.map { classes[Int($0)] } }
        return mask.map { classes[Int($0)] }
    }

    static func changed(_ file: String, _ what: String) -> TrainerError {
        TrainerError(
            "\(file): the file \(what)",
            hint: "put it back as it was and continue with --resume; a --cache that holds all pictures reads each once")
    }
}

/// A mask at its picture's own size. Rows become class numbers when they are asked for, so that a large mask is in memory
/// once.
package struct OwnSizeMask: Sendable {
    fileprivate let width: Int
    fileprivate let values: [UInt8]
    /// Of each value.
    fileprivate let classes: [UInt8]

    /// The class numbers of a row.
    package func row(_ number: Int) -> [UInt8] {
        values[number * width..<(number + 1) * width].map { classes[Int($0)] }
    }
}
