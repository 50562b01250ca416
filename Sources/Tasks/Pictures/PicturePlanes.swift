import Imaging
import PictureCode

/// A picture at the net's size, `[channels, height, width]`, as deep as its file.
package struct PicturePlanes: Hashable, Sendable {
    package var samples: SizedPicture.Samples
    /// What becomes 0 and 1.
    package var span: NumberSpan
    /// What is done to the numbers from 0 to 1 before the net is fed them, a scale a channel; none for nothing.
    package var scales: [ChannelScale] = []

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
        case .bytes(let bytes): with(.bytes(rect.cut(bytes, channels: channels, of: size)))
        case .words(let words): with(.words(rect.cut(words, channels: channels, of: size)))
        case .floats(let floats): with(.floats(rect.cut(floats, channels: channels, of: size)))
        }
    }

    /// The samples at the places given, the same ones of each plane of `area` samples.
    package func gathered(_ places: [Int], channels: Int, area: Int) -> PicturePlanes {
        func gathered<Sample>(_ planes: [Sample]) -> [Sample] {
            (0..<channels).flatMap { channel in places.map { planes[channel * area + $0] } }
        }
        return switch samples {
        case .bytes(let bytes): with(.bytes(gathered(bytes)))
        case .words(let words): with(.words(gathered(words)))
        case .floats(let floats): with(.floats(gathered(floats)))
        }
    }

    private func with(_ samples: SizedPicture.Samples) -> PicturePlanes {
        var result = self
        result.samples = samples
        return result
    }

    /// The numbers as the net is fed them: 0 ... 1, or what the scales make of these.
    package func fed(channels: Int) -> [Float] {
        var numbers = units
        numbers.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { scales.apply(to: base, area: count / channels) }
        }
        return numbers
    }

    /// Of each channel, as the file has its numbers.
    package func moments(channels: Int) -> [Moments] {
        let area = count / channels
        func moments(_ planes: [some PictureNumber]) -> [Moments] {
            planes.withUnsafeBufferPointer { planes in
                guard let base = planes.baseAddress else { return Array(repeating: Moments(), count: channels) }
                return (0..<channels).map { Moments(base + $0 * area, count: area) }
            }
        }
        return switch samples {
        case .bytes(let bytes): moments(bytes)
        case .words(let words): moments(words)
        case .floats(let floats): moments(floats)
        }
    }

    /// The numbers of which the range's ends are 0 and 1.
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

    /// The same with up to four channels of a pixel side by side, and 0 behind them.
    /// - Parameter area: pixels.
    package func writePixels(channels: Range<Int>, area: Int, to pixels: UnsafeMutablePointer<SIMD4<Float>>) {
        samples.read(Packing(span: span, channels: channels, area: area, pixels: pixels))
    }

    /// The numbers as people are shown them: 0 ... 1 becomes 0 ... 255.
    package var shown: [UInt8] {
        if case .bytes(let bytes) = samples, span == .bytes { return bytes }
        return units.map { UInt8((255 * min(max($0, 0), 1)).rounded()) }
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

        func read<Number: PictureNumber>(_ samples: UnsafeBufferPointer<Number>) {
            unetc_units(Number.depth, samples.baseAddress, 1, samples.count, span.code, span.isOpen ? 1 : 0, out)
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
        var channels: Range<Int>
        var area: Int
        var pixels: UnsafeMutablePointer<SIMD4<Float>>

        func read(_ source: UnsafeBufferPointer<some PictureNumber>) {
            let first = channels.lowerBound * area
            // Places of the channels; one that is not there is not looked at.
            let steps = (0..<4).map { $0 < channels.count ? first + $0 * area : -1 }
            let (one, two, three) = (steps[1], steps[2], steps[3])
            for place in 0..<area {
                pixels[place] = SIMD4(
                    span.unit(source[first + place]), one < 0 ? 0 : span.unit(source[one + place]),
                    two < 0 ? 0 : span.unit(source[two + place]), three < 0 ? 0 : span.unit(source[three + place]))
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

    /// Passes them as a row.
    package func observed(_ body: (PictureRow) -> Void) {
        switch self {
        case .bytes(let bytes): bytes.withUnsafeBufferPointer { body(.bytes($0)) }
        case .words(let words): words.withUnsafeBufferPointer { body(.words($0)) }
        case .floats(let floats): floats.withUnsafeBufferPointer { body(.floats($0)) }
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
