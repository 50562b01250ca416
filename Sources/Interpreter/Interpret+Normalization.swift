import GraphIR

/// A part of a normalisation, straight from its formula.
func normalization(_ op: NormalizationOp, _ operands: [Tensor], shape: [Int]) -> Tensor {
    switch op {
    case .moments(let groups): moments(groups, operands[0], shape: shape)
    case .normalize(let groups, let epsilon):
        normalize(
            Statistics(groups, epsilon, operands[0], moments: operands[1]), operands[0], Array(operands.dropFirst(2)))
    case .sums(let groups, let epsilon):
        sums(
            Statistics(groups, epsilon, operands[1], moments: operands[2]), operands[0], operands[1], shape: shape)
    case .gradient(let groups, let epsilon):
        gradient(
            Statistics(groups, epsilon, operands[1], moments: operands[2]), dy: operands[0], x: operands[1],
            scale: operands.count == 5 ? operands[3] : nil, sums: operands[operands.count - 1])
    case .row(let row): sumOfRows(row, operands[0], shape: shape)
    case .runningMoments: Tensor(shape: shape, values: operands[0].values + operands[1].values)
    case .updateRunning: Tensor(shape: shape)
    case .foldedWeight(let axis, let epsilon): foldedWeight(axis, epsilon, operands)
    case .foldedBias(let epsilon): foldedBias(epsilon, operands)
    }
}

/// Which group an element of a map belongs to, and that group's moments.
private struct Statistics {
    let groups: NormalizationGroups
    let shape: [Int]
    var means: [Double] = []
    var inverseDeviations: [Double] = []

    init(_ groups: NormalizationGroups, shape: [Int]) {
        self.groups = groups
        self.shape = shape
    }

    init(_ groups: NormalizationGroups, _ epsilon: Double, _ x: Tensor, moments: Tensor) {
        self.init(groups, shape: x.shape)
        for group in 0..<groupCount {
            let (mean, variance) = places(of: group)
            means.append(moments.values[mean])
            inverseDeviations.append(1 / (moments.values[variance] + epsilon).squareRoot())
        }
    }

    private var area: Int { shape[2] * shape[3] }
    private var groupsPerSample: Int { groups.count(channels: shape[1]) }

    var groupCount: Int {
        switch groups {
        case .batch: shape[1]
        case .channels(let count): shape[0] * count
        }
    }

    /// How many values are normalised together.
    var groupSize: Int { shape.reduce(1, *) / groupCount }

    func channel(of index: Int) -> Int { index / area % shape[1] }

    func group(of index: Int) -> Int {
        let (sample, channel) = (index / area / shape[1], channel(of: index))
        switch groups {
        case .batch: return channel
        case .channels(let count): return sample * count + channel / (shape[1] / count)
        }
    }

    /// Where a group's mean and variance stand among the moments.
    func places(of group: Int) -> (mean: Int, variance: Int) {
        let (sample, within) = (group / groupsPerSample, group % groupsPerSample)
        let mean = 2 * sample * groupsPerSample + within
        return (mean, mean + groupsPerSample)
    }

    /// `x̂`
    func normalized(_ x: Tensor, _ index: Int) -> Double {
        let group = group(of: index)
        return (x.values[index] - means[group]) * inverseDeviations[group]
    }
}

private func moments(_ groups: NormalizationGroups, _ x: Tensor, shape: [Int]) -> Tensor {
    let statistics = Statistics(groups, shape: x.shape)
    let size = Double(statistics.groupSize)
    var means = [Double](repeating: 0, count: statistics.groupCount)
    var variances = means
    for (index, value) in x.values.enumerated() { means[statistics.group(of: index)] += value / size }
    for (index, value) in x.values.enumerated() {
        let group = statistics.group(of: index)
        variances[group] += (value - means[group]) * (value - means[group]) / size
    }
    var result = Tensor(shape: shape)
    for group in means.indices {
        let places = statistics.places(of: group)
        result.values[places.mean] = means[group]
        result.values[places.variance] = variances[group]
    }
    return result
}

/// - Parameter affine: scale and shift, or nothing.
private func normalize(_ statistics: Statistics, _ x: Tensor, _ affine: [Tensor]) -> Tensor {
    var y = x
    for index in y.values.indices {
        let channel = statistics.channel(of: index)
        y.values[index] = statistics.normalized(x, index)
        if affine.count == 2 {
            y.values[index] = y.values[index] * affine[0].values[channel] + affine[1].values[channel]
        }
    }
    return y
}

/// For each channel, of the batch or of each sample, `Σ dy · x̂` and `Σ dy`.
private func sums(_ statistics: Statistics, _ dy: Tensor, _ x: Tensor, shape: [Int]) -> Tensor {
    var result = Tensor(shape: shape)
    let channels = x.shape[1]
    for (index, value) in dy.values.enumerated() {
        let sample = shape.count == 3 ? index / (x.values.count / x.shape[0]) : 0
        let place = 2 * sample * channels + statistics.channel(of: index)
        result.values[place] += value * statistics.normalized(x, index)
        result.values[place + channels] += value
    }
    return result
}

/// `dx = r · (scale · dy − A / m − x̂ · B / m)` with `A = Σ scale · Σ dy`, `B = Σ scale · Σ dy · x̂` over a group's channels.
private func gradient(_ statistics: Statistics, dy: Tensor, x: Tensor, scale: Tensor?, sums: Tensor) -> Tensor {
    let factor = { (channel: Int) in scale?.values[channel] ?? 1 }
    let channels = x.shape[1]
    let size = Double(statistics.groupSize)
    var plain = [Double](repeating: 0, count: statistics.groupCount)
    var weighted = plain
    for sample in 0..<(sums.shape.count == 3 ? sums.shape[0] : 1) {
        for channel in 0..<channels {
            let group = statistics.group(of: (sample * channels + channel) * x.shape[2] * x.shape[3])
            let place = 2 * sample * channels + channel
            weighted[group] += factor(channel) * sums.values[place] / size
            plain[group] += factor(channel) * sums.values[place + channels] / size
        }
    }
    var dx = x
    for index in dx.values.indices {
        let group = statistics.group(of: index)
        dx.values[index] =
            statistics.inverseDeviations[group]
            * (factor(statistics.channel(of: index)) * dy.values[index] - plain[group]
                - statistics.normalized(x, index) * weighted[group])
    }
    return dx
}

private func sumOfRows(_ row: Int, _ sums: Tensor, shape: [Int]) -> Tensor {
    let channels = shape[0]
    var result = Tensor(shape: shape)
    for start in stride(from: row * channels, to: sums.values.count, by: 2 * channels) {
        for channel in 0..<channels { result.values[channel] += sums.values[start + channel] }
    }
    return result
}

/// `scale · r` of each channel.
private func factors(_ epsilon: Double, moments: Tensor, scale: Tensor) -> [Double] {
    scale.values.indices.map { scale.values[$0] / (moments.values[scale.values.count + $0] + epsilon).squareRoot() }
}

private func foldedWeight(_ axis: Int, _ epsilon: Double, _ operands: [Tensor]) -> Tensor {
    var weight = operands[0]
    let factors = factors(epsilon, moments: operands[1], scale: operands[2])
    let stride = weight.shape.dropFirst(axis + 1).reduce(1, *)
    for index in weight.values.indices { weight.values[index] *= factors[index / stride % factors.count] }
    return weight
}

private func foldedBias(_ epsilon: Double, _ operands: [Tensor]) -> Tensor {
    let factors = factors(epsilon, moments: operands[0], scale: operands[1])
    var result = operands[2]
    for channel in factors.indices {
        let bias = operands.count == 4 ? operands[3].values[channel] : 0
        result.values[channel] += (bias - operands[0].values[channel]) * factors[channel]
    }
    return result
}
