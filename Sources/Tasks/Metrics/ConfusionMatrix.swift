import Base

/// How many pixels of each class were taken for which class, over all pictures; ignored pixels are left out.
package struct ConfusionMatrix: Hashable, Sendable {
    /// Classes.
    package let count: Int
    /// Row by row: the true class's row, the predicted class's column.
    private var pixels: [Int]

    init(count: Int) {
        self.count = count
        pixels = Array(repeating: 0, count: count * count)
    }

    /// What it is made of, and back.
    var words: [Int] { pixels }

    init(count: Int, words: ArraySlice<Int>) {
        self.init(count: count)
        if words.count == pixels.count { pixels = Array(words) }
    }

    /// Adds one picture: the predicted class of each pixel and the true one.
    mutating func add(predicted: [UInt8], mask: [UInt8]) {
        for (guess, truth) in zip(predicted, mask) where truth != ClassRange.void {
            pixels[Int(truth) * count + Int(guess)] += 1
        }
    }

    mutating func add(_ other: ConfusionMatrix) {
        for place in pixels.indices { pixels[place] += other.pixels[place] }
    }

    /// Pixels of class `truth` that were taken for class `predicted`.
    package subscript(truth: Int, predicted: Int) -> Int { pixels[truth * count + predicted] }

    var total: Int { pixels.reduce(0, +) }

    /// Pixels that are of the class.
    package func truth(_ number: Int) -> Int { pixels[number * count..<(number + 1) * count].reduce(0, +) }

    /// Pixels that were taken for the class.
    func predicted(_ number: Int) -> Int { (0..<count).reduce(0) { $0 + self[$1, number] } }

    /// |P ∩ T| / |P ∪ T| of a class; nil when no pixel is of it.
    func iou(_ number: Int) -> Double? {
        let truth = truth(number)
        guard truth > 0 else { return nil }
        return Double(self[number, number]) / Double(truth + predicted(number) - self[number, number])
    }

    /// The share of a class's pixels that were taken for it; nil when no pixel is of it.
    func recall(_ number: Int) -> Double? { Self.share(self[number, number], of: truth(number)) }

    /// The share of the pixels taken for a class that are of it; nil when none was taken for it.
    func precision(_ number: Int) -> Double? { Self.share(self[number, number], of: predicted(number)) }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }

    /// The mean of the classes' IoU over those that occur; nil when none does.
    var meanIoU: Double? {
        let found = (0..<count).compactMap(iou)
        return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
    }

    /// The share of pixels that were taken for what they are; nil when there are none.
    var pixelAccuracy: Double? { Self.share((0..<count).reduce(0) { $0 + self[$1, $1] }, of: total) }
}

extension ConfusionMatrix {
    /// A line for each class: its IoU, recall, precision and share of the pixels.
    package func table(_ names: ClassNames) -> String {
        MeasureTable.text(
            title: "class", columns: ["IoU", "recall", "precision", "pixels"],
            rows: (0..<count).map { number in
                let cells = [iou(number), recall(number), precision(number)].map(MeasureTable.cell)
                return (names.label(number), cells + [MeasureTable.share(truth(number), of: total)])
            })
    }
}
