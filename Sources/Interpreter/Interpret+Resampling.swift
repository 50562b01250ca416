import GraphIR

/// `y[i, j] = Σ r(i, a) · c(j, b) · x[a, b]`, channel by channel.
func resample(_ map: Resampling, _ x: Tensor) -> Tensor {
    var y = border(of: map, samples: x.shape[0])
    forEachTap(map, maps: x.shape[0] * map.channels) { output, input, weight in
        y.values[output] += weight * x.values[input]
    }
    return y
}

/// The result with what lies around the map, and zeros where that goes.
private func border(of map: Resampling, samples: Int) -> Tensor {
    var y = Tensor(shape: [samples, map.channels, map.output.height, map.output.width])
    guard case .shift(_, _, let border) = map.rule, border.value != 0 else { return y }
    let rows = (0..<map.output.height).map { taps(map, $0, isVertical: true).isEmpty }
    let columns = (0..<map.output.width).map { taps(map, $0, isVertical: false).isEmpty }
    for index in y.values.indices {
        let (row, column) = (index / map.output.width % map.output.height, index % map.output.width)
        if rows[row] || columns[column] { y.values[index] = border.value }
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
    let (size, result) = (side(map.input), side(map.output))
    switch map.rule {
    case .averagePool(let kernel, let stride, let padding):
        let first = i * side(stride) - side(padding)
        return (first..<first + side(kernel)).filter { (0..<size).contains($0) }.map { ($0, 1 / Double(side(kernel))) }
    case .nearest(let scale): return [(i / side(scale), 1)]
    case .bilinear(_, let aligns): return taps(aligns ? .bilinearCorners : .bilinear, i, size, result)
    case .resize(let interpolation, _): return taps(interpolation, i, size, result)
    case .bedOfNails(let scale): return i % side(scale) == 0 ? [(i / side(scale), 1)] : []
    case .shift(let top, let left, let border):
        return border.place(i - (isVertical ? top : left), size: size).map { [($0, 1)] } ?? []
    }
}

/// PyTorch's `area_pixel_compute_source_index` and `nearest_neighbor_compute_source_index`, and ONNX's, for `n` values that
/// become `m`.
private func taps(_ interpolation: Interpolation, _ i: Int, _ n: Int, _ m: Int) -> [(place: Int, weight: Double)] {
    let (i, ratio) = (Double(i), Double(n) / Double(m))
    switch interpolation {
    // Whole numbers, which a place between two others must not be rounded to.
    case .nearest: return [(Int(i) * n / m, 1)]
    case .nearestExact: return [((2 * Int(i) + 1) * n / (2 * m), 1)]
    case .nearestEarlier: return [(((2 * Int(i) + 1) * n + 2 * m - 1) / (2 * m) - 1, 1)]
    case .bilinear: return between((i + 0.5) * ratio - 0.5, n)
    case .bilinearCorners: return between(m > 1 ? i * Double(n - 1) / Double(m - 1) : 0, n)
    case .bilinearAsymmetric: return between(i * ratio, n)
    }
}

/// The values before and behind a position, weighed by distance.
private func between(_ position: Double, _ size: Int) -> [(place: Int, weight: Double)] {
    let low = min(Int(max(0, position)), size - 1)
    let fraction = max(0, position) - Double(low)
    return [(low, 1 - fraction), (min(low + 1, size - 1), fraction)]
}
