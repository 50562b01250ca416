import Base

/// How much of the training masks each class or label covers, and the weights that make up for it.
struct ClassBalance: Hashable, Sendable {
    /// Pixels of each class over all training masks.
    var counts: [Int]
    /// Pixels of the masks in which the class occurs at all.
    private var seen: [Int]
    private let isBinary: Bool
    /// Of labels that may overlap, whose counts do not make up all of them: the pixels of the masks; else nil.
    private let pixels: Int?

    /// nil for nets without masks, or masks whose values mean nothing.
    init?(_ survey: DataSurvey) {
        guard let map = survey.map else { return nil }
        if let range = survey.task.labels {
            let masks = survey.trainingPairs.compactMap(\.facts.mask)
            counts = (0..<range.count).map { number in
                masks.reduce(0) { $0 + $1.values.count(ofLabel: number) }
            }
            (seen, isBinary) = ([], false)
            pixels = masks.reduce(0) { $0 + $1.values.pixelCount }
            return
        }
        pixels = nil
        switch survey.task {
        case .mask: (counts, seen, isBinary) = ([0, 0], [0, 0], true)
        case .classes(let range):
            (counts, seen) = (Array(repeating: 0, count: range.count), Array(repeating: 0, count: range.count))
            isBinary = false
        case .labels, .reconstruction: return nil
        }
        for mask in survey.trainingPairs.compactMap(\.facts.mask) {
            let mine = counts.indices.map { mask.count(of: UInt8($0), map) }
            let all = mine.reduce(0, +)
            for (number, count) in mine.enumerated() where count > 0 {
                counts[number] += count
                seen[number] += all
            }
        }
    }

    /// Of the pixels that count.
    func share(_ number: Int) -> Double { Double(counts[number]) / Double(max(1, pixels ?? counts.reduce(0, +))) }

    /// Background over object, what makes both weigh the same in `bce_with_logits`; at most 100. nil without objects.
    var positiveWeight: Double? {
        guard isBinary, counts[1] > 0, counts[0] > 0 else { return nil }
        return min(100, Double(counts[0]) / Double(counts[1]))
    }

    /// Median frequency balancing (Eigen and Fergus 2015, used by SegNet): the median of the classes' frequencies over
    /// a class's own, which counts the masks alone in which it occurs. At most 100; 1 for classes that do not occur.
    var weights: [Double]? {
        guard !isBinary, pixels == nil else { return nil }
        let frequencies = counts.indices.map { seen[$0] > 0 ? Double(counts[$0]) / Double(seen[$0]) : 0 }
        let sorted = frequencies.filter { $0 > 0 }.sorted()
        guard !sorted.isEmpty else { return nil }
        let middle = sorted.count / 2
        let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        return frequencies.map { $0 > 0 ? min(100, median / $0) : 1 }
    }

    /// True where plain losses would hardly see the rare class.
    var isUneven: Bool {
        if let positiveWeight { return positiveWeight > 4 || positiveWeight < 0.25 }
        return (weights ?? []).contains { $0 > 4 }
    }

    /// A line for the graph: `loss bce_with_logits(logits, mask, pos_weight: 4.2)`; nil where there is nothing to weigh.
    ///
    /// - Parameters:
    ///   - output: what the graph calls its logits.
    ///   - target: and its target.
    func lossLine(output: String, target: String, ignore: Int?) -> String? {
        if let positiveWeight {
            return "loss bce_with_logits(\(output), \(target), pos_weight: \(Self.number(positiveWeight)))"
        }
        guard let weights else { return nil }
        let list = weights.map(Self.number).joined(separator: ", ")
        let ignored = ignore.map { "ignore: \($0), " } ?? ""
        return "loss cross_entropy(\(output), \(target), \(ignored)weights: [\(list)])"
    }

    /// Two or three digits, which is all that such weights mean.
    static func number(_ value: Double) -> String { Text.fixed(value, value >= 10 ? 0 : value >= 1 ? 1 : 2) }
}
