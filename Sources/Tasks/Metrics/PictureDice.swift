/// The Dice of one picture, as `PictureScores` tells it, without what is measured of edges.
package struct PictureDice: Hashable, Sendable {
    private let task: TrainingTask
    /// Of the object, or of each class or label.
    private var truth: [Int]
    private var predicted: [Int]
    private var common: [Int]

    package init(_ task: TrainingTask) {
        self.task = task
        truth = Array(repeating: 0, count: task.partCount ?? 1)
        predicted = truth
        common = truth
    }

    /// Adds pixels: their labels as predicted, and as they are.
    package mutating func add(labels: [UInt8], mask: [UInt8]) {
        switch task {
        case .mask:
            for (label, target) in zip(labels, mask) {
                truth[0] += target != 0 ? 1 : 0
                predicted[0] += label != 0 ? 1 : 0
                common[0] += label != 0 && target != 0 ? 1 : 0
            }
        case .classes:
            for (label, target) in zip(labels, mask) where target != ClassRange.void {
                truth[Int(target)] += 1
                predicted[Int(label)] += 1
                common[Int(target)] += label == target ? 1 : 0
            }
        case .labels:
            for number in truth.indices {
                var sums = MaskSums()
                sums.add(labels: labels, mask: mask, bit: LabelRange.bit(number))
                truth[number] += sums.truth
                predicted[number] += sums.predicted
                common[number] += sums.intersection
            }
        case .reconstruction: break
        }
    }

    /// The mean over what is there or was found; nil where that is nothing.
    package var value: Double? {
        let dices = truth.indices.compactMap { number -> Double? in
            let pixels = truth[number] + predicted[number]
            guard pixels > 0 else { return task == .mask ? 1 : nil }
            return 2 * Double(common[number]) / Double(pixels)
        }
        return dices.isEmpty ? nil : dices.reduce(0, +) / Double(dices.count)
    }
}
