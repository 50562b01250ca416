import GraphIR

/// Convolutions of a few channels, such as a picture's colours, to whole blocks of them: the input is row-major, so that
/// no channel is padded to a block's cost, and the output is blocked.
struct NarrowInputMethod: ConvolutionMethod {
    let blocksInput = false
    let blocksOutput = true

    func applies(to g: ConvGeometry, width: Int) -> Bool {
        g.inputChannels < width && g.inputChannels <= 4 && g.outputChannels % width == 0 && g.groups == 1
            && g.reductionSize <= 256
    }

    var forward: Lowering? { narrowInputConvolution }
    var dataGradient: Lowering? { nil }
    var weightGradient: Lowering? { narrowInputWeightGradient }

    func multipliesPairs(_ product: ConvolutionProduct) -> Bool { false }

    func makes(_ companion: Op, beside host: Op) -> Bool {
        if case (.convWeightGradient, .channelSum) = (host, companion) { true } else { false }
    }

    func nanoseconds(_ product: ConvolutionProduct, of g: ConvGeometry, _ cost: ConvolutionCost) -> Double {
        cost.plainProduct(product, of: g)
    }

    func reach(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach {
        .sum(product, of: g, along: axis)
    }

    func errorGrowth(_ product: ConvolutionProduct) -> Double { 1 }
}
