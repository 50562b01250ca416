/// Values of a mask's row, one a pixel. Of 16-bit files both bytes come, since only the last row tells which of them
/// count.
public struct MaskRow {
    /// The value; of 16-bit files the low byte.
    public var values: UnsafeBufferPointer<UInt8>
    /// Of 16-bit files the high byte.
    public var highBytes: UnsafeBufferPointer<UInt8>?
}

/// A mask that was brought to a size while it was decoded, each pixel a copy of the nearest one.
public struct SizedMask: Hashable, Sendable {
    public var width: Int
    public var height: Int
    /// Row by row from the top, the bits of the mask as seen, resized by ``Bitmap/resizedNearest(width:height:)``.
    ///
    /// - Palette PNG: the palette *indices*.
    /// - Gray PNG (alpha is dropped): the samples; with fewer than 8 bits they are scaled to 0...255, so that a 1-bit
    ///   mask is 0 and 255; with 16 bits the low byte if every value is below 256, else the high byte.
    /// - RGB and RGBA PNG: the channel, if all three are equal.
    /// - JPEG: gray (luma). Compression smears values, so masks are better kept in PNG.
    public var values: [UInt8]
    /// How often each value occurs in the whole file.
    public var counts: [Int]
    /// True for 16-bit files of which the high bytes were taken.
    public var isHigh: Bool
    /// True for 16-bit files whose high bytes say less than the samples: numbers above 255 that are no 8-bit value made
    /// longer.
    public var losesDigits: Bool
    /// Of the file.
    public var info: PictureInfo

    public var bitmap: Bitmap { Bitmap(width: width, height: height, channels: 1, pixels: values) }

    /// Decodes a file to a size. See ``SizedPicture``.
    ///
    /// - Parameter observing: called with each row of the file, as stored.
    /// - Throws: as `SizedPicture` does, and for a colour picture.
    public init(
        path: String, options: DecodingOptions = DecodingOptions(), size: (PictureInfo) -> (width: Int, height: Int),
        observing: ((MaskRow) -> Void)? = nil
    ) throws(ImageError) {
        try self.init(.file(path, options.supervisor), options, size, observing)
    }

    /// Decodes a file to one size whatever its own.
    public init(
        path: String, width: Int, height: Int, options: DecodingOptions = DecodingOptions(),
        observing: ((MaskRow) -> Void)? = nil
    ) throws(ImageError) {
        try self.init(path: path, options: options, size: { _ in (width, height) }, observing: observing)
    }

    init(
        _ input: PictureInput, _ options: DecodingOptions, _ size: (PictureInfo) -> (width: Int, height: Int),
        _ observing: ((MaskRow) -> Void)?
    ) throws(ImageError) {
        let decoder = try RowDecoder(input, options)
        info = decoder.info
        guard info.kind.layout != .cmyk else {
            throw ImageError(file: input.name, message: .colourMask("CMYK"))
        }
        try decoder.checkPixelCount()
        (width, height) = size(info)
        // Both bytes of 16 bits, and what is turned a second time.
        let copies = (info.sampleBits == 16 ? 2 : 1) + (info.turn == .upright ? 0 : 1)
        try decoder.start(.mask, extra: copies * width * height + 8 * info.storedWidth)
        var rows = MaskRows(info, width: width, height: height)
        try rows.read(from: decoder, observing)
        isHigh = rows.isHigh
        losesDigits = rows.losesDigits
        counts = isHigh ? rows.highCounts : rows.counts
        let (storedWidth, storedHeight) = rows.sizedSides
        values = info.turn.turned(
            isHigh ? rows.highResult : rows.result, width: storedWidth, height: storedHeight, channels: 1)
    }
}

/// The rows of a mask on their way.
private struct MaskRows {
    private let info: PictureInfo
    let sizedSides: (width: Int, height: Int)
    /// The stored column and row that each of the result is copied from.
    private let columns: [Int]
    private let rows: [Int]
    private(set) var result: [UInt8] = []
    private(set) var counts = [Int](repeating: 0, count: 256)
    /// Of 16-bit files.
    private(set) var highResult: [UInt8] = []
    private(set) var highCounts = [Int](repeating: 0, count: 256)
    private(set) var isHigh = false
    /// Whether there is a number that is no 8-bit value made longer.
    private var hasDigits = false

    var losesDigits: Bool { isHigh && hasDigits }

    init(_ info: PictureInfo, width: Int, height: Int) {
        self.info = info
        sizedSides = info.turn.swapsSides ? (height, width) : (width, height)
        columns = nearestSources(
            from: info.storedWidth, to: sizedSides.width, isReversed: info.turn.reversesColumns)
        rows = nearestSources(from: info.storedHeight, to: sizedSides.height, isReversed: info.turn.reversesRows)
        result.reserveCapacity(width * height)
        if info.sampleBits == 16 { highResult.reserveCapacity(width * height) }
    }

    mutating func read(from decoder: RowDecoder, _ observing: ((MaskRow) -> Void)?) throws(ImageError) {
        let width = info.storedWidth
        let bytesPerPixel = decoder.bytesPerPixel(.mask)
        let raw = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytesPerPixel * width)
        let low = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: width)
        let high = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: width)
        defer { [raw, low, high].forEach { $0.deallocate() } }
        guard let base = raw.baseAddress else { return }
        var next = 0
        var colours = ColourSet()
        for y in 0..<info.storedHeight {
            try decoder.next(into: base)
            var row = MaskRow(values: UnsafeBufferPointer(low), highBytes: nil)
            switch bytesPerPixel {
            case 1: row.values = UnsafeBufferPointer(raw)
            case 2:
                split(raw, high, low)
                row.highBytes = UnsafeBufferPointer(high)
            default:
                colours.take(raw, gray: low)
            }
            // The rest is read for the colours that the message names.
            if !colours.isGray && colours.isFull { break }
            guard colours.isGray else { continue }
            for value in row.values { counts[Int(value)] += 1 }
            for value in row.highBytes ?? UnsafeBufferPointer(start: nil, count: 0) { highCounts[Int(value)] += 1 }
            observing?(row)
            while next < rows.count, rows[next] == y {
                for column in columns { result.append(row.values[column]) }
                if let bytes = row.highBytes { for column in columns { highResult.append(bytes[column]) } }
                next += 1
            }
        }
        guard colours.isGray else {
            throw ImageError(file: decoder.name, message: .colourMask("RGB, \(colours.text)"))
        }
    }

    /// 16-bit samples, the high byte first.
    private mutating func split(
        _ raw: UnsafeMutableBufferPointer<UInt8>, _ high: UnsafeMutableBufferPointer<UInt8>,
        _ low: UnsafeMutableBufferPointer<UInt8>
    ) {
        for x in low.indices {
            let (first, second) = (raw[2 * x], raw[2 * x + 1])
            high[x] = first
            low[x] = second
            if first != 0 { isHigh = true }
            if first != second && second != 0 { hasDigits = true }
        }
    }
}

/// The colours of RGB rows: what tells classes painted in colours from photographs.
private struct ColourSet {
    private(set) var isGray = true
    private var seen: Set<UInt32> = []
    private static let limit = 64

    /// Whether so many are known that none is counted any more.
    var isFull: Bool { seen.count > Self.limit }

    /// Writes the first channel of each pixel to `gray`.
    mutating func take(_ raw: UnsafeMutableBufferPointer<UInt8>, gray: UnsafeMutableBufferPointer<UInt8>) {
        var last: UInt32?
        for x in gray.indices {
            let (red, green, blue) = (raw[3 * x], raw[3 * x + 1], raw[3 * x + 2])
            gray[x] = red
            if red != green || red != blue { isGray = false }
            let colour = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
            if colour != last && !isFull { seen.insert(colour) }
            last = colour
        }
    }

    /// `3 colours: 0/0/0, 128/0/0, 0/128/0`, in ascending order, or `more than 64 colours`.
    var text: String {
        guard !isFull else { return "more than \(Self.limit) colours" }
        let shown = seen.sorted().prefix(4).map { "\($0 >> 16)/\($0 >> 8 & 255)/\($0 & 255)" }
        return "\(seen.count) colours: " + shown.joined(separator: ", ") + (seen.count > shown.count ? " …" : "")
    }
}

extension String {
    fileprivate static func colourMask(_ kind: String) -> String {
        """
        is a colour picture (\(kind)), expected a mask with one value a pixel; \
        save it as gray or palette PNG, or check that images and masks were not swapped
        """
    }
}
