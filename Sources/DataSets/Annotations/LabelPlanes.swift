import Base
import Imaging
import Tasks

/// The mask of a picture whose labels may overlap: a file for each label, or one file with a band for each.
package struct LabelPlanes: Hashable, Sendable {
    /// A file that says where one label is.
    struct Plane: Hashable, Sendable {
        /// What names of files call the label.
        var label: String
        var file: String
        /// Of the label, once that is settled; 0 for what is left out.
        var bit: UInt8 = 0
    }

    enum Content: Hashable, Sendable {
        /// Of each label one, or several that are joined; none where the label is nowhere.
        case files([Plane])
        case bands(String, LabelRange)
    }

    var content: Content

    /// The first file.
    var file: String {
        switch content {
        case .files(let planes): planes.first?.file ?? ""
        case .bands(let path, _): path
        }
    }

    /// The bits of its labels, at its own size.
    /// - Parameter picture: the size of its picture, which is taken where no file says another.
    /// - Throws: `ImageError` for a file that cannot be used, or holds other values than those of an object and of background.
    func bitmap(of picture: PictureSize, _ decoding: DecodingOptions) throws(ImageError) -> Bitmap {
        switch content {
        case .files(let planes): try Self.joined(planes, of: picture, decoding)
        case .bands(let path, let range): try Self.bands(of: path, range, decoding)
        }
    }

    private static func joined(
        _ planes: [Plane], of picture: PictureSize, _ decoding: DecodingOptions
    ) throws(ImageError) -> Bitmap {
        var result: Bitmap?
        for plane in planes where plane.bit != 0 {
            let mask = try SizedMask(path: plane.file, options: decoding, size: { ($0.width, $0.height) })
            let object = try object(of: mask, plane.file)
            var pixels = result?.pixels ?? [UInt8](repeating: 0, count: mask.values.count)
            if let other = result, (other.width, other.height) != (mask.width, mask.height) {
                throw ImageError(
                    file: plane.file,
                    message: "has \(mask.width) x \(mask.height) pixels, and the picture's other labels have "
                        + "\(other.width) x \(other.height); save all of a picture's masks at one size")
            }
            if let object {
                for (place, value) in mask.values.enumerated() where value == object { pixels[place] |= plane.bit }
            }
            result = Bitmap(width: mask.width, height: mask.height, channels: 1, pixels: pixels)
        }
        return result ?? Bitmap(width: picture.width, height: picture.height, channels: 1)
    }

    /// The value that means the label; nil where a mask has nothing of it.
    private static func object(of mask: SizedMask, _ file: String) throws(ImageError) -> UInt8? {
        let used = mask.counts.indices.filter { mask.counts[$0] > 0 }.map(UInt8.init)
        let marked: [UInt8]
        if mask.info.palette.isEmpty {
            marked = used.filter { $0 != 0 }
        } else {
            // Indices mean nothing, and black is the background whatever its own.
            marked = used.filter { mask.info.palette.colour($0) != .black }
        }
        let isPlain = marked.count <= 1 && (!mask.info.palette.isEmpty || marked.allSatisfy { $0 == 1 || $0 == 255 })
        guard isPlain else {
            let values = MaskValues(counts: mask.counts)
            let found = mask.info.palette.isEmpty ? "the values \(values.list)" : Text.count(used.count, "colour")
            throw ImageError(
                file: file, message: "holds \(found), expected those of one label: 0 and 1, or 0 and 255")
        }
        return marked.first
    }

    private static func bands(
        of path: String, _ range: LabelRange, _ decoding: DecodingOptions
    ) throws(ImageError) -> Bitmap {
        let options = wholeFile(decoding)
        try check(PictureInfo(path: path, bands: range.count, options: options), path, range)
        let reader = try PictureReader(path: path, bands: range.count, options: options)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(reader.width * reader.height)
        // Of each band the number that marks its label.
        var marks = [Double](repeating: 0, count: range.count)
        let row = PictureRowBuffer(reader)
        for _ in 0..<reader.height {
            let numbers = try row.next()
            for pixel in stride(from: 0, to: numbers.count, by: range.count) {
                var byte: UInt8 = 0
                for band in 0..<range.count where numbers[pixel + band] != 0 {
                    byte |= LabelRange.bit(band)
                    if marks[band] == 0 { marks[band] = numbers[pixel + band] }
                    guard marks[band] == numbers[pixel + band], [1, 255, 65535].contains(marks[band]) else {
                        throw ImageError(
                            file: path,
                            message:
                                "holds \(Text.plain(numbers[pixel + band])) in band \(band + 1), expected the values of one "
                                + "label a band: 0 and 1, or 0 and 255")
                    }
                }
                pixels.append(byte)
            }
        }
        return Bitmap(width: reader.width, height: reader.height, channels: 1, pixels: pixels)
    }

    /// How masks are read whose pages or bands are labels, however pictures are.
    static func wholeFile(_ decoding: DecodingOptions) -> DecodingOptions {
        var options = decoding
        options.channelNames = nil
        options.pages = .automatic
        return options
    }

    /// - Throws: `ImageError` for a file that has no band for each label.
    static func check(_ info: PictureInfo, _ path: String, _ range: LabelRange) throws(ImageError) {
        let isGray = info.kind.layout == .gray || (info.kind.layout == .grayAlpha && range.count != 2)
        guard info.bands != range.count || isGray else { return }
        let found = info.bands == 1 || isGray ? "one value a pixel" : "\(info.bands) bands"
        throw ImageError(
            file: path,
            message:
                "has \(found) (\(info.kind.text)), and the net learns \(range.count) labels that overlap: expected a "
                + "band for each, or a file for each, such as NAME_nucleus.png")
    }
}

/// The numbers of a picture's rows, whatever they are.
private final class PictureRowBuffer {
    private let reader: PictureReader
    private let count: Int

    init(_ reader: PictureReader) {
        self.reader = reader
        count = reader.channels * reader.width
    }

    func next() throws(ImageError) -> [Double] {
        if reader.info.depth == .floats {
            let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
            defer { row.deallocate() }
            try reader.readRow(into: row)
            return row.map(Double.init)
        }
        let row = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: count)
        defer { row.deallocate() }
        try reader.readRow(into: row)
        return row.map(Double.init)
    }
}
