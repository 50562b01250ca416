/// Counts of pixels over all pictures, of which Dice and IoU are made.
struct MaskSums: Hashable, Sendable {
    private var intersection = 0
    private var predicted = 0
    private var truth = 0

    /// Adds one picture: a pixel is predicted to be object where its logit is greater than 0.
    mutating func add(logits: [Float], mask: [UInt8]) {
        for (logit, target) in zip(logits, mask) {
            let isObject = target != 0
            predicted += logit > 0 ? 1 : 0
            truth += isObject ? 1 : 0
            intersection += logit > 0 && isObject ? 1 : 0
        }
    }

    private var union: Int { predicted + truth - intersection }

    /// 2 |P ∩ T| / (|P| + |T|). Where neither prediction nor truth has any object, both agree: 1.
    var dice: Double { union == 0 ? 1 : 2 * Double(intersection) / Double(predicted + truth) }

    /// |P ∩ T| / |P ∪ T|, likewise.
    var iou: Double { union == 0 ? 1 : Double(intersection) / Double(union) }
}
