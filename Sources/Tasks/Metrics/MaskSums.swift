/// Counts of pixels over all pictures, of which Dice and IoU are made.
package struct MaskSums: Hashable, Sendable {
    private(set) var intersection = 0
    private(set) var predicted = 0
    private(set) var truth = 0

    /// Adds pixels: their labels as predicted, and as they are; object is what is not 0.
    mutating func add(labels: [UInt8], mask: [UInt8]) {
        for (label, target) in zip(labels, mask) {
            predicted += label != 0 ? 1 : 0
            truth += target != 0 ? 1 : 0
            intersection += label != 0 && target != 0 ? 1 : 0
        }
    }

    /// The same of one of several labels: what has its bit is it.
    mutating func add(labels: [UInt8], mask: [UInt8], bit: UInt8) {
        for (label, target) in zip(labels, mask) {
            predicted += label & bit != 0 ? 1 : 0
            truth += target & bit != 0 ? 1 : 0
            intersection += label & target & bit != 0 ? 1 : 0
        }
    }

    /// Numbers that it is made of.
    static let wordCount = 3

    /// What it is made of, and back.
    var words: [Int] { [intersection, predicted, truth] }

    init() {}

    init(_ words: ArraySlice<Int>) {
        guard words.count == Self.wordCount else { return }
        (intersection, predicted, truth) = (
            words[words.startIndex], words[words.startIndex + 1], words[words.startIndex + 2]
        )
    }

    mutating func add(_ other: MaskSums) {
        intersection += other.intersection
        predicted += other.predicted
        truth += other.truth
    }

    private var union: Int { predicted + truth - intersection }

    /// 2 |P ∩ T| / (|P| + |T|); nil without any object in the masks, for then it is 0/0 or 0 whatever the net has learnt.
    var dice: Double? { truth == 0 ? nil : 2 * Double(intersection) / Double(predicted + truth) }

    /// |P ∩ T| / |P ∪ T|, likewise.
    var iou: Double? { truth == 0 ? nil : Double(intersection) / Double(union) }

    /// The share of what was taken for object that is; nil where nothing was.
    var precision: Double? { predicted == 0 ? nil : Double(intersection) / Double(predicted) }

    /// The share of the object that was found; nil where there is none.
    var recall: Double? { truth == 0 ? nil : Double(intersection) / Double(truth) }
}
