import GraphIR

/// `y[n, k, oy, ox] = Σ x[n, c, oy·s + i·d − p, ox·s + j·d − p] · w[k, c, i, j]` over the channels `c` of `k`'s group
/// and the taps `i, j`; places outside the input count as zero.
func convolution(_ g: ConvGeometry, _ x: Tensor, weight: Tensor) -> Tensor {
    var y = Tensor(shape: [x.shape[0]] + g.outputType.shape)
    forEachProduct(g, batch: x.shape[0]) { iy, ix, iw in y.values[iy] += x.values[ix] * weight.values[iw] }
    return y
}

/// `dx[n, c, …] = Σ dy[n, k, …] · w[k, c, i, j]` over all products that the convolution uses `x[n, c, …]` in.
func convolutionDataGradient(_ g: ConvGeometry, _ dy: Tensor, weight: Tensor) -> Tensor {
    var dx = Tensor(shape: [dy.shape[0]] + g.inputType.shape)
    forEachProduct(g, batch: dy.shape[0]) { iy, ix, iw in dx.values[ix] += dy.values[iy] * weight.values[iw] }
    return dx
}

/// `dw[k, c, i, j] = Σ dy[n, k, …] · x[n, c, …]` over all products that the convolution uses the weight in.
func convolutionWeightGradient(_ g: ConvGeometry, _ dy: Tensor, _ x: Tensor) -> Tensor {
    var dw = Tensor(shape: g.weightType.shape)
    forEachProduct(g, batch: x.shape[0]) { iy, ix, iw in dw.values[iw] += dy.values[iy] * x.values[ix] }
    return dw
}

/// `y[n, c, …] = x[n, c, …] + bias[c]`
func adding(bias: Tensor, to x: Tensor) -> Tensor {
    var y = x
    let area = x.shape[2] * x.shape[3]
    for index in y.values.indices { y.values[index] += bias.values[index / area % x.shape[1]] }
    return y
}

/// Calls `body` with the places of output, input and weight of each product that the convolution sums, leaving out
/// those with the padding.
private func forEachProduct(
    _ g: ConvGeometry, batch: Int, _ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void
) {
    for n in 0..<batch {
        for k in 0..<g.outputChannels {
            for channelInGroup in 0..<g.groupInputChannels {
                let c = k / g.groupOutputChannels * g.groupInputChannels + channelInGroup
                forEachProductOfMaps(
                    g, outputMap: n * g.outputChannels + k, inputMap: n * g.inputChannels + c,
                    weightMap: k * g.groupInputChannels + channelInGroup, body)
            }
        }
    }
}

/// The products between one map of the output and one of the input.
private func forEachProductOfMaps(
    _ g: ConvGeometry, outputMap: Int, inputMap: Int, weightMap: Int, _ body: (Int, Int, Int) -> Void
) {
    for i in 0..<g.kernel.height {
        for oy in 0..<g.output.height {
            let iy = oy * g.stride.height + i * g.dilation.height - g.padding.top
            guard iy >= 0, iy < g.input.height else { continue }
            let outputRow = (outputMap * g.output.height + oy) * g.output.width
            let inputRow = (inputMap * g.input.height + iy) * g.input.width
            let weightRow = (weightMap * g.kernel.height + i) * g.kernel.width
            for j in 0..<g.kernel.width {
                for ox in 0..<g.output.width {
                    let ix = ox * g.stride.width + j * g.dilation.width - g.padding.left
                    guard ix >= 0, ix < g.input.width else { continue }
                    body(outputRow + ox, inputRow + ix, weightRow + j)
                }
            }
        }
    }
}
