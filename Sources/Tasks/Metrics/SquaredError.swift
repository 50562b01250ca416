import Platform

/// The squared error of reconstructed pictures, over all of them.
package struct SquaredError: Hashable, Sendable {
    private var sum = 0.0
    private var count = 0

    /// Adds one picture: the output, cut to 0 ... 1 as it is written, against the picture's numbers.
    mutating func add(output: [Float], picture: PicturePlanes) {
        switch picture.samples {
        case .bytes(let bytes): sum += Self.total(output, bytes.lazy.map(Double.init), picture.span)
        case .words(let words): sum += Self.total(output, words.lazy.map(Double.init), picture.span)
        case .floats(let floats): sum += Self.total(output, floats.lazy.map(Double.init), picture.span)
        }
        count += min(output.count, picture.count)
    }

    private static func total(_ output: [Float], _ numbers: some Sequence<Double>, _ span: NumberSpan) -> Double {
        zip(output, numbers).reduce(0) { sum, pair in
            let truth = span.steps(pair.1) / (span.high - span.low)
            let error = Double(min(max(pair.0, 0), 1)) - truth
            return sum + error * error
        }
    }

    init() {}

    /// What it is made of, and back.
    var words: [Int] { [Int(bitPattern: UInt(sum.bitPattern)), count] }

    init(_ words: ArraySlice<Int>) {
        guard let first = words.first, let last = words.last else { return }
        sum = Double(bitPattern: UInt64(UInt(bitPattern: first)))
        count = last
    }

    mutating func add(_ other: SquaredError) {
        sum += other.sum
        count += other.count
    }

    /// Peak signal to noise in dB, of a peak of 1; infinite without any error.
    var psnr: Double { -10 * log10(sum / Double(max(1, count))) }
}
