import Base
import GraphIR

/// What a cut of a Winograd convolution costs, in vector multiply-adds for each product, input channel and vector of output
/// channels: `tiles` of them are the multiplication itself. Relative figures, fitted to layers of U-Nets on AVX-512.
enum WinogradEffort {
    /// The transform of one tile's input, shared by all outputs.
    static let inputTransform = 6.0
    /// The transform of the weights as they are needed, in the second-level cache.
    static let streamedWeights = 7.0
    /// In a weight gradient: the transform of one tile's input or output gradient, shared by all channels of the other, with
    /// what products of fewer channels lose.
    static let gradientTransform = 9.0
    /// The sums of a weight gradient's range of tiles: cleared, stored, fetched and added up.
    static let sums = 12.0

    /// The way of one tile's transformed input to memory and back, shared by all outputs: the more there are, the further
    /// away they lie.
    static func inputTraffic(_ shape: WinogradShape, tiles: Int) -> Double {
        min(110, 8 + 10 * mebibytes(shape.products * shape.words * tiles))
    }

    private static func mebibytes(_ words: Int) -> Double {
        Double(ElementType.float32.bytes * words) / Double(1 << 20)
    }

    /// Whether the transformed weights are so many that each block of tiles fetches them from afar.
    static func areWeightsLarge(_ shape: WinogradShape) -> Bool {
        mebibytes(shape.products * shape.words * shape.outputs) > 8
    }

    /// Transforming the weights once for all, through memory, and fetching them for `blocks` blocks of tiles, beside which
    /// the multiplication goes on. In inference they are only kept, and count for the memory that this takes.
    static func preparedWeights(_ shape: WinogradShape, blocks: Int, isInference: Bool) -> Double {
        let size = mebibytes(shape.products * shape.words * shape.outputs)
        return (isInference ? min(41, 5 * size) : 41) + Double(blocks) * max(1.3, 0.3 * (size - 12))
    }

    /// Multiplications of `tiles` tiles, in whole register blocks, against the loads that go with them.
    static func products(_ block: RegisterBlock, tiles: Int) -> Double {
        let sums = Double(block.rows * block.vectors)
        let padded = Double(ceilingDivide(tiles, block.rows) * block.rows)
        // Fewer than eight sums wait for each other.
        return padded * max(1, 8 / sums) * (1 + 2 / Double(block.rows) + 0.1 / Double(block.vectors))
    }
}
