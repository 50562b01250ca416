import GraphIR

/// Windows that tile the input, as products on blocked maps.
struct PatchMethod: ConvolutionMethod {
    let blocksInput = true
    let blocksOutput = true

    func applies(to g: ConvGeometry, width: Int) -> Bool {
        let tiles =
            g.input.height == g.output.height * g.stride.height && g.input.width == g.output.width * g.stride.width
        return g.kernel == g.stride && g.padding == Padding(0) && g.dilation == Extent(1) && g.groups == 1 && tiles
            && g.inputChannels % width == 0 && g.outputChannels % width == 0
    }

    var forward: Lowering? { patchConvolution }
    var dataGradient: Lowering? { patchDataGradient }
    var weightGradient: Lowering? { patchWeightGradient }

    func multipliesPairs(_ product: ConvolutionProduct) -> Bool { product != .weightGradient }

    func makes(_ companion: Op, beside host: Op) -> Bool { false }

    func nanoseconds(_ product: ConvolutionProduct, of g: ConvGeometry, _ cost: ConvolutionCost) -> Double {
        cost.plainProduct(product, of: g)
    }

    func reach(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach {
        .sum(product, of: g, along: axis)
    }

    func errorGrowth(_ product: ConvolutionProduct) -> Double { 1 }
}
