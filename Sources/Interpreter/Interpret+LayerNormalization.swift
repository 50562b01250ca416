import GraphIR

/// A part of a normalisation of each position's channels, straight from its formula.
func layerNormalization(_ op: LayerNormalization, _ x: [Tensor], shape: [Int]) -> Tensor {
    switch op {
    case .moments(let epsilon): moments(x[0], epsilon, shape: shape)
    case .normalize:
        Positions(x[0].shape).map { place in
            place.normalized(x[0], x[1]) * x[2].values[place.channel] + x[3].values[place.channel]
        }
    case .sums: sums(dy: x[0], x[1], moments: x[2], shape: shape)
    case .gradient: gradient(dy: x[0], x[1], moments: x[2], scale: x[3])
    }
}

/// The elements of a map with what belongs to their positions.
private struct Positions {
    struct Place {
        var index: Int
        var channel: Int
        /// The position's number in the batch.
        var position: Int
        /// Where the mean stands among the moments, and how far behind it the other row.
        var mean: Int
        var area: Int

        /// `x̂`
        func normalized(_ x: Tensor, _ moments: Tensor) -> Double {
            (x.values[index] - moments.values[mean]) * moments.values[mean + area]
        }
    }

    let shape: [Int]
    let area: Int
    var count: Int { shape[0] * area }

    init(_ shape: [Int]) {
        self.shape = shape
        area = shape[2] * shape[3]
    }

    var places: [Place] {
        (0..<shape.reduce(1, *)).map { index in
            let (sample, within) = (index / (shape[1] * area), index % area)
            return Place(
                index: index, channel: index / area % shape[1], position: sample * area + within,
                mean: 2 * sample * area + within, area: area)
        }
    }

    func map(_ value: (Place) -> Double) -> Tensor { Tensor(shape: shape, values: places.map(value)) }

    /// Means over the channels of each position.
    func means(_ value: (Place) -> Double) -> [Double] {
        var means = [Double](repeating: 0, count: count)
        for place in places { means[place.position] += value(place) / Double(shape[1]) }
        return means
    }
}

private func moments(_ x: Tensor, _ epsilon: Double, shape: [Int]) -> Tensor {
    let positions = Positions(x.shape)
    let means = positions.means { x.values[$0.index] }
    let variances = positions.means { place in
        let deviation = x.values[place.index] - means[place.position]
        return deviation * deviation
    }
    var result = Tensor(shape: shape)
    for place in positions.places {
        result.values[place.mean] = means[place.position]
        result.values[place.mean + place.area] = 1 / (variances[place.position] + epsilon).squareRoot()
    }
    return result
}

private func sums(dy: Tensor, _ x: Tensor, moments: Tensor, shape: [Int]) -> Tensor {
    var result = Tensor(shape: shape)
    let channels = x.shape[1]
    for place in Positions(x.shape).places {
        let row = 2 * (place.position / place.area) * channels + place.channel
        result.values[row] += dy.values[place.index] * place.normalized(x, moments)
        result.values[row + channels] += dy.values[place.index]
    }
    return result
}

private func gradient(dy: Tensor, _ x: Tensor, moments: Tensor, scale: Tensor) -> Tensor {
    let positions = Positions(x.shape)
    let scaled = { (place: Positions.Place) in dy.values[place.index] * scale.values[place.channel] }
    let plain = positions.means(scaled)
    let weighted = positions.means { scaled($0) * $0.normalized(x, moments) }
    return positions.map { place in
        moments.values[place.mean + place.area]
            * (scaled(place) - plain[place.position] - place.normalized(x, moments) * weighted[place.position])
    }
}
