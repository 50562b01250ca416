import GraphIR

/// Convolutions of 1 × 1 from whole blocks of channels to a few that are none, such as a net's logits: the input is
/// blocked, the output row-major.
struct NarrowOutputMethod: ConvolutionMethod {
    let blocksInput = true
    let blocksOutput = false

    func applies(to g: ConvGeometry, width: Int) -> Bool {
        g.isPointwise && g.groups == 1 && g.inputChannels % width == 0 && g.outputChannels % width != 0
            && g.outputChannels < 2 * width
    }

    var forward: Lowering? { { NarrowOutput($0, $1).forward() } }
    var dataGradient: Lowering? { { NarrowOutput($0, $1).dataGradient() } }
    var weightGradient: Lowering? { { NarrowOutput($0, $1).weightGradient() } }

    func multipliesPairs(_ product: ConvolutionProduct) -> Bool { false }

    func makes(_ companion: Op, beside host: Op) -> Bool { false }

    func nanoseconds(_ product: ConvolutionProduct, of g: ConvGeometry, _ cost: ConvolutionCost) -> Double {
        cost.plainProduct(product, of: g)
    }

    func reach(_ product: ConvolutionProduct, of g: ConvGeometry, along axis: Axis) -> ConvolutionReach {
        .sum(product, of: g, along: axis)
    }

    func errorGrowth(_ product: ConvolutionProduct) -> Double { 1 }
}
