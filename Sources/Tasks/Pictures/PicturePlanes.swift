import Imaging

/// A picture at the net's size, `[channels, height, width]`, as deep as its file.
package struct PicturePlanes: Hashable, Sendable {
    package var samples: SizedPicture.Samples
    /// What becomes 0 and 1.
    package var span: NumberSpan

    package init(_ samples: SizedPicture.Samples, span: NumberSpan? = nil) {
        self.samples = samples
        self.span = span ?? .full(samples.depth)
    }

    init(_ bytes: [UInt8]) { self.init(.bytes(bytes)) }

    package static let none = PicturePlanes([])

    package var count: Int { samples.count }

    /// The samples inside a rectangle of a picture of that size.
    package func cut(_ rect: PictureRect, channels: Int, of size: PictureSize) -> PicturePlanes {
        switch samples {
        case .bytes(let bytes): PicturePlanes(.bytes(rect.cut(bytes, channels: channels, of: size)), span: span)
        case .words(let words): PicturePlanes(.words(rect.cut(words, channels: channels, of: size)), span: span)
        case .floats(let floats): PicturePlanes(.floats(rect.cut(floats, channels: channels, of: size)), span: span)
        }
    }

    /// The samples at the places given, the same ones of each plane of `area` samples.
    package func gathered(_ places: [Int], channels: Int, area: Int) -> PicturePlanes {
        func gathered<Sample>(_ planes: [Sample]) -> [Sample] {
            (0..<channels).flatMap { channel in places.map { planes[channel * area + $0] } }
        }
        return switch samples {
        case .bytes(let bytes): PicturePlanes(.bytes(gathered(bytes)), span: span)
        case .words(let words): PicturePlanes(.words(gathered(words)), span: span)
        case .floats(let floats): PicturePlanes(.floats(gathered(floats)), span: span)
        }
    }

    /// The numbers as the net is fed, 0 ... 1.
    package var units: [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress, count > 0 { writeUnits(to: base) }
            initialized = count
        }
    }

    package func writeUnits(to out: UnsafeMutablePointer<Float>) {
        samples.read(Units(span: span, out: out))
    }

    /// The same of the picture's mirror image, left to right.
    package func writeMirrored(rowLength: Int, to out: UnsafeMutablePointer<Float>) {
        samples.read(Mirror(span: span, rowLength: rowLength, out: out))
    }

    /// The same with the channels of a pixel side by side, red, green, blue and 0; of gray three times the same.
    /// - Parameter area: pixels.
    package func writePixels(isRGB: Bool, area: Int, to pixels: UnsafeMutablePointer<SIMD4<Float>>) {
        samples.read(Packing(span: span, isRGB: isRGB, area: area, pixels: pixels))
    }

    /// The numbers as people are shown them: 0 ... 1 becomes 0 ... 255.
    package var shown: [UInt8] {
        if case .bytes(let bytes) = samples, span == .bytes { return bytes }
        return units.map { UInt8((255 * $0).rounded()) }
    }

    /// How far above the span's low end the numbers of a plane are, summed up.
    package func sum(_ places: Range<Int>) -> Double {
        switch samples {
        case .bytes(let bytes): bytes[places].reduce(0) { $0 + span.steps(Double($1)) }
        case .words(let words): words[places].reduce(0) { $0 + span.steps(Double($1)) }
        case .floats(let floats): floats[places].reduce(0) { $0 + span.steps(Double($1)) }
        }
    }

    private struct Units: SamplesReader {
        var span: NumberSpan
        var out: UnsafeMutablePointer<Float>

        func read(_ samples: UnsafeBufferPointer<some PictureNumber>) {
            for place in samples.indices { out[place] = span.unit(samples[place]) }
        }
    }

    private struct Mirror: SamplesReader {
        var span: NumberSpan
        var rowLength: Int
        var out: UnsafeMutablePointer<Float>

        func read(_ samples: UnsafeBufferPointer<some PictureNumber>) {
            for row in stride(from: 0, to: samples.count, by: rowLength) {
                for x in 0..<rowLength { out[row + x] = span.unit(samples[row + rowLength - 1 - x]) }
            }
        }
    }

    private struct Packing: SamplesReader {
        var span: NumberSpan
        var isRGB: Bool
        var area: Int
        var pixels: UnsafeMutablePointer<SIMD4<Float>>

        func read(_ source: UnsafeBufferPointer<some PictureNumber>) {
            let (second, third) = isRGB ? (area, 2 * area) : (0, 0)
            for place in 0..<area {
                pixels[place] = SIMD4(
                    span.unit(source[place]), span.unit(source[second + place]), span.unit(source[third + place]), 0)
            }
        }
    }
}

/// What works on samples of any depth.
private protocol SamplesReader {
    func read(_ samples: UnsafeBufferPointer<some PictureNumber>)
}

extension SizedPicture.Samples {
    package var depth: SampleDepth {
        switch self {
        case .bytes: .bytes
        case .words: .words
        case .floats: .floats
        }
    }

    var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .words(let words): words.count
        case .floats(let floats): floats.count
        }
    }

    package var byteCount: Int { depth.rawValue * count }

    fileprivate func read(_ reader: some SamplesReader) {
        switch self {
        case .bytes(let bytes): bytes.withUnsafeBufferPointer { reader.read($0) }
        case .words(let words): words.withUnsafeBufferPointer { reader.read($0) }
        case .floats(let floats): floats.withUnsafeBufferPointer { reader.read($0) }
        }
    }

    /// Changes when any bit does.
    package var contentHash: UInt64 {
        switch self {
        case .bytes(let bytes): return ContentHash.of(bytes)
        case .words(let words):
            var hash = ContentHash(start: 16, count: 2 * words.count)
            words.withUnsafeBytes { hash.add($0) }
            return hash.value
        case .floats(let floats):
            var hash = ContentHash(start: 32, count: 4 * floats.count)
            floats.withUnsafeBytes { hash.add($0) }
            return hash.value
        }
    }

    /// The other way round: pixels whose channels lie side by side, plane by plane.
    package func planes(channels: Int, area: Int) -> SizedPicture.Samples {
        switch self {
        case .bytes(let bytes): .bytes(Self.planes(bytes, channels, area))
        case .words(let words): .words(Self.planes(words, channels, area))
        case .floats(let floats): .floats(Self.planes(floats, channels, area))
        }
    }

    private static func planes<Sample: Numeric>(_ pixels: [Sample], _ channels: Int, _ area: Int) -> [Sample] {
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
    package var planes: SizedPicture.Samples { samples.planes(channels: channels, area: width * height) }
}
