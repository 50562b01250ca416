import Base
import Tasks

/// What a net's output says, as numbers from 0 to 1.
extension TrainingTask {
    /// Turns outputs `[channels, count]` into probabilities (of the object, or of each class or label), or the values of a
    /// reconstructed picture, in place. What is no number becomes 0, or the same probability for all classes.
    func makeValues(of outputs: UnsafeMutableBufferPointer<Float>, channels: Int) {
        switch self {
        case .mask, .labels: for i in outputs.indices { outputs[i] = Self.probability(outputs[i]) }
        case .classes: Self.makeProbabilities(outputs, channels)
        case .reconstruction:
            for i in outputs.indices { outputs[i] = outputs[i].isNaN ? 0 : min(max(outputs[i], 0), 1) }
        }
    }

    /// What pixels with such values are: 1 for object, 0 for background; their classes; or a bit for each label they have;
    /// nothing of a reconstruction.
    /// - Parameter threshold: a pixel is object, or has a label, from this probability on.
    func labels(_ values: UnsafeBufferPointer<Float>, threshold: Float) -> [UInt8] {
        switch self {
        case .mask: values.map { $0 >= threshold ? 1 : 0 }
        case .classes(let range): ClassMap.largest(Array(values), classes: range.count)
        case .labels(let range): range.bytes(values) { $0 >= threshold }
        case .reconstruction: []
        }
    }

    private static func probability(_ logit: Float) -> Float {
        logit.isNaN ? 0 : Float(1 / (1 + exponential(-Double(logit))))
    }

    /// Softmax over the channels.
    private static func makeProbabilities(_ logits: UnsafeMutableBufferPointer<Float>, _ channels: Int) {
        let count = logits.count / max(1, channels)
        for place in 0..<count {
            var largest = -Float.infinity
            for channel in 0..<channels { largest = max(largest, logits[channel * count + place]) }
            var sum = 0.0
            for channel in 0..<channels {
                let power = exponential(Double(logits[channel * count + place]) - Double(largest))
                logits[channel * count + place] = Float(power)
                sum += power
            }
            for channel in 0..<channels {
                let share = Double(logits[channel * count + place]) / sum
                logits[channel * count + place] = share.isNaN ? 1 / Float(channels) : Float(share)
            }
        }
    }
}

/// Mirror images whose predictions are averaged.
package enum Flips: String, CaseIterable, Hashable, Sendable {
    case none
    /// The picture, and left and right exchanged.
    case h
    /// The picture, and top and bottom exchanged.
    case v
    /// Also upside down, and both.
    case hv

    package init(columns: Bool, rows: Bool) {
        self = columns ? (rows ? .hv : .h) : (rows ? .v : .none)
    }

    /// Whether columns and rows are turned round, in the order in which the net sees them.
    package var passes: [(columns: Bool, rows: Bool)] {
        switch self {
        case .none: [(false, false)]
        case .h: [(false, false), (true, false)]
        case .v: [(false, false), (false, true)]
        case .hv: [(false, false), (true, false), (false, true), (true, true)]
        }
    }
}

/// Maps `[channels, height, width]`, turned round.
func flipped(_ maps: [Float], height: Int, width: Int, columns: Bool, rows: Bool) -> [Float] {
    guard columns || rows else { return maps }
    var result: [Float] = []
    result.reserveCapacity(maps.count)
    for channel in stride(from: 0, to: maps.count, by: height * width) {
        for row in 0..<height {
            let start = channel + (rows ? height - 1 - row : row) * width
            let line = maps[start..<start + width]
            if columns { result += line.reversed() } else { result += line }
        }
    }
    return result
}
