import Base
import GraphIR

/// What the times of convolutions are made of: what they multiply, transform, copy and move. Each algorithm adds them up
/// (`ConvolutionMethod.nanoseconds`).
///
/// Times are those of one core. More cores divide all of them alike, so that the order of the algorithms stays. The
/// constants were fitted to measured layers of U-Nets on AVX-512; what depends on the processor comes from the target.
struct ConvolutionCost {
    let target: Target
    let batch: Int
    /// Whether prepared weights serve many calls.
    let isInference: Bool
    /// What is multiplied.
    let factors: ElementType

    /// The share of the peak that products in registers reach, in full register blocks.
    static let productEfficiency = 0.87
    /// The share of the maps' way from and to memory that long products do not hide.
    static let exposedTraffic = 0.5

    /// By how much an algorithm on row-major maps has to win: it draws in a library, and conversions of the neighbours'
    /// maps that are told less well than products.
    static let rowMajorMargin = 1.5

    /// The share of the peak rate of vector operations that transforms and copies reach.
    private static let vectorEfficiency = 0.25
    /// Nanoseconds to bring one weight into another order, transformed or not.
    private static let weightMove = 0.7
    /// Nanoseconds to move one element between layouts.
    private static let conversion = 0.5

    /// Bringing the maps of a row-major algorithm's neighbours, which are blocked where their channels allow that, into
    /// rows and back, in milliseconds on one core.
    func conversionMilliseconds(_ op: Op) -> Double { (op.convGeometry.map(conversions) ?? 0) / 1e6 }

    // MARK: Parts, in nanoseconds

    var samples: Double { Double(batch) }

    /// A product in registers with nothing else to do than to bring the weights into its order.
    func plainProduct(_ product: ConvolutionProduct, of g: ConvGeometry) -> Double {
        multiplications(samples * g.flopsPerSample, efficiency: Self.productEfficiency)
            + Self.exposedTraffic * mapTraffic(g) + weights(g.weightType.elementCount, product)
    }

    func multiplications(_ flops: Double, efficiency: Double) -> Double {
        flops / (target.throughput.gigaflops * target.speed(of: factors) * efficiency)
    }

    func vectorOperations(_ count: Double) -> Double {
        count * 2 * Double(target.vectorWidth) / (target.throughput.gigaflops * Self.vectorEfficiency)
    }

    /// Both maps, once from or to memory, stored as what is multiplied.
    func mapTraffic(_ g: ConvGeometry) -> Double {
        let elements = g.inputType.elementCount + g.outputType.elementCount
        return samples * Double(factors.bytes * elements) / target.throughput.gigabytes
    }

    /// Bringing weights into the order of the products, or back; where they are kept in that order, only reading them.
    func weights(_ count: Int, _ product: ConvolutionProduct) -> Double {
        let isKept = isInference && product != .weightGradient
        return (isKept ? Double(ElementType.float32.bytes) / target.throughput.gigabytes : Self.weightMove)
            * Double(count)
    }

    func conversions(_ g: ConvGeometry) -> Double {
        let maps = [g.inputType, g.outputType].filter { target.vectorWidth >= 4 && $0.shape[0] % 4 == 0 }
        return Self.conversion * samples * Double(maps.reduce(0) { $0 + $1.elementCount })
    }
}
