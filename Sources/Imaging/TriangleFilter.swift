/// Weights of a resampling along one axis in fixed point: those of Pillow's `src/libImaging/Resample.c` with its
/// bilinear filter, whose support grows with the scale when a picture shrinks.
struct TriangleFilter {
    /// Fractional bits of a weight: a sum of products with 8-bit samples, and two bits of headroom, fit 32 bits.
    static let precisionBits: Int32 = 32 - 8 - 2
    static let half: Int32 = 1 << (precisionBits - 1)

    let inputSize: Int
    /// Output positions.
    let count: Int
    /// True where input and output are counted from the other end: what the weights of a mirrored picture are for the
    /// picture as it is stored. (They need not be those of the picture itself mirrored, since centres are rounded.)
    let isReversed: Bool
    private let scale: Double
    private let support: Double

    init(from inputSize: Int, to outputSize: Int, isReversed: Bool = false) {
        self.inputSize = inputSize
        self.isReversed = isReversed
        count = outputSize
        scale = Double(inputSize) / Double(outputSize)
        support = max(scale, 1)
    }

    /// The input samples that make an output position, and how much each counts.
    struct Window {
        /// In the order of the input.
        let range: Range<Int>
        private let center: Double
        private let inverseScale: Double
        private let sum: Double
        /// The number that place 0 of the input has where it is counted from the other end.
        private let last: Int?

        fileprivate init(_ filter: TriangleFilter, _ place: Int) {
            let position = filter.isReversed ? filter.count - 1 - place : place
            center = (Double(position) + 0.5) * filter.scale
            inverseScale = 1 / filter.support
            let start = max(Int(center - filter.support + 0.5), 0)
            let end = min(Int(center + filter.support + 0.5), filter.inputSize)
            var sum = 0.0
            for sample in start..<end { sum += Self.raw(sample, center, inverseScale) }
            self.sum = sum
            let size = filter.inputSize
            last = filter.isReversed ? size - 1 : nil
            range = filter.isReversed ? size - end..<size - start : start..<end
        }

        @inline(__always)
        private static func raw(_ sample: Int, _ center: Double, _ inverseScale: Double) -> Double {
            max(1 - abs((Double(sample) - center + 0.5) * inverseScale), 0)
        }

        /// The normalised weight of an input sample in the range, rounded to fixed point.
        @inline(__always)
        func weight(_ sample: Int) -> Int32 {
            Int32(0.5 + share(sample) * Double(1 << TriangleFilter.precisionBits))
        }

        /// The same as it is; all together are 1.
        @inline(__always)
        func share(_ sample: Int) -> Double {
            let raw = Self.raw(last.map { $0 - sample } ?? sample, center, inverseScale)
            return sum == 0 ? raw : raw / sum
        }
    }

    /// Of output position `place`; ranges begin and end later from one place to the next.
    func window(_ place: Int) -> Window { Window(self, place) }
}

/// The weights of all positions along a row.
struct RowFilter<Weight: Numeric & Sendable>: Sendable {
    /// Output positions.
    let count: Int
    /// Weights reserved for each position.
    private let tapCapacity: Int
    /// The first input sample of each position, and how many follow.
    private let windows: [(start: Int, count: Int)]
    /// `tapCapacity` weights for each position.
    private let weights: [Weight]

    init(_ filter: TriangleFilter, weight: (TriangleFilter.Window, Int) -> Weight) {
        count = filter.count
        let all = (0..<filter.count).map(filter.window)
        windows = all.map { (start: $0.range.lowerBound, count: $0.range.count) }
        let capacity = windows.map(\.count).max() ?? 0
        tapCapacity = capacity
        var weights = [Weight](repeating: 0, count: filter.count * capacity)
        for (position, window) in all.enumerated() {
            for (i, sample) in window.range.enumerated() { weights[position * capacity + i] = weight(window, sample) }
        }
        self.weights = weights
    }
}

extension RowFilter<Int32> {
    @inline(__always)
    static func clip(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> TriangleFilter.precisionBits) }

    /// Resamples one row of RGB pixels.
    func resampleRGB(_ line: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            for (position, window) in windows.enumerated() {
                let pixels = UnsafeRawPointer(line + window.start * 3)
                let first = position * tapCapacity
                let last = window.count - 1
                var sum = SIMD4<Int32>(repeating: TriangleFilter.half)
                // Four bytes are read for three, which the pixel that follows allows; the last one has none.
                for tap in 0..<last {
                    let pixel = pixels.loadUnaligned(fromByteOffset: tap * 3, as: SIMD4<UInt8>.self)
                    sum &+= SIMD4<Int32>(truncatingIfNeeded: pixel) &* weights[first + tap]
                }
                let end = line + (window.start + last) * 3
                let pixel = SIMD4(Int32(end[0]), Int32(end[1]), Int32(end[2]), 0)
                sum &+= pixel &* weights[first + last]
                for c in 0..<3 { out[position * 3 + c] = Self.clip(sum[c]) }
            }
        }
    }

    /// Resamples one row of single samples.
    func resampleGray(_ line: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            for position in 0..<count {
                let window = windows[position]
                var sum = TriangleFilter.half
                for tap in 0..<window.count {
                    sum &+= Int32(line[window.start + tap]) &* weights[position * tapCapacity + tap]
                }
                out[position] = Self.clip(sum)
            }
        }
    }

    /// Resamples one row of pixels of any number of channels.
    func resample(_ line: UnsafePointer<UInt8>, channels: Int, into out: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            for position in 0..<count {
                let window = windows[position]
                for channel in 0..<channels {
                    var sum = TriangleFilter.half
                    for tap in 0..<window.count {
                        sum &+=
                            Int32(line[(window.start + tap) * channels + channel])
                            &* weights[position * tapCapacity + tap]
                    }
                    out[position * channels + channel] = Self.clip(sum)
                }
            }
        }
    }

    /// Resamples one row of 16-bit pixels; the same sums, which take more bits.
    func resample(_ line: UnsafePointer<UInt16>, channels: Int, into out: UnsafeMutablePointer<UInt16>) {
        weights.withUnsafeBufferPointer { weights in
            for position in 0..<count {
                let window = windows[position]
                for channel in 0..<channels {
                    var sum = Int64(TriangleFilter.half)
                    for tap in 0..<window.count {
                        sum &+=
                            Int64(line[(window.start + tap) * channels + channel])
                            &* Int64(weights[position * tapCapacity + tap])
                    }
                    out[position * channels + channel] = UInt16(
                        clamping: sum >> Int64(TriangleFilter.precisionBits))
                }
            }
        }
    }
}

extension RowFilter<Double> {
    /// Resamples one row of floats, as Pillow does it: sums in double precision, each rounded once.
    func resample(_ line: UnsafePointer<Float>, channels: Int, into out: UnsafeMutablePointer<Float>) {
        weights.withUnsafeBufferPointer { weights in
            for position in 0..<count {
                let window = windows[position]
                for channel in 0..<channels {
                    var sum = 0.0
                    for tap in 0..<window.count {
                        sum +=
                            Double(line[(window.start + tap) * channels + channel])
                            * weights[position * tapCapacity + tap]
                    }
                    out[position * channels + channel] = Float(sum)
                }
            }
        }
    }
}
