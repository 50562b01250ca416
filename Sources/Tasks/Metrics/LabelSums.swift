import Base

/// Counts of pixels over all pictures for each of several labels that may overlap.
package struct LabelSums: Hashable, Sendable {
    /// Of each label.
    private var sums: [MaskSums]
    private var pixels = 0

    var range: LabelRange { LabelRange(count: sums.count) }

    init(_ range: LabelRange) { sums = Array(repeating: MaskSums(), count: range.count) }

    /// What it is made of, and back.
    var words: [Int] { [pixels] + sums.flatMap(\.words) }

    init(_ range: LabelRange, words: ArraySlice<Int>) {
        self.init(range)
        guard words.count == 1 + MaskSums.wordCount * sums.count, let first = words.first else { return }
        pixels = first
        for number in sums.indices {
            let start = words.startIndex + 1 + MaskSums.wordCount * number
            sums[number] = MaskSums(words[start..<start + MaskSums.wordCount])
        }
    }

    /// Adds pixels: the bits of their labels as predicted, and as they are.
    mutating func add(labels: [UInt8], mask: [UInt8]) {
        pixels += mask.count
        for number in sums.indices { sums[number].add(labels: labels, mask: mask, bit: LabelRange.bit(number)) }
    }

    mutating func add(_ other: LabelSums) {
        pixels += other.pixels
        for (number, theirs) in other.sums.enumerated() { sums[number].add(theirs) }
    }

    /// The mean over the labels that occur; nil when none does.
    private func mean(_ value: (MaskSums) -> Double?) -> Double? {
        let found = sums.compactMap(value)
        return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
    }

    var meanDice: Double? { mean(\.dice) }
    var meanIoU: Double? { mean(\.iou) }

    /// Over the pixels of all labels together.
    var dice: Double? { sums.reduce(into: MaskSums()) { $0.add($1) }.dice }
}

extension LabelSums {
    /// A line for each label: its Dice, IoU, recall, precision and share of the pixels.
    package func table(_ names: ClassNames) -> String {
        MeasureTable.text(
            title: "label", columns: ["Dice", "IoU", "recall", "precision", "pixels"],
            rows: sums.enumerated().map { number, sums in
                let cells = [sums.dice, sums.iou, sums.recall, sums.precision].map(MeasureTable.cell)
                return (names.label(number), cells + [MeasureTable.share(sums.truth, of: pixels)])
            })
    }
}
