/// Weights of a resampling along one axis in fixed point: those of Pillow's `src/libImaging/Resample.c` with its
/// bilinear filter, whose support grows with the scale when a picture shrinks.
struct TriangleFilter {
    /// Fractional bits of a weight: a sum of products with 8-bit samples, and two bits of headroom, fit 32 bits.
    private static let precisionBits: Int32 = 32 - 8 - 2
    private static let half: Int32 = 1 << (precisionBits - 1)

    /// Output positions.
    let count: Int
    /// Weights reserved for each position.
    private let tapCapacity: Int
    /// The first input sample of each position, and how many follow.
    private let windows: [(start: Int, count: Int)]
    /// `tapCapacity` weights for each position.
    private let weights: [Int32]

    init(from inputSize: Int, to outputSize: Int) {
        let scale = Double(inputSize) / Double(outputSize)
        let filterScale = max(scale, 1)
        let support = filterScale
        count = outputSize
        tapCapacity = Int(support.rounded(.up)) * 2 + 1
        var windows: [(start: Int, count: Int)] = []
        var weights = [Int32](repeating: 0, count: outputSize * tapCapacity)
        for position in 0..<outputSize {
            let center = (Double(position) + 0.5) * scale
            let start = max(Int(center - support + 0.5), 0)
            let end = min(Int(center + support + 0.5), inputSize)
            let taps = Self.triangle(start..<end, center: center, inverseScale: 1 / filterScale)
            windows.append((start, taps.count))
            for (i, weight) in taps.enumerated() { weights[position * tapCapacity + i] = weight }
        }
        self.windows = windows
        self.weights = weights
    }

    /// The normalised weights of the samples in `window`, rounded to fixed point.
    private static func triangle(_ window: Range<Int>, center: Double, inverseScale: Double) -> [Int32] {
        let raw = window.map { max(1 - abs((Double($0) - center + 0.5) * inverseScale), 0) }
        let sum = raw.reduce(0, +)
        return raw.map { Int32(0.5 + (sum == 0 ? $0 : $0 / sum) * Double(1 << precisionBits)) }
    }

    @inline(__always)
    private static func clip(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> precisionBits) }

    /// Resamples one row of RGB pixels.
    func resampleRGB(_ line: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            for (position, window) in windows.enumerated() {
                let pixels = UnsafeRawPointer(line + window.start * 3)
                let first = position * tapCapacity
                let last = window.count - 1
                var sum = SIMD4<Int32>(repeating: Self.half)
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
                var sum = Self.half
                for tap in 0..<window.count {
                    sum &+= Int32(line[window.start + tap]) &* weights[position * tapCapacity + tap]
                }
                out[position] = Self.clip(sum)
            }
        }
    }

    /// Resamples rows of `length` samples along the columns, a whole row at a time.
    func resampleRows(_ source: UnsafePointer<UInt8>, length: Int, into out: UnsafeMutablePointer<UInt8>) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: length) { sums in
            guard let sums = sums.baseAddress else { return }
            for position in 0..<count {
                let window = windows[position]
                sums.update(repeating: Self.half, count: length)
                for tap in 0..<window.count {
                    let weight = weights[position * tapCapacity + tap]
                    let row = source + (window.start + tap) * length
                    for i in 0..<length { sums[i] &+= Int32(row[i]) &* weight }
                }
                let outRow = out + position * length
                for i in 0..<length { outRow[i] = Self.clip(sums[i]) }
            }
        }
    }
}
