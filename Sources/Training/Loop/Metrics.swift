import Glibc

/// How well a net does on pictures it was not trained on.
struct TestScores: Hashable, Sendable {
    /// Mean binary cross-entropy of the logits.
    var loss: Double
    /// 2 |P ∩ T| / (|P| + |T|) over all pixels of all pictures.
    var dice: Double
    /// |P ∩ T| / |P ∪ T|, likewise.
    var iou: Double
}

/// Sums that `TestScores` are made of, in Double and in the order of the pictures.
struct TestSums: Hashable, Sendable {
    private(set) var intersection = 0
    private(set) var predicted = 0
    private(set) var truth = 0
    private(set) var pixels = 0
    private(set) var loss = 0.0

    /// Adds one picture: a pixel is predicted to be object where its logit is greater than 0.
    mutating func add(logits: [Float], mask: [UInt8]) {
        var sum = 0.0
        for (logit, target) in zip(logits, mask) {
            let isObject = target != 0
            predicted += logit > 0 ? 1 : 0
            truth += isObject ? 1 : 0
            intersection += logit > 0 && isObject ? 1 : 0
            sum += Self.crossEntropy(logit: Double(logit), isObject: isObject)
        }
        loss += sum
        pixels += min(logits.count, mask.count)
    }

    /// max(x, 0) - x t + log(1 + exp(-|x|)), which neither overflows nor cancels.
    static func crossEntropy(logit x: Double, isObject: Bool) -> Double {
        (x.isNaN ? x : max(x, 0)) - (isObject ? x : 0) + log1p(exp(-abs(x)))
    }

    /// nil before anything was added. Where neither prediction nor truth has any object, both agree: 1.
    var scores: TestScores? {
        guard pixels > 0 else { return nil }
        let union = predicted + truth - intersection
        return TestScores(
            loss: loss / Double(pixels),
            dice: union == 0 ? 1 : 2 * Double(intersection) / Double(predicted + truth),
            iou: union == 0 ? 1 : Double(intersection) / Double(union))
    }
}

/// The probability of a logit; a number that is none becomes 0.
func sigmoid(_ x: Double) -> Double { x.isNaN ? 0 : 1 / (1 + exp(-x)) }
