import Imaging

/// What the readers say of the file, each asked on its own.
struct PictureReadings {
    /// The picture as everybody sees it; nil where it is refused, or too large to be looked at as a whole.
    private(set) var picture: Bitmap?
    /// True where it is read, if only by rows.
    private(set) var isReadable = false
    /// True for a picture of which the header says that it would take much memory as a whole. The commands may refuse it.
    private(set) var isLarge = false
    /// True where the trainer's net is fed what people see: of fewer bits than 16 and more than 8, and of floats, it is not.
    private(set) var isShownAsFed = false
    /// True where it can be a mask.
    private(set) var isMask = false
    /// What they contradict each other in.
    private(set) var complaint: String?

    /// Pixels of a picture that is not looked at as a whole.
    private static let large = 1 << 24

    /// The net's.
    private static let side = 16

    /// - Parameter files: where the same bytes lie twice.
    init(_ files: PictureFolder.Trial) {
        let info = Self.reading(files.picture) { () throws(ImageError) in try PictureInfo(path: files.picture) }
        let sized = Self.sized(files.picture)
        let sizedMask = Self.sizedMask(files.mask)
        // Pages may be channels of a net, where the first of them alone is the picture for people.
        let fed = try? PictureReader(path: files.picture, bands: 3).info
        let isOther = info.value.map { $0.rowChannels != 3 || fed?.kind.layout == .bands } ?? false
        complaint = info.complaint ?? sized.complaint ?? sizedMask.complaint
        isLarge = Self.isLarge(info.value)
        isShownAsFed = info.value.map { $0.depth == .bytes || ($0.depth == .words && $0.kind.bits == 16) } ?? false
        (isReadable, isMask) = (sized.value != nil, sizedMask.value != nil)
        guard !isLarge else { return }
        let whole = Self.reading(files.picture) { () throws(ImageError) in try decodePicture(path: files.picture) }
        let mask = Self.reading(files.mask) { () throws(ImageError) in try decodeMask(path: files.mask) }
        picture = whole.value
        complaint =
            complaint ?? whole.complaint ?? mask.complaint ?? Self.complaint(whole.value, info.value)
            ?? Self.complaint(whole.value, rows: files.picture)
            // Other bands than the net's are no fault of the file.
            ?? (isOther ? nil : Self.complaint(whole.value, sized.value))
            ?? Self.complaint(mask.value, sizedMask.value) ?? Self.complaint(whole.value, unturned: files.picture)
    }

    /// A value or, in a complaint, what is wrong with the way in which it was refused.
    private static func reading<Value>(
        _ path: String, _ body: () throws(ImageError) -> Value
    ) -> (value: Value?, complaint: String?) {
        do throws(ImageError) {
            return (try body(), nil)
        } catch {
            guard error.file == path else { return (nil, "the file is not named: \(error)") }
            return (nil, error.message.isEmpty ? "refused without a word" : nil)
        }
    }

    private static func complaint(_ whole: Bitmap?, _ info: PictureInfo?) -> String? {
        guard let whole else { return nil }
        guard let info else { return "the header is refused, the picture not" }
        return info.width == whole.width && info.height == whole.height
            ? nil
            : "the header speaks of \(info.width) x \(info.height) pixels, there are \(whole.width) x \(whole.height)"
    }

    /// Compares the rows, one by one, with the whole picture.
    private static func complaint(_ whole: Bitmap?, rows path: String) -> String? {
        let result = reading(path) { () throws(ImageError) -> String? in
            let reader = try PictureReader(path: path)
            // The same in words.
            let info = reader.info
            let words = info.depth == .words ? try PictureReader(path: path) : nil
            if let whole, reader.width != whole.width || reader.height != whole.height {
                return "by rows it has \(reader.width) x \(reader.height) pixels"
            }
            var row = [UInt8](repeating: 0, count: reader.channels * reader.width)
            var floats = [Float](repeating: 0, count: info.depth == .floats ? row.count : 0)
            var deep = [UInt16](repeating: 0, count: words == nil ? 0 : row.count)
            for y in 0..<reader.height {
                guard info.depth != .floats else {
                    try read(reader, &floats)
                    if !floats.allSatisfy(\.isFinite) { return "row \(y) holds what is no number" }
                    continue
                }
                try read(reader, &row)
                if let whole, reader.channels == 3, !whole.row(y).elementsEqual(row) {
                    return "row \(y) is another one in the whole picture"
                }
                guard let words else { continue }
                try read(words, &deep)
                if !zip(row, deep).allSatisfy({ $0 == $1 >> (info.kind.bits - 8) }) {
                    return "row \(y) is another one in words"
                }
            }
            return whole == nil && reader.width * reader.height <= large
                ? "is read by rows, and refused as a whole" : nil
        }
        if let complaint = result.complaint ?? result.value.flatMap(\.self) { return complaint }
        guard result.value == nil, let whole, whole.width <= PictureReader.maximumWidth else { return nil }
        return "is read as a whole, and refused by rows"
    }

    private static func read(_ reader: PictureReader, _ row: inout [UInt8]) throws(ImageError) {
        let result = row.withUnsafeMutableBufferPointer { buffer in
            Result<Void, ImageError> { () throws(ImageError) in try reader.readRow(into: buffer) }
        }
        try result.get()
    }

    private static func read(_ reader: PictureReader, _ row: inout [UInt16]) throws(ImageError) {
        let result = row.withUnsafeMutableBufferPointer { buffer in
            Result<Void, ImageError> { () throws(ImageError) in try reader.readRow(into: buffer) }
        }
        try result.get()
    }

    private static func read(_ reader: PictureReader, _ row: inout [Float]) throws(ImageError) {
        let result = row.withUnsafeMutableBufferPointer { buffer in
            Result<Void, ImageError> { () throws(ImageError) in try reader.readRow(into: buffer) }
        }
        try result.get()
    }

    private static func sized(_ path: String) -> (value: SizedPicture?, complaint: String?) {
        reading(path) { () throws(ImageError) in
            try SizedPicture(path: path, width: side, height: side, channels: 3)
        }
    }

    private static func sizedMask(_ path: String) -> (value: SizedMask?, complaint: String?) {
        reading(path) { () throws(ImageError) in try SizedMask(path: path, width: side, height: side) }
    }

    /// Compares what is resized while it is decoded with what is resized afterwards.
    private static func complaint(_ whole: Bitmap?, _ sized: SizedPicture?) -> String? {
        guard let whole else { return sized == nil ? nil : "is refused as a whole, and not when it is resized" }
        guard let sized else { return "is read as a whole, and refused for another size" }
        // Deep samples are rounded later.
        guard case .bytes = sized.samples else { return nil }
        return sized.bitmap == whole.resizedBilinear(width: side, height: side)
            ? nil : "is another picture when it is resized while it is decoded"
    }

    private static func complaint(_ whole: Bitmap?, _ sized: SizedMask?) -> String? {
        // Colours are no values, and may be told by name.
        let isColoured = sized.map { !$0.firstPlaces.isEmpty } ?? false
        guard let whole else {
            return sized == nil || isColoured ? nil : "is refused as a mask, and not when it is resized"
        }
        guard let sized else { return "is a mask as a whole, and refused for another size" }
        return sized.bitmap == whole.resizedNearest(width: side, height: side)
            ? nil : "is another mask when it is resized while it is decoded"
    }

    private static func isLarge(_ info: PictureInfo?) -> Bool {
        info.map { $0.width > large / $0.height } ?? false
    }

    /// Whether a file is read does not depend on how it is turned.
    private static func complaint(_ whole: Bitmap?, unturned path: String) -> String? {
        let raw = reading(path) { () throws(ImageError) in
            try decodePicture(path: path, options: DecodingOptions(appliesOrientation: false))
        }
        if let complaint = raw.complaint { return complaint }
        guard (raw.value == nil) == (whole == nil) else { return "is read turned or as it is, but not both" }
        guard let raw = raw.value, let whole else { return nil }
        let isSame = [raw.width, raw.height].sorted() == [whole.width, whole.height].sorted()
        return isSame ? nil : "has other sides when it is turned"
    }
}
