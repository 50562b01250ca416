import Imaging
import Tasks

/// What a picture and its mask were like before they were brought to the net's size.
package struct PairFacts: Hashable, Sendable {
    package var size: PictureSize
    package var kind: PictureKind
    /// Equal for pictures of equal size and pixels.
    package var content: UInt64
    /// True when all pixels have one colour.
    package var isPlain: Bool
    /// The lowest and the highest number, of all channels.
    package var low = 0.0
    package var high = 0.0
    /// Between which nearly all lie: of 16 bits and floats 99 of 100, so that a dead pixel says nothing; of 8 the same two.
    package var usual = 0.0...0.0
    /// How people are to see the picture, says the file.
    package var orientation = PictureOrientation.upright
    /// Whether it was turned so.
    package var isOriented = true
    /// For pictures that are to be turned, with masks of a shape that tells nothing; nil for others.
    package var fit: OrientationFit?
    /// Of its numbers, a channel of the net each; empty where nobody asks.
    var moments: [Moments] = []
    /// Channels that are read of the picture's file.
    package var bands = 3
    /// What decoding both files takes.
    var decodingBytes: Int
    /// nil for nets that learn the pictures themselves.
    package var mask: MaskFacts?
    /// Of the picture's file.
    package var depth = SampleDepth.bytes
}

/// What a mask file was like.
package struct MaskFacts: Hashable, Sendable {
    package var size: PictureSize
    package var kind: PictureKind
    package var content: UInt64
    package var values: MaskValues
    /// True where it comes from annotations and not from a picture.
    package var isDrawn = false
    /// True for 16-bit files of which only the high bytes were read.
    package var losesDigits: Bool
    /// The colours of its indices; empty for files of grays. Those of an RGB file are numbered as they come.
    package var palette: [PaletteColor] = []
    /// Of an RGB file, where each colour comes first; empty for others.
    var places: [PixelPlace] = []
    /// The values of these indices, where they do not stand for themselves; `values` are told in them.
    package var table: [UInt8]?

    /// False for an RGB file, whose colours have no numbers.
    var isIndexed: Bool { places.isEmpty }

    /// Takes indices for the values of a table.
    mutating func take(_ table: [UInt8]) {
        self.table = table
        values = values.replaced(by: table)
    }
}

/// A pair of files that can be used.
package struct SurveyedPair: Hashable, Sendable {
    package var pair: SamplePair
    /// The place of its folder in the layout.
    var folder: Int
    package var facts: PairFacts
}

/// A pair of files, each read and decoded once, at the net's size or, to cut pieces out of it, at a scale of its own.
struct DecodedPair: Sendable {
    /// Of what was decoded, a picture that is not kept excepted.
    private var shape: SampleShape
    private var pictureSize: PictureSize
    /// `[channels, height, width]`.
    var picture: SizedPicture.Samples
    /// Raw values at the mask's size; empty without a mask.
    var mask: [UInt8]
    /// The colours of the mask's indices; empty for files without a palette.
    var palette: [PaletteColor] = []
    /// nil where nobody looks at the whole files.
    var facts: PairFacts?

    /// - Parameters:
    ///   - looksAtWhole: whether there are to be facts.
    ///   - keepsPicture: false where pieces are going to be cut out when they are needed: the picture is brought to the net's
    ///     size then, whatever its own.
    ///   - measuresNumbers: whether the facts have the moments of the picture's numbers.
    /// - Throws: `ImageError` that names the file that cannot be used.
    init(
        _ pair: SamplePair, _ netShape: SampleShape, _ patches: PatchSettings?, _ decoding: DecodingOptions,
        looksAtWhole: Bool, keepsPicture: Bool = true, measuresNumbers: Bool = false
    ) throws(ImageError) {
        var look: PictureLook?
        var shape = netShape
        let sized = try SizedPicture(
            path: pair.picture, channels: shape.channels, options: decoding,
            size: { info in
                if looksAtWhole { look = PictureLook(info, moments: measuresNumbers ? shape.channels : nil) }
                shape = netShape.decoded(PictureSize(width: info.width, height: info.height), patches)
                return keepsPicture ? (shape.width, shape.height) : (netShape.width, netShape.height)
            }, observing: looksAtWhole ? { look?.take($0) } : nil)
        self.shape = shape
        pictureSize = PictureSize(width: sized.width, height: sized.height)
        picture = sized.planes
        mask = []
        if let look { facts = PairFacts(sized.info, look) }
        guard let source = pair.source else { return }
        let own = PictureSize(width: sized.info.width, height: sized.info.height)
        guard case .file(let path) = source else {
            try source.made(of: own, decoding).map { take($0) }
            return
        }
        var maskLook: MaskLook?
        let sizedMask = try SizedMask(
            path: path, options: decoding,
            size: { info in
                if looksAtWhole { maskLook = MaskLook(info) }
                return (shape.maskWidth, shape.maskHeight)
            }, observing: looksAtWhole ? { maskLook?.take($0) } : nil)
        mask = sizedMask.values
        palette = sizedMask.info.palette
        guard let maskLook, var facts else { return }
        facts.mask = MaskFacts(sizedMask, content: maskLook.content(isHigh: sizedMask.isHigh))
        facts.decodingBytes = max(facts.decodingBytes, picture.byteCount + sizedMask.info.decodingBytes)
        self.facts = facts
    }

    /// A mask that was made of other files.
    private mutating func take(_ bitmap: Bitmap) {
        mask = bitmap.resizedNearest(width: shape.maskWidth, height: shape.maskHeight).pixels
        guard var facts else { return }
        facts.mask = MaskFacts(bitmap)
        facts.decodingBytes = max(facts.decodingBytes, picture.byteCount + 3 * bitmap.pixels.count)
        self.facts = facts
    }

    /// Of the picture as it is decoded, and of the mask.
    var size: PictureSize { PictureSize(width: shape.width, height: shape.height) }

    /// What tells whether a mask was drawn on the picture as it is seen or as it is stored, where sizes do not.
    func orientationFit(isTurned: Bool) -> OrientationFit? {
        guard let facts, let maskFacts = facts.mask, facts.orientation != .upright else { return nil }
        guard !facts.orientation.swapsSides || facts.size.width == facts.size.height else { return nil }
        var shape = shape
        (shape.width, shape.height) = (pictureSize.width, pictureSize.height)
        return OrientationFit(
            picture, mask: mask, shape, facts.orientation, isTurned: isTurned,
            isLossy: maskFacts.kind.format == .jpeg)
    }
}

extension PairFacts {
    fileprivate init(_ info: PictureInfo, _ look: PictureLook) {
        self.init(
            size: PictureSize(width: info.width, height: info.height), kind: info.kind, content: look.content,
            isPlain: look.isPlain, low: look.low, high: look.high, usual: look.usual, orientation: info.orientation,
            isOriented: info.isOriented, moments: look.moments?.channels ?? [], bands: info.bands,
            decodingBytes: info.decodingBytes, depth: info.depth)
    }
}

extension MaskFacts {
    /// Of a mask that was drawn.
    init(_ drawn: Bitmap) {
        self.init(
            size: PictureSize(width: drawn.width, height: drawn.height),
            kind: PictureKind(format: .png, layout: .gray, bits: 8),
            content: ContentHash.of(drawn.pixels, start: UInt64(drawn.width) << 32 | UInt64(drawn.height)),
            values: MaskValues(drawn.pixels), losesDigits: false)
        isDrawn = true
    }

    fileprivate init(_ mask: SizedMask, content: UInt64) {
        self.init(
            size: PictureSize(width: mask.info.width, height: mask.info.height), kind: mask.info.kind,
            content: content, values: MaskValues(counts: mask.counts), losesDigits: mask.losesDigits,
            palette: mask.info.palette, places: mask.firstPlaces)
    }
}

/// What shows of a picture while its rows pass.
struct PictureLook {
    private var hash: ContentHash
    private let channels: Int
    /// nil where nobody asks.
    private(set) var moments: PictureMoments?
    /// The first pixel; empty before it.
    private var first: [Double] = []
    /// True as long as all pixels have one colour.
    private(set) var isPlain = true
    /// The lowest and the highest number so far.
    private var lowest = Double.infinity
    private var highest = -Double.infinity
    /// How often each number of 16 bits occurs; empty for pictures of 8.
    private var counts: [Int] = []
    /// Of floats so many, evenly spread.
    private var picked: [Float] = []
    private let step: Int
    private var passed = 0

    private static let mostPicked = 1 << 16

    /// - Parameter moments: of how many channels of the net there are to be moments; nil for none.
    init(_ info: PictureInfo, moments: Int? = nil) {
        channels = info.rowChannels
        self.moments = moments.map { PictureMoments(channels: $0) }
        hash = ContentHash(info, bytesPerPixel: channels * info.sampleBits / 8)
        step = info.width * info.height * channels / Self.mostPicked + 1
    }

    /// A number that differs for pictures of other sizes or pixels, up to chance of 2^-64.
    var content: UInt64 { hash.value }

    var low: Double { lowest.isFinite ? lowest : 0 }
    var high: Double { highest.isFinite ? highest : 0 }

    mutating func take(_ row: PictureRow) {
        moments?.take(row)
        switch row {
        case .bytes(let bytes):
            hash.add(UnsafeRawBufferPointer(bytes))
            comparePixels(bytes) { Double($0) }
            measure(bytes) { Double($0) }
        case .words(let words):
            hash.add(UnsafeRawBufferPointer(words))
            comparePixels(words) { Double($0) }
            measure(words) { Double($0) }
            if counts.isEmpty { counts = Array(repeating: 0, count: 65536) }
            counts.withUnsafeMutableBufferPointer { counts in
                for word in words { counts[Int(word)] += 1 }
            }
        case .floats(let floats):
            hash.add(UnsafeRawBufferPointer(floats))
            comparePixels(floats) { Double($0) }
            measure(floats) { Double($0) }
            let start = (step - passed % step) % step
            for place in stride(from: start, to: floats.count, by: step) { picked.append(floats[place]) }
            passed += floats.count
        }
    }

    /// The numbers between which 99 of 100 lie, where that was counted.
    var usual: ClosedRange<Double> {
        if !picked.isEmpty {
            let (sorted, most) = (picked.sorted(), picked.count - 1)
            return Double(sorted[most / 200])...Double(sorted[most - most / 200])
        }
        let total = counts.reduce(0, +)
        guard total > 0 else { return low...high }
        func number(_ rank: Int) -> Double {
            var seen = 0
            return counts.firstIndex { count in
                seen += count
                return seen > rank
            }.map(Double.init) ?? high
        }
        return number(total / 200)...number(total - 1 - total / 200)
    }

    private mutating func measure<Sample: Comparable>(
        _ row: UnsafeBufferPointer<Sample>, _ number: (Sample) -> Double
    ) {
        guard var least = row.first else { return }
        var most = least
        for sample in row {
            least = min(least, sample)
            most = max(most, sample)
        }
        lowest = min(lowest, number(least))
        highest = max(highest, number(most))
    }

    /// Compares each pixel with the one before it, and the first with the very first.
    private mutating func comparePixels<Sample: Equatable>(
        _ row: UnsafeBufferPointer<Sample>, _ number: (Sample) -> Double
    ) {
        guard isPlain, row.count >= channels else { return }
        let pixel = row.prefix(channels).map(number)
        if first.isEmpty { first = pixel }
        isPlain = first == pixel && (channels..<row.count).allSatisfy { row[$0] == row[$0 - channels] }
    }
}

/// What shows of a mask while its rows pass.
struct MaskLook {
    private var hash: ContentHash
    private var highHash: ContentHash

    init(_ info: PictureInfo) {
        hash = ContentHash(info, bytesPerPixel: 1)
        highHash = hash
    }

    func content(isHigh: Bool) -> UInt64 { isHigh ? highHash.value : hash.value }

    mutating func take(_ row: MaskRow) {
        hash.add(UnsafeRawBufferPointer(row.values))
        if let bytes = row.highBytes { highHash.add(UnsafeRawBufferPointer(bytes)) }
    }
}

extension ContentHash {
    /// Of the samples of a picture of that size, turned in that way.
    fileprivate init(_ info: PictureInfo, bytesPerPixel: Int) {
        let turn = info.isOriented ? info.orientation.rawValue - 1 : 0
        self.init(
            start: UInt64(turn) << 60 ^ UInt64(info.width) << 34 ^ UInt64(info.height) << 2 ^ UInt64(bytesPerPixel),
            count: info.width * info.height * bytesPerPixel)
    }
}
