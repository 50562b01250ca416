import GraphIR
import Programs

/// The time that a convolution takes by each algorithm, as a sum of what it multiplies, transforms, copies and moves.
///
/// Times are those of one core. More cores divide all of them alike, so that the order of the algorithms stays. The
/// constants were fitted to measured layers of U-Nets on AVX-512; what depends on the processor comes from the target.
struct ConvolutionCost {
    let target: Target
    let batch: Int
    /// Whether prepared weights serve many calls.
    let isInference: Bool

    /// The constants of the model.
    private enum Constants {
        /// The share of the peak that direct products reach, in full register blocks.
        static let directEfficiency = 0.87
        /// The same for Winograd's products, which are many and short: of tiles by channels, and in the weight gradient
        /// over tiles.
        static let winogradEfficiency = 0.73
        static let winogradGradientEfficiency = 0.65
        /// What OpenBLAS reaches of the peak, and the columns or rows at which it reaches half of that.
        static let gemmEfficiency = 0.6
        static let gemmHalf = 12.0
        /// Vector operations for each point of a tile and vector of channels: of the transforms there, and back.
        static let inputTransform = 4.0
        static let outputTransform = 1.0
        /// The share of the peak rate of vector operations that transforms and copies reach.
        static let vectorEfficiency = 0.25
        /// Nanoseconds to bring one weight into another order, transformed or not.
        static let weightMove = 0.7
        /// Nanoseconds for each transformed weight of a deep layer, which stays in the second-level cache, and for each
        /// sum of a weight gradient that is transformed back.
        static let streamedWeight = 0.12
        static let gradientSum = 0.2
        /// Nanoseconds to move one element between layouts, and into or out of a column matrix.
        static let conversion = 0.5
        static let columnMove = 0.15
        /// The share of the maps' way from and to memory that long products do not hide.
        static let exposedTraffic = 0.5
    }

    /// By how much an algorithm on row-major maps has to win: it draws in a library, and conversions of the neighbours'
    /// maps that are told less well than products.
    static let rowMajorMargin = 1.5

    private enum Product { case forward, dataGradient, weightGradient }

    /// Milliseconds on one core.
    func milliseconds(_ op: Op, _ algorithm: ConvolutionAlgorithm) -> Double {
        guard let g = op.convGeometry else { return 0 }
        let product: Product =
            switch op {
            case .convWeightGradient: .weightGradient
            case .conv: .forward
            default: .dataGradient
            }
        let nanoseconds =
            switch algorithm {
            case .gemm: gemm(g)
            case .winograd(let tile): winograd(g, product, tile: tile)
            case .direct: direct(g, product)
            case .patch, .narrowInput, .narrowOutput: plainProduct(g, product)
            }
        return nanoseconds / 1e6
    }

    /// Bringing the maps of a row-major algorithm's neighbours, which are blocked where their channels allow that, into
    /// rows and back, in milliseconds on one core.
    func conversionMilliseconds(_ op: Op) -> Double { (op.convGeometry.map(conversions) ?? 0) / 1e6 }

    // MARK: Algorithms, in nanoseconds

    private func plainProduct(_ g: ConvGeometry, _ product: Product) -> Double {
        multiplications(samples * g.flopsPerSample, efficiency: Constants.directEfficiency)
            + Constants.exposedTraffic * mapTraffic(g) + weights(g.weightType.elementCount, product)
    }

    private func direct(_ g: ConvGeometry, _ product: Product) -> Double {
        let cost =
            switch product {
            case .weightGradient: DirectCost(weightGradient: g, target: target)
            case .forward:
                DirectCost(
                    GatherShape(forward: g), target: target, batchCapacity: batch, isInference: isInference)
            case .dataGradient:
                DirectCost(
                    GatherShape(dataGradient: g), target: target, batchCapacity: batch, isInference: isInference)
            }
        let efficiency = Constants.directEfficiency * cost.blockEfficiency
        // A copy is a load and a store.
        return multiplications(samples * g.flopsPerSample, efficiency: efficiency)
            + vectorOperations(2 * samples * cost.copiedVectors) + Constants.exposedTraffic * mapTraffic(g)
            + weights(g.weightType.elementCount, product)
    }

    private func winograd(_ g: ConvGeometry, _ product: Product, tile: Int) -> Double {
        let shape =
            product == .dataGradient
            ? WinogradShape(dataGradient: g, tile: tile) : WinogradShape(forward: g, tile: tile)
        let tiles = samples * Double(ceilingDivide(shape.output.height, tile) * ceilingDivide(shape.output.width, tile))
        let pairs = shape.products * shape.channels * shape.outputs
        let efficiency =
            product == .weightGradient ? Constants.winogradGradientEfficiency : Constants.winogradEfficiency
        let transforms =
            Double(shape.channels) * Constants.inputTransform + Double(shape.outputs) * Constants.outputTransform
        return multiplications(2 * tiles * Double(pairs), efficiency: efficiency)
            + vectorOperations(tiles * Double(shape.products) * transforms / Double(target.vectorWidth))
            + mapTraffic(g) + winogradWeights(pairs, product)
    }

    /// Deep layers transform their weights as they need them, whatever the use.
    private func winogradWeights(_ count: Int, _ product: Product) -> Double {
        if product == .weightGradient { return Constants.gradientSum * Double(count) }
        return count > target.l2Bytes ? Constants.streamedWeight * Double(count) : weights(count, product)
    }

    private func gemm(_ g: ConvGeometry) -> Double {
        let narrow = Double(min(g.groupOutputChannels, g.reductionSize))
        let efficiency = Constants.gemmEfficiency * narrow / (narrow + Constants.gemmHalf)
        let columns = g.isPointwise ? 0 : samples * Double(g.inputChannels * g.kernel.area * g.output.area)
        return multiplications(samples * g.flopsPerSample, efficiency: efficiency) + Constants.columnMove * columns
            + mapTraffic(g) + conversions(g)
    }

    // MARK: Parts, in nanoseconds

    private var samples: Double { Double(batch) }

    private func multiplications(_ flops: Double, efficiency: Double) -> Double {
        flops / (target.throughput.gigaflops * efficiency)
    }

    private func vectorOperations(_ count: Double) -> Double {
        multiplications(count * 2 * Double(target.vectorWidth), efficiency: Constants.vectorEfficiency)
    }

    /// Both maps, once from or to memory.
    private func mapTraffic(_ g: ConvGeometry) -> Double {
        samples * Double(g.inputType.bytes + g.outputType.bytes) / target.throughput.gigabytes
    }

    /// Bringing weights into the order of the products, or back; where they are kept in that order, only reading them.
    private func weights(_ count: Int, _ product: Product) -> Double {
        let isKept = isInference && product != .weightGradient
        return (isKept ? Double(ElementType.float32.bytes) / target.throughput.gigabytes : Constants.weightMove)
            * Double(count)
    }

    private func conversions(_ g: ConvGeometry) -> Double {
        let maps = [g.inputType, g.outputType].filter { target.vectorWidth >= 4 && $0.shape[0] % 4 == 0 }
        return Constants.conversion * samples * Double(maps.reduce(0) { $0 + $1.elementCount })
    }
}

/// What bringing an algorithm's maps from and into blocks would take, in milliseconds on one core: nothing for those that
/// work on blocked maps.
public func conversionMilliseconds(
    _ op: Op, _ algorithm: ConvolutionAlgorithm, target: Target, batch: Int
) -> Double {
    guard algorithm == .gemm else { return 0 }
    return ConvolutionCost(target: target, batch: batch, isInference: false).conversionMilliseconds(op)
}
