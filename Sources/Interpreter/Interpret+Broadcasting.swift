import GraphIR

/// Maps of one number for each channel or position, straight from their formulas.
func broadcasting(_ op: Broadcasting, _ x: [Tensor], shape: [Int]) -> Tensor {
    switch op {
    case .apply(let function, let share):
        return elements(of: x[0].shape) { index in
            let (value, other) = (x[0].values[index], x[1].values[place(index, of: x[0].shape, share)])
            return function == .add ? value + other : value * other
        }
    case .sum(let share): return sums(x, share, shape: shape)
    case .mean:
        let area = Double(x[0].shape[2] * x[0].shape[3])
        return sums(x, .channels, shape: shape).scaled(by: 1 / area)
    case .spread(let size), .spreadMean(let size):
        let factor = if case .spread = op { 1.0 } else { 1 / Double(size.area) }
        return elements(of: shape) { x[0].values[place($0, of: shape, .channels)] * factor }
    case .maximum:
        var result = Tensor(shape: shape, repeating: -.infinity)
        for (index, value) in x[0].values.enumerated() {
            let channel = place(index, of: x[0].shape, .channels)
            result.values[channel] = max(result.values[channel], value)
        }
        return result
    case .maximumGradient:
        var isTaken = [Bool](repeating: false, count: x[0].values.count)
        return elements(of: shape) { index in
            let channel = place(index, of: shape, .channels)
            guard !isTaken[channel], !(x[1].values[index] < x[2].values[channel]) else { return 0 }
            isTaken[channel] = true
            return x[0].values[channel]
        }
    }
}

private func elements(of shape: [Int], _ value: (Int) -> Double) -> Tensor {
    Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map(value))
}

/// Where the number of a map's element stands in the smaller map.
private func place(_ index: Int, of shape: [Int], _ share: Broadcasting.Share) -> Int {
    let area = shape[2] * shape[3]
    switch share {
    case .channels: return index / area
    case .positions: return index / (shape[1] * area) * area + index % area
    }
}

/// Sums of a map, or of the products of two.
private func sums(_ x: [Tensor], _ share: Broadcasting.Share, shape: [Int]) -> Tensor {
    var result = Tensor(shape: shape)
    for index in x[0].values.indices {
        let product = x.dropFirst().reduce(x[0].values[index]) { $0 * $1.values[index] }
        result.values[place(index, of: x[0].shape, share)] += product
    }
    return result
}

extension Tensor {
    fileprivate func scaled(by factor: Double) -> Tensor { Tensor(shape: shape, values: values.map { $0 * factor }) }
}
