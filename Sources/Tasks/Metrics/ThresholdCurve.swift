/// Dice and its kin against the probability from which on a pixel is object, over all pixels of all pictures.
///
/// Probabilities are counted by 256ths: since these are exact, a curve's value at `place / 256` is that of a test with this
/// threshold, to the last bit.
package struct ThresholdCurve: Hashable, Sendable {
    /// Pixels by probability, those of 1 last.
    private var object = [Int](repeating: 0, count: parts + 1)
    private var background = [Int](repeating: 0, count: parts + 1)

    /// Into how many parts probabilities are told apart.
    package static let parts = 256

    package init() {}

    /// Adds a row: the probability of object of each pixel, and what it is.
    package mutating func add(_ probabilities: UnsafeBufferPointer<Float>, mask: [UInt8]) {
        for (value, truth) in zip(probabilities, mask) {
            let place = Int(max(0, min(value, 1)) * Float(Self.parts))
            if truth != 0 { object[place] += 1 } else { background[place] += 1 }
        }
    }

    /// The same of labels that may overlap, all of which one threshold decides: probabilities `[labels, pixels]`, and the bits of
    /// each pixel.
    package mutating func add(_ probabilities: UnsafeBufferPointer<Float>, bits: [UInt8]) {
        let area = max(1, bits.count)
        for number in 0..<probabilities.count / area {
            add(
                UnsafeBufferPointer(rebasing: probabilities[number * area..<(number + 1) * area]),
                mask: bits.map { $0 & LabelRange.bit(number) })
        }
    }

    package mutating func add(_ other: ThresholdCurve) {
        for place in object.indices {
            object[place] += other.object[place]
            background[place] += other.background[place]
        }
    }

    /// What a threshold gives.
    package struct Point: Hashable, Sendable {
        package var threshold: Double
        package var dice: Double
        package var iou: Double
        /// nil where nothing is found.
        package var precision: Double?
        package var recall: Double
    }

    /// For thresholds from 1/256 to 255/256; empty without any object.
    package var points: [Point] {
        let truth = object.reduce(0, +)
        guard truth > 0 else { return [] }
        var (common, predicted) = (object[Self.parts], object[Self.parts] + background[Self.parts])
        var points: [Point] = []
        for place in (1..<Self.parts).reversed() {
            common += object[place]
            predicted += object[place] + background[place]
            points.append(
                Point(
                    threshold: Double(place) / Double(Self.parts),
                    dice: 2 * Double(common) / Double(predicted + truth),
                    iou: Double(common) / Double(predicted + truth - common),
                    precision: predicted > 0 ? Double(common) / Double(predicted) : nil,
                    recall: Double(common) / Double(truth)))
        }
        return points.reversed()
    }

    /// That with the most Dice; of equal ones the nearest to 0.5, and of these the lower. nil without any object.
    package var best: Point? {
        points.max { a, b in
            a.dice != b.dice ? a.dice < b.dice : abs(a.threshold - 0.5) > abs(b.threshold - 0.5)
        }
    }
}
