/// Counts of pixels over all pictures, of which Dice and IoU are made.
package struct MaskSums: Hashable, Sendable {
    private var intersection = 0
    private var predicted = 0
    private var truth = 0

    /// Adds pixels: their labels as predicted, and as they are; object is what is not 0.
    mutating func add(labels: [UInt8], mask: [UInt8]) {
        for (label, target) in zip(labels, mask) {
            predicted += label != 0 ? 1 : 0
            truth += target != 0 ? 1 : 0
            intersection += label != 0 && target != 0 ? 1 : 0
        }
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
}
