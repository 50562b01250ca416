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
    /// - Palettes (PNG, GIF, BMP, TIFF): the palette *indices*.
    /// - Gray (alpha is dropped): the samples; with fewer than 8 bits they are scaled to 0...255, so that a 1-bit
    ///   mask is 0 and 255; with more the low byte if every value is below 256, else the high byte of 16 bits. Numbers
    ///   of 32 bits and floats have to be whole and no more than 65535.
    /// - RGB and RGBA: the channel, if all three are equal; else the colours' numbers in `info.palette`, as they come.
    /// - JPEG: gray (luma). Compression smears values, so masks are better kept in PNG.
    public var values: [UInt8]
    /// How often each value occurs in the whole file.
    public var counts: [Int]
    /// True for 16-bit files of which the high bytes were taken.
    public var isHigh: Bool
    /// True for 16-bit files whose high bytes say less than the samples: numbers above 255 that are no 8-bit value made
    /// longer.
    public var losesDigits: Bool
    /// Of the file; with the colours of `values` where it has no palette and is in colours.
    public var info: PictureInfo
    /// Of a file in colours without a palette, where each of them comes first; empty for others.
    public var firstPlaces: [PixelPlace]

    /// - Throws: an error that names the file if its values are the numbers of colours, which mean nothing by themselves.
    func valueBitmap(_ file: String) throws(ImageError) -> Bitmap {
        guard firstPlaces.isEmpty else {
            throw ImageError(file: file, message: .colourMask("RGB, \(firstPlaces.count) colours"))
        }
        return bitmap
    }

    public var bitmap: Bitmap { Bitmap(width: width, height: height, channels: 1, pixels: values) }

    /// Decodes a file to a size. See ``SizedPicture``.
    ///
    /// - Parameter observing: called with each row of the file, as stored.
    /// - Throws: as `SizedPicture` does, and for a picture of more than 256 colours.
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
        guard info.kind.layout != .bands else {
            throw ImageError(file: input.name, message: .colourMask("\(info.bands) bands"))
        }
        try decoder.checkPixelCount()
        (width, height) = size(info)
        // Both bytes of 16 bits, and what is turned a second time.
        let copies = decoder.bytesPerPixel(.mask) + (info.turn == .upright ? 0 : 1)
        try decoder.start(.mask, extra: copies * width * height + 8 * info.storedWidth)
        var rows = MaskRows(info, width: width, height: height, isDeep: decoder.bytesPerPixel(.mask) == 2)
        try rows.read(from: decoder, observing)
        isHigh = rows.isHigh
        losesDigits = rows.losesDigits
        counts = isHigh ? rows.highCounts : rows.counts
        firstPlaces = rows.firstPlaces
        if !firstPlaces.isEmpty { info.palette = rows.palette }
        let (storedWidth, storedHeight) = rows.sizedSides
        values = info.turn.turned(
            isHigh ? rows.highResult : rows.result, width: storedWidth, height: storedHeight, channels: 1)
    }
}

/// A pixel's place in a file, from 0.
public struct PixelPlace: Hashable, Sendable {
    public var x: Int
    public var y: Int
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

    /// Of RGB in colours: what `result` numbers.
    private(set) var palette: [PaletteColor] = []
    private(set) var firstPlaces: [PixelPlace] = []

    var losesDigits: Bool { isHigh && hasDigits }

    /// - Parameter isDeep: whether values have two bytes.
    init(_ info: PictureInfo, width: Int, height: Int, isDeep: Bool) {
        self.info = info
        sizedSides = info.turn.swapsSides ? (height, width) : (width, height)
        columns = nearestSources(
            from: info.storedWidth, to: sizedSides.width, isReversed: info.turn.reversesColumns)
        rows = nearestSources(from: info.storedHeight, to: sizedSides.height, isReversed: info.turn.reversesRows)
        result.reserveCapacity(width * height)
        if isDeep { highResult.reserveCapacity(width * height) }
    }

    mutating func read(from decoder: RowDecoder, _ observing: ((MaskRow) -> Void)?) throws(ImageError) {
        let width = info.storedWidth
        let bytesPerPixel = decoder.bytesPerPixel(.mask)
        let raw = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytesPerPixel * width)
        let low = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: width)
        let high = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: width)
        let numbered = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: width)
        defer { [raw, low, high, numbered].forEach { $0.deallocate() } }
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
                colours.take(raw, y, look: low, numbers: numbered)
                guard !colours.isFull else {
                    throw ImageError(
                        file: decoder.name, message: .colourMask("RGB, more than 256 colours", of: info.kind.format))
                }
            }
            let numbers = colours.isEmpty ? row.values : UnsafeBufferPointer(numbered)
            for value in numbers { counts[Int(value)] += 1 }
            for value in row.highBytes ?? UnsafeBufferPointer(start: nil, count: 0) { highCounts[Int(value)] += 1 }
            observing?(row)
            while next < rows.count, rows[next] == y {
                for column in columns { result.append(numbers[column]) }
                if let bytes = row.highBytes { for column in columns { highResult.append(bytes[column]) } }
                next += 1
            }
        }
        if colours.isGray {
            takeGrays(colours)
        } else {
            palette = colours.palette
            firstPlaces = colours.firstPlaces
        }
    }

    /// Of RGB in grays, the values in place of their numbers.
    private mutating func takeGrays(_ colours: ColourSet) {
        guard !colours.isEmpty else { return }
        var values = [UInt8](repeating: 0, count: 256)
        var valueCounts = [Int](repeating: 0, count: 256)
        for (number, colour) in colours.palette.enumerated() {
            values[number] = colour.red
            valueCounts[Int(colour.red)] = counts[number]
        }
        counts = valueCounts
        for place in result.indices { result[place] = values[Int(result[place])] }
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

/// The colours of RGB rows, numbered as they come.
private struct ColourSet {
    private(set) var isGray = true
    private(set) var palette: [PaletteColor] = []
    private(set) var firstPlaces: [PixelPlace] = []
    /// There are more colours than a byte can number.
    private(set) var isFull = false
    private var known: [UInt32: UInt8] = [:]

    /// Whether no row has come.
    var isEmpty: Bool { palette.isEmpty }

    /// Numbers the colours of a row, and writes to `look` what tells rows apart: the value of a gray, a mixture of the three
    /// of other colours.
    mutating func take(
        _ raw: UnsafeMutableBufferPointer<UInt8>, _ y: Int, look: UnsafeMutableBufferPointer<UInt8>,
        numbers: UnsafeMutableBufferPointer<UInt8>
    ) {
        var last: UInt32?
        var number: UInt8 = 0
        for x in look.indices {
            let (red, green, blue) = (raw[3 * x], raw[3 * x + 1], raw[3 * x + 2])
            look[x] = red &+ 29 &* (green &- red) &+ 101 &* (blue &- red)
            if red != green || red != blue { isGray = false }
            let colour = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
            if colour != last {
                last = colour
                if let earlier = known[colour] {
                    number = earlier
                } else if palette.count == 256 {
                    isFull = true
                    return
                } else {
                    number = UInt8(palette.count)
                    known[colour] = number
                    palette.append(PaletteColor(red, green, blue))
                    firstPlaces.append(PixelPlace(x: x, y: y))
                }
            }
            numbers[x] = number
        }
    }
}

extension String {
    fileprivate static func colourMask(_ kind: String, of format: ImageFormat? = nil) -> String {
        let isLossy = format == .jpeg
        return "is a colour picture (\(kind)), expected a mask with one value or colour a class; "
            + (isLossy ? "JPEG smears colours, so save it as PNG" : "save it as gray or palette PNG")
            + ", or check that images and masks were not swapped"
    }
}
