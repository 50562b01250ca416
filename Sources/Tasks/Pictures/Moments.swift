import Imaging

/// Mean and spread of numbers that come in pieces, whose sums lose nothing where the mean is large (Chan, Golub and LeVeque,
/// "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).
package struct Moments: Hashable, Sendable {
    package private(set) var count = 0
    package private(set) var mean = 0.0
    /// Of differences from the mean.
    private var squares = 0.0

    package init() {}

    /// Of `count` numbers.
    init(count: Int, _ number: (Int) -> Double) {
        guard count > 0 else { return }
        self.count = count
        var sum = 0.0
        for place in 0..<count { sum += number(place) }
        mean = sum / Double(count)
        for place in 0..<count {
            let difference = number(place) - mean
            squares += difference * difference
        }
    }

    /// The root of the mean square difference from the mean, of the numbers themselves and not of what they were drawn from.
    package var deviation: Double { count == 0 ? 0 : (squares / Double(count)).squareRoot() }

    package mutating func add(_ other: Moments) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        let all = Double(count + other.count)
        let difference = other.mean - mean
        squares += other.squares + difference * difference * Double(count) * Double(other.count) / all
        mean += difference * Double(other.count) / all
        count += other.count
    }

    /// The same of numbers of a span, once this is 0 to 1.
    package func scaled(by span: NumberSpan) -> Moments {
        var result = self
        let width = span.high - span.low
        result.mean = (mean - span.low) / width
        result.squares = squares / (width * width)
        return result
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
        case .bytes(let bytes): take(bytes, luma: { Double(Bitmap.luma($0, $1, $2)) }, number: { Double($0) })
        case .words(let words): take(words, luma: { Double(Bitmap.luma($0, $1, $2)) }, number: { Double($0) })
        case .floats(let floats): take(floats, luma: { Double(Bitmap.luma($0, $1, $2)) }, number: { Double($0) })
        }
    }

    private mutating func take<Sample>(
        _ row: UnsafeBufferPointer<Sample>, luma: (Sample, Sample, Sample) -> Double, number: (Sample) -> Double
    ) {
        let count = channels.count
        guard count > 1 else {
            channels[0].add(Moments(count: row.count / 3) { luma(row[3 * $0], row[3 * $0 + 1], row[3 * $0 + 2]) })
            return
        }
        for channel in 0..<count {
            channels[channel].add(Moments(count: row.count / count) { number(row[$0 * count + channel]) })
        }
    }
}
