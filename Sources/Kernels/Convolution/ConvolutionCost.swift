import GraphIR

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
        /// The share of the peak that a register block reaches once it is under way.
        static let productEfficiency = 0.85
        /// Steps of a product that pass before its register block is under way, and at its end.
        static let productOverhead = 8.0
        /// What OpenBLAS reaches of the peak, and the columns or rows at which it reaches half of that.
        static let gemmEfficiency = 0.8
        static let gemmHalf = 24.0
        /// Vector operations for each point of a tile and vector of channels: of the transforms there, and back.
        static let inputTransform = 9.0
        static let outputTransform = 7.0
        /// The share of the peak rate of vector operations that transforms and copies reach.
        static let vectorEfficiency = 0.25
        /// Nanoseconds to bring one weight into another order.
        static let weightMove = 0.7
        /// Nanoseconds to move one element between layouts, or into or out of a column matrix.
        static let elementMove = 0.5
    }

    /// Milliseconds on one core.
    func milliseconds(_ op: Op, _ algorithm: ConvolutionAlgorithm) -> Double {
        guard let g = op.convGeometry else { return 0 }
        let kind: Product =
            switch op {
            case .convWeightGradient: .weightGradient
            case .conv: .forward
            default: .dataGradient
            }
        let own =
            switch algorithm {
            case .gemm: gemm(g, kind)
            case .winograd(let tile): winograd(g, kind, tile: tile)
            case .direct: direct(g, kind)
            case .patch, .narrowInput, .narrowOutput: product(g, kind)
            }
        return (own + mapTraffic(g)) / 1e6
    }

    private enum Product { case forward, dataGradient, weightGradient }

    private var width: Double { Double(target.vectorWidth) }
    private var samples: Double { Double(batch) }

    // MARK: Nanoseconds of the parts

    private func multiplications(_ flops: Double, efficiency: Double) -> Double {
        flops / (target.throughput.gigaflops * efficiency)
    }

    private func vectorOperations(_ count: Double) -> Double {
        count * 2 * width / (target.throughput.gigaflops * Constants.vectorEfficiency)
    }

    private func bytes(_ count: Double) -> Double { count / target.throughput.gigabytes }

    /// Both maps, once from or to memory.
    private func mapTraffic(_ g: ConvGeometry) -> Double {
        bytes(4 * samples * Double(g.inputType.elementCount + g.outputType.elementCount))
    }

    private func weightPanels(_ g: ConvGeometry, _ kind: Product) -> Double {
        let isKept = isInference && kind != .weightGradient
        return isKept ? 0 : Constants.weightMove * Double(g.weightType.elementCount)
    }

    // MARK: Algorithms

    private func product(_ g: ConvGeometry, _ kind: Product) -> Double {
        multiplications(samples * g.flopsPerSample, efficiency: Constants.productEfficiency) + weightPanels(g, kind)
    }

    private func direct(_ g: ConvGeometry, _ kind: Product) -> Double {
        let cost: DirectCost
        switch kind {
        case .weightGradient: cost = DirectCost(weightGradient: g, target: target)
        case .forward: cost = DirectCost(GatherShape(forward: g), target: target, batchCapacity: batch)
        case .dataGradient: cost = DirectCost(GatherShape(dataGradient: g), target: target, batchCapacity: batch)
        }
        return multiplications(
            samples * g.flopsPerSample, efficiency: Constants.productEfficiency * cost.blockEfficiency)
            + vectorOperations(2 * samples * cost.copiedVectors) + weightPanels(g, kind)
    }

    private func winograd(_ g: ConvGeometry, _ kind: Product, tile: Int) -> Double {
        let shape =
            kind == .dataGradient ? WinogradShape(dataGradient: g, tile: tile) : WinogradShape(forward: g, tile: tile)
        let tiles = samples * Double(shape.tilesPerSample)
        let points = Double(shape.products)
        let (channels, outputs) = (Double(shape.channels), Double(shape.outputs))
        let pairs = points * channels * outputs
        let steps = kind == .weightGradient ? 48 : channels
        let efficiency = Constants.productEfficiency * steps / (steps + Constants.productOverhead)
        let transforms =
            tiles * points / width
            * (channels * Constants.inputTransform + outputs * Constants.outputTransform)
        let weights = isInference && kind != .weightGradient ? 0 : Constants.weightMove * pairs
        return multiplications(2 * tiles * pairs, efficiency: efficiency) + vectorOperations(transforms) + weights
    }

    private func gemm(_ g: ConvGeometry, _ kind: Product) -> Double {
        let narrow = Double(min(g.groupOutputChannels, g.reductionSize))
        let efficiency = Constants.gemmEfficiency * narrow / (narrow + Constants.gemmHalf)
        let columns = g.isPointwise ? 0 : samples * Double(g.inputChannels * g.kernel.area * g.output.area)
        return multiplications(samples * g.flopsPerSample, efficiency: efficiency)
            + Constants.elementMove * columns + conversions(g)
    }

    /// Bringing the maps of a row-major algorithm's neighbours, which are blocked where channels allow that, into rows,
    /// and back.
    fileprivate func conversions(_ g: ConvGeometry) -> Double {
        let isBlocked = { (channels: Int) in channels % target.vectorWidth == 0 && target.vectorWidth >= 4 }
        let moved =
            (isBlocked(g.inputChannels) ? g.inputType.elementCount : 0)
            + (isBlocked(g.outputChannels) ? g.outputType.elementCount : 0)
        return Constants.elementMove * samples * Double(moved)
    }
}

/// What bringing an algorithm's maps from and into blocks would take, in milliseconds on one core: nothing for those that
/// work on blocked maps.
public func conversionMilliseconds(
    _ op: Op, _ algorithm: ConvolutionAlgorithm, target: Target, batch: Int
) -> Double {
    guard algorithm == .gemm, let g = op.convGeometry else { return 0 }
    return ConvolutionCost(target: target, batch: batch, isInference: false).conversions(g) / 1e6
}
