import Imaging
import PictureCode

/// Mean and spread of numbers that come in pieces, whose sums lose nothing where the mean is large.
package struct Moments: Sendable {
    private var code = unetc_moments()

    package init() {}

    /// Of `count` numbers, each `step` behind the one before.
    init(_ numbers: UnsafePointer<some PictureNumber>, step: Int = 1, count: Int) {
        code = Self.of(numbers, step, count)
    }

    private static func of<Number: PictureNumber>(
        _ numbers: UnsafePointer<Number>, _ step: Int, _ count: Int
    ) -> unetc_moments {
        unetc_moments_of(Number.depth, numbers, step, count)
    }

    package var count: Int { Int(code.count) }
    package var mean: Double { code.mean }

    /// The root of the mean square difference from the mean, of the numbers themselves and not of what they were drawn from.
    package var deviation: Double { withUnsafePointer(to: code, unetc_moments_deviation) }

    /// What a picture with such numbers is scaled by.
    func scale(_ span: NumberSpan) -> unetc_scale { withUnsafePointer(to: code) { unetc_moments_scale($0, span.code) } }

    package mutating func add(_ other: Moments) { withUnsafePointer(to: other.code) { unetc_moments_add(&code, $0) } }

    /// The same of numbers of a span, once this is 0 to 1.
    package func scaled(by span: NumberSpan) -> Moments {
        var result = self
        let width = span.high - span.low
        result.code.mean = (code.mean - span.low) / width
        result.code.squares = code.squares / (width * width)
        return result
    }
}

extension Moments: Hashable {
    package static func == (a: Moments, b: Moments) -> Bool {
        (a.code.count, a.code.mean, a.code.squares) == (b.code.count, b.code.mean, b.code.squares)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(code.count)
        hasher.combine(code.mean)
        hasher.combine(code.squares)
    }
}

/// Those of each channel that a net is fed of a picture, as its rows pass.
package struct PictureMoments: Hashable, Sendable {
    package private(set) var channels: [Moments]

    /// - Parameter channels: of the net; where there is one, that of colours is their luma.
    package init(channels: Int) { self.channels = Array(repeating: Moments(), count: channels) }

    /// Takes a row as decoders give it: red, green and blue of each pixel, or its bands.
    package mutating func take(_ row: PictureRow) {
        switch row {
        case .bytes(let bytes): take(bytes)
        case .words(let words): take(words)
        case .floats(let floats): take(floats)
        }
    }

    private mutating func take<Number: PictureNumber>(_ row: UnsafeBufferPointer<Number>) {
        let count = channels.count
        guard let base = row.baseAddress else { return }
        guard count > 1 else {
            let width = row.count / 3
            withUnsafeTemporaryAllocation(of: Number.self, capacity: width) { luma in
                guard let gray = luma.baseAddress else { return }
                unetc_luma(Number.depth, base, width, gray)
                channels[0].add(Moments(gray, count: width))
            }
            return
        }
        for channel in 0..<count {
            channels[channel].add(Moments(base + channel, step: count, count: row.count / count))
        }
    }
}
