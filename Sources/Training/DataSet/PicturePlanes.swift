import Imaging

/// The numbers of a picture that become 0 and 1; what lies between them becomes a fraction, what lies outside is cut.
struct NumberSpan: Hashable, Sendable {
    var low: Int
    /// Above `low`.
    var high: Int

    static let bytes = NumberSpan(low: 0, high: 255)
    static let words = NumberSpan(low: 0, high: 65535)

    /// A number as the net is fed; of a byte in its full range the same as dividing by 255, which rounds correctly.
    @inline(__always)
    func unit(_ number: some BinaryInteger) -> Float {
        min(max((Float(number) - Float(low)) / Float(high - low), 0), 1)
    }

    /// How far above `low` a number is, cut to the span.
    func steps(_ number: Int) -> Int { min(max(number, low), high) - low }
}

/// A picture at the net's size, `[channels, height, width]`, as deep as its file.
struct PicturePlanes: Hashable, Sendable {
    var samples: SizedPicture.Samples
    /// What becomes 0 and 1.
    var span: NumberSpan

    init(_ samples: SizedPicture.Samples, span: NumberSpan? = nil) {
        self.samples = samples
        self.span = span ?? (samples.isDeep ? .words : .bytes)
    }

    init(_ bytes: [UInt8]) { self.init(.bytes(bytes)) }

    static let none = PicturePlanes([])

    var count: Int { samples.count }

    /// The numbers as the net is fed, 0 ... 1.
    var units: [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress, count > 0 { writeUnits(to: base) }
            initialized = count
        }
    }

    func writeUnits(to out: UnsafeMutablePointer<Float>) {
        samples.read(Units(span: span, out: out))
    }

    /// The numbers as people are shown them: 0 ... 1 becomes 0 ... 255.
    var shown: [UInt8] {
        if case .bytes(let bytes) = samples, span == .bytes { return bytes }
        return units.map { UInt8((255 * $0).rounded()) }
    }

    /// How far above the span's low end the numbers of a plane are, summed up.
    func sum(_ places: Range<Int>) -> Int {
        switch samples {
        case .bytes(let bytes): bytes[places].reduce(0) { $0 + span.steps(Int($1)) }
        case .words(let words): words[places].reduce(0) { $0 + span.steps(Int($1)) }
        }
    }

    private struct Units: SamplesReader {
        var span: NumberSpan
        var out: UnsafeMutablePointer<Float>

        func read(_ samples: UnsafeBufferPointer<some FixedWidthInteger>) {
            for place in samples.indices { out[place] = span.unit(samples[place]) }
        }
    }
}

/// What works on samples of any depth.
protocol SamplesReader {
    func read(_ samples: UnsafeBufferPointer<some FixedWidthInteger>)
}

extension SizedPicture.Samples {
    var isDeep: Bool { if case .words = self { true } else { false } }

    var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .words(let words): words.count
        }
    }

    var byteCount: Int { isDeep ? 2 * count : count }

    func read(_ reader: some SamplesReader) {
        switch self {
        case .bytes(let bytes): bytes.withUnsafeBufferPointer { reader.read($0) }
        case .words(let words): words.withUnsafeBufferPointer { reader.read($0) }
        }
    }

    /// Changes when any bit does.
    var contentHash: UInt64 {
        switch self {
        case .bytes(let bytes): return ContentHash.of(bytes)
        case .words(let words):
            var hash = ContentHash(start: 16, count: 2 * words.count)
            words.withUnsafeBytes { hash.add($0) }
            return hash.value
        }
    }

    /// The other way round: pixels whose channels lie side by side, plane by plane.
    func planes(channels: Int, area: Int) -> SizedPicture.Samples {
        switch self {
        case .bytes(let bytes): .bytes(Self.planes(bytes, channels, area))
        case .words(let words): .words(Self.planes(words, channels, area))
        }
    }

    private static func planes<Sample: FixedWidthInteger>(_ pixels: [Sample], _ channels: Int, _ area: Int) -> [Sample]
    {
        guard channels > 1 else { return pixels }
        var planes = [Sample](repeating: 0, count: pixels.count)
        for channel in 0..<channels {
            for place in 0..<area { planes[channel * area + place] = pixels[place * channels + channel] }
        }
        return planes
    }
}

extension SizedPicture {
    /// The samples, channel by channel, `[channels, height, width]`.
    var planes: SizedPicture.Samples { samples.planes(channels: channels, area: width * height) }
}
