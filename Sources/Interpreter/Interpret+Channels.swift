import GraphIR

/// `s[c] = Σ x[n, c, y, x]` over samples and positions.
func channelSum(_ x: Tensor) -> Tensor {
    var sums = Tensor(shape: [x.shape[1]])
    let area = x.shape[2] * x.shape[3]
    for (index, value) in x.values.enumerated() { sums.values[index / area % x.shape[1]] += value }
    return sums
}

/// The channels of all parts, one part behind the other, sample by sample.
func concat(_ parts: [Tensor], shape: [Int]) -> Tensor {
    var values: [Double] = []
    for n in 0..<shape[0] {
        for part in parts {
            let size = part.shape[1] * part.shape[2] * part.shape[3]
            values += part.values[n * size..<(n + 1) * size]
        }
    }
    return Tensor(shape: shape, values: values)
}

/// Channels from `start` on, as many as `shape` says.
func channelSlice(_ x: Tensor, start: Int, shape: [Int]) -> Tensor {
    let area = shape[2] * shape[3]
    var values: [Double] = []
    for n in 0..<shape[0] {
        let first = (n * x.shape[1] + start) * area
        values += x.values[first..<first + shape[1] * area]
    }
    return Tensor(shape: shape, values: values)
}

/// `(x − mean[c]) / deviation[c]`
func normalized(_ x: Tensor, _ constants: ChannelConstants) -> Tensor {
    let (channels, area) = (x.shape[1], x.shape[2] * x.shape[3])
    return Tensor(
        shape: x.shape,
        values: x.values.enumerated().map { index, value in
            let channel = index / area % channels
            return (value - constants.means[channel]) / constants.deviations[channel]
        })
}

/// Zeros, and from channel `before` on the channels of `x`.
func channelPad(_ x: Tensor, before: Int, shape: [Int]) -> Tensor {
    let area = shape[2] * shape[3]
    var y = Tensor(shape: shape)
    for n in 0..<shape[0] {
        for index in 0..<x.shape[1] * area {
            y.values[(n * shape[1] + before) * area + index] = x.values[n * x.shape[1] * area + index]
        }
    }
    return y
}
