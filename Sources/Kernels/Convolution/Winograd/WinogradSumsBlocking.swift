import Base
import GraphIR

/// How a Winograd weight gradient is cut into tasks: parts of the pairs of channels, and ranges of the strips of tiles,
/// whose sums are added up in the end.
struct WinogradSumsBlocking {
    /// Input and output channels of a part.
    let channels: Int
    let outputs: Int
    let ranges: Int
    /// Parts along the outputs, and in all.
    let outputParts: Int
    let parts: Int
    /// What it costs (`WinogradEffort`), divided by the share of many cores that its tasks keep busy.
    let effort: Double

    /// All cuts that are worth a thought, those with the largest parts and the fewest ranges first.
    static func cuts(_ shape: WinogradShape, width: Int, batchCapacity: Int) -> [Self] {
        let strips = batchCapacity * shape.stripsPerSample
        let maps = (shape.channels * shape.input.area + shape.outputs * shape.output.area) * batchCapacity
        let sums = shape.products * shape.channels * shape.outputs
        let most = min(strips, max(smallSums, maps / 2) / sums)
        let ranges = [1, 2, 4, 8, 16, 32].filter { $0 == 1 || $0 <= most }
        return parts(of: shape.channels, width).flatMap { channels in
            parts(of: shape.outputs, width).flatMap { outputs in
                ranges.map { Self(shape, strips: strips, channels: channels, outputs: outputs, ranges: $0) }
            }
        }
    }

    private init(_ shape: WinogradShape, strips: Int, channels: Int, outputs: Int, ranges: Int) {
        self.channels = channels
        self.outputs = outputs
        self.ranges = ranges
        outputParts = shape.outputs / outputs
        parts = shape.channels / channels * outputParts
        let tiles = Double(strips * shape.stripTiles)
        let transforms = WinogradEffort.gradientTransform * (1 / Double(channels) + 1 / Double(outputs))
        let ofSums = ranges > 1 ? WinogradEffort.sums * Double(ranges) : 0
        effort = (tiles * (1.1 + transforms) + ofSums) / TaskCuts.balance(parts * ranges)
    }

    /// Floats of all ranges' sums: where they are more, at most half of the maps that they are made of.
    private static let smallSums = 1 << 19

    /// The largest divisors of the channels that are whole numbers of vectors and keep a part's sums in cache, the largest
    /// first: at most 64 and at most 32 channels.
    private static func parts(of channels: Int, _ width: Int) -> [Int] {
        let largest = { (most: Int) in
            stride(from: min(most, channels) / width * width, to: width, by: -width).first { channels % $0 == 0 }
                ?? width
        }
        let (whole, half) = (largest(64), largest(32))
        return whole == half ? [whole] : [whole, half]
    }
}
