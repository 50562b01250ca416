import GraphIR

/// `y[i, j] = Σ r(i, a) · c(j, b) · x[a, b]`, channel by channel.
func resample(_ map: Resampling, _ x: Tensor) -> Tensor {
    var y = Tensor(shape: [x.shape[0], map.channels, map.output.height, map.output.width])
    forEachTap(map, maps: x.shape[0] * map.channels) { output, input, weight in
        y.values[output] += weight * x.values[input]
    }
    return y
}

/// `dx[a, b] = Σ r(i, a) · c(j, b) · dy[i, j]`
func resampleGradient(_ map: Resampling, _ dy: Tensor) -> Tensor {
    var dx = Tensor(shape: [dy.shape[0], map.channels, map.input.height, map.input.width])
    forEachTap(map, maps: dy.shape[0] * map.channels) { output, input, weight in
        dx.values[input] += weight * dy.values[output]
    }
    return dx
}

/// Calls `body` with the places of output and input, and the weight, of each product that the map sums.
private func forEachTap(_ map: Resampling, maps: Int, _ body: (_ output: Int, _ input: Int, _ weight: Double) -> Void) {
    let rows = (0..<map.output.height).map { taps(map, $0, isVertical: true) }
    let columns = (0..<map.output.width).map { taps(map, $0, isVertical: false) }
    for channel in 0..<maps {
        for (i, rowTaps) in rows.enumerated() {
            for (j, columnTaps) in columns.enumerated() {
                let output = (channel * map.output.height + i) * map.output.width + j
                for (a, r) in rowTaps {
                    for (b, c) in columnTaps {
                        body(output, (channel * map.input.height + a) * map.input.width + b, r * c)
                    }
                }
            }
        }
    }
}

/// The places of the input, with their weights, that row or column `i` of the output is made of.
private func taps(_ map: Resampling, _ i: Int, isVertical: Bool) -> [(place: Int, weight: Double)] {
    let side = { (extent: Extent) in isVertical ? extent.height : extent.width }
    let size = side(map.input)
    switch map.rule {
    case .averagePool(let kernel, let stride, let padding):
        let first = i * side(stride) - side(padding)
        return (first..<first + side(kernel)).filter { (0..<size).contains($0) }.map { ($0, 1 / Double(side(kernel))) }
    case .nearest(let scale): return [(i / side(scale), 1)]
    case .bilinear(let scale, let aligns): return bilinearTaps(i, size, scale: side(scale), alignsCorners: aligns)
    case .bedOfNails(let scale): return i % side(scale) == 0 ? [(i / side(scale), 1)] : []
    case .shift(let top, let left):
        let place = i - (isVertical ? top : left)
        return (0..<size).contains(place) ? [(place, 1)] : []
    }
}

/// PyTorch's `upsample_bilinear2d`: `area_pixel_compute_source_index`.
private func bilinearTaps(_ i: Int, _ size: Int, scale: Int, alignsCorners: Bool) -> [(place: Int, weight: Double)] {
    let corners = size * scale > 1 ? Double(i) * Double(size - 1) / Double(size * scale - 1) : 0
    let position = alignsCorners ? corners : max(0, (Double(i) + 0.5) / Double(scale) - 0.5)
    let low = min(Int(position), size - 1)
    let fraction = position - Double(low)
    return [(low, 1 - fraction), (min(low + 1, size - 1), fraction)]
}
