import GraphIR

import Platform

/// `y = e^x / Σ e^x` over the channels of each position.
func softmax(_ x: Tensor) -> Tensor {
    var y = x
    forEachPosition(x) { places in
        let largest = places.map { x.values[$0] }.max() ?? 0
        let sum = places.reduce(0) { $0 + exp(x.values[$1] - largest) }
        for place in places { y.values[place] = exp(x.values[place] - largest) / sum }
    }
    return y
}

/// `dx = y · (dy − Σ dy · y)`
func softmaxGradient(_ dy: Tensor, _ y: Tensor) -> Tensor {
    var dx = y
    forEachPosition(y) { places in
        let sum = places.reduce(0) { $0 + dy.values[$1] * y.values[$1] }
        for place in places { dx.values[place] = y.values[place] * (dy.values[place] - sum) }
    }
    return dx
}

/// A part of a loss of classes, straight from its formula.
func classLoss(_ op: ClassLossOp, _ operands: [Tensor]) -> Tensor {
    switch op {
    case .crossEntropy(let loss): crossEntropy(loss, operands[0], operands[1])
    case .crossEntropyGradient(let loss): crossEntropyGradient(loss, operands[0], operands[1], operands[2])
    case .overlap(let overlap): classOverlap(overlap, operands[0], operands[1])
    case .overlapGradient(let overlap): classOverlapGradient(overlap, operands[0], operands[1], operands[2])
    case .ratio: ratio(operands[0])
    case .ratioGradient: ratioGradient(operands[0], operands[1])
    }
}

extension ClassLoss {
    fileprivate func classWeight(_ number: Int) -> Double { weights.isEmpty ? 1 : weights[number] }
}

private func crossEntropy(_ loss: ClassLoss, _ logits: Tensor, _ classes: Tensor) -> Tensor {
    let y = softmax(logits)
    var sums = Tensor(shape: [logits.shape[0], 2])
    let spread = loss.labelSmoothing / Double(logits.shape[1])
    forEachLabel(logits, classes) { sample, target, places in
        guard target != loss.ignored, places.indices.contains(target) else { return }
        for (channel, place) in places.enumerated() {
            let share = (channel == target ? 1 - loss.labelSmoothing : 0) + spread
            let weight = share * loss.classWeight(channel)
            if weight != 0 { sums.values[2 * sample] -= weight * log(y.values[place]) }
        }
        sums.values[2 * sample + 1] += loss.classWeight(target)
    }
    return sums
}

private func crossEntropyGradient(
    _ loss: ClassLoss, _ logits: Tensor, _ classes: Tensor, _ d: Tensor
) -> Tensor {
    let y = softmax(logits)
    var gradient = Tensor(shape: logits.shape)
    forEachLabel(logits, classes) { sample, target, places in
        guard target != loss.ignored, places.indices.contains(target) else { return }
        for (channel, place) in places.enumerated() {
            let isTarget = channel == target ? 1.0 : 0
            let own = loss.classWeight(target) * (y.values[place] - isTarget)
            let all = places.indices.reduce(0) { $0 + loss.classWeight($1) }
            let spread = (all * y.values[place] - loss.classWeight(channel)) / Double(places.count)
            gradient.values[place] =
                d.values[2 * sample] * ((1 - loss.labelSmoothing) * own + loss.labelSmoothing * spread)
        }
    }
    return gradient
}

/// The classes of a map that are averaged over.
private func countingClasses(_ overlap: ClassOverlap, _ p: Tensor) -> [Int] {
    (0..<p.shape[1]).filter { $0 != overlap.ignored }
}

/// The sums of each class of each sample.
private func forEachOverlap(
    _ overlap: ClassOverlap, _ p: Tensor, _ classes: Tensor,
    _ body: (_ sample: Int, _ sums: OverlapSums, _ elements: [(place: Int, t: Double)]) -> Void
) {
    guard let formula = overlap.loss.overlap else { return }
    let area = p.shape[2] * p.shape[3]
    for sample in 0..<p.shape[0] {
        for channel in countingClasses(overlap, p) {
            let elements = (0..<area).compactMap { position -> (place: Int, t: Double)? in
                let target = Int(classes.values[sample * area + position])
                guard target != overlap.ignored, (0..<p.shape[1]).contains(target) else { return nil }
                return ((sample * p.shape[1] + channel) * area + position, target == channel ? 1 : 0)
            }
            body(sample, OverlapSums(formula, elements.map { (p.values[$0.place], $0.t) }), elements)
        }
    }
}

private func classOverlap(_ overlap: ClassOverlap, _ p: Tensor, _ classes: Tensor) -> Tensor {
    var result = Tensor(shape: [p.shape[0]])
    let count = countingClasses(overlap, p).count
    forEachOverlap(overlap, p, classes) { sample, sums, _ in result.values[sample] += sums.loss / Double(count) }
    return result
}

private func classOverlapGradient(_ overlap: ClassOverlap, _ p: Tensor, _ classes: Tensor, _ d: Tensor) -> Tensor {
    var gradient = Tensor(shape: p.shape)
    let count = countingClasses(overlap, p).count
    forEachOverlap(overlap, p, classes) { sample, sums, elements in
        for (place, t) in elements {
            gradient.values[place] = d.values[sample] * sums.slope(p.values[place], t) / Double(count)
        }
    }
    return gradient
}

private func ratio(_ sums: Tensor) -> Tensor {
    let (a, b) = totals(sums)
    return Tensor(scalar: b == 0 ? 0 : a / b)
}

private func ratioGradient(_ sums: Tensor, _ d: Tensor) -> Tensor {
    let (a, b) = totals(sums)
    var gradient = Tensor(shape: sums.shape)
    guard b != 0 else { return gradient }
    for index in gradient.values.indices {
        gradient.values[index] = index % 2 == 0 ? d.values[0] / b : -d.values[0] * a / (b * b)
    }
    return gradient
}

private func totals(_ sums: Tensor) -> (Double, Double) {
    sums.values.enumerated().reduce((0, 0)) { total, entry in
        entry.offset % 2 == 0 ? (total.0 + entry.element, total.1) : (total.0, total.1 + entry.element)
    }
}

/// Calls `body` with the places of a position's channels.
private func forEachPosition(_ x: Tensor, _ body: ([Int]) -> Void) {
    let area = x.shape[2] * x.shape[3]
    for sample in 0..<x.shape[0] {
        for position in 0..<area { body((0..<x.shape[1]).map { (sample * x.shape[1] + $0) * area + position }) }
    }
}

/// Likewise, with the sample and the class that stands there.
private func forEachLabel(_ x: Tensor, _ classes: Tensor, _ body: (_ sample: Int, _ target: Int, [Int]) -> Void) {
    var index = 0
    let area = x.shape[2] * x.shape[3]
    forEachPosition(x) { places in
        body(index / area, Int(classes.values[index]), places)
        index += 1
    }
}
