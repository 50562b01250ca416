private let x = Formula.operand(0)
private let t = Formula.operand(1)
/// Of overlaps.
private let p = Formula.operand(0)

extension LossDeclaration {
    /// All losses that make a number per sample. Another one is a declaration here; the tests compare it with PyTorch's
    /// numbers, which `Tests/InterpreterTests/make_formula_numbers.py` makes.
    public static let all: [LossDeclaration] = [
        bceWithLogits, dice, focal, jaccard, l1, smoothL1, squaredError, tversky,
    ]

    // MARK: Means over elements

    /// In PyTorch's stable form.
    static let bceWithLogits = LossDeclaration(
        "bce_with_logits",
        [
            .real("pos_weight", .positive, default: 1),
            .real("label_smoothing", .proportion, default: 0, isImplied: true),
        ],
        summary: "the mean of the binary cross-entropy of sigmoid(x); `pos_weight` weighs the object's pixels, "
            + "`label_smoothing: e` compares with t (1 - e) + e / 2",
        mean: {
            let t = smoothed($0[1])
            return (1 - t) * x + ($0[0] == 1 ? .softplus(-x) : (1 + .constant($0[0] - 1) * t) * .softplus(-x))
        },
        slope: {
            let t = smoothed($0[1])
            return $0[0] == 1
                ? .sigmoid(x) - t : (1 - t) - (1 + .constant($0[0] - 1) * t) * (1 - .sigmoid(x))
        })

    /// The target, drawn towards 1/2.
    private static func smoothed(_ amount: Double) -> Formula {
        amount == 0 ? t : t * .constant(1 - amount) + .constant(amount / 2)
    }

    /// Lin et al., "Focal Loss for Dense Object Detection", 2017: cross-entropy, weighed by how wrong the probability is.
    /// No sum of it cancels, so that what is nearly right keeps its digits.
    static let focal = LossDeclaration(
        "focal_loss", [.real("alpha", .proportion, default: 0.25), .real("gamma", .nonNegative, default: 2)],
        summary: "the mean of the cross-entropy of p = sigmoid(x), weighed by (1 - p)^gamma alpha where t is 1 and by "
            + "p^gamma (1 - alpha) where t is 0",
        mean: {
            let entropy = t * .softplus(-x) + (1 - t) * .softplus(x)
            let wrong = (1 - t) * .sigmoid(x) + t * .sigmoid(-x)
            let share = t * .constant($0[0]) + (1 - t) * .constant(1 - $0[0])
            return share * entropy * .power(wrong, $0[1])
        })

    static let squaredError = LossDeclaration(
        "mse", summary: "the mean of (x - t)²", mean: { _ in (x - t) * (x - t) })

    static let l1 = LossDeclaration("l1", summary: "the mean of |x - t|", mean: { _ in .abs(x - t) })

    static let smoothL1 = LossDeclaration(
        "smooth_l1", [.real("beta", .positive, default: 1)],
        summary: "the mean of (x - t)² / (2 beta) where |x - t| < beta, else of |x - t| - beta / 2",
        mean: {
            let (difference, beta) = (x - t, $0[0])
            return .select(
                .less, .abs(difference), .constant(beta), then: difference * difference * .constant(0.5 / beta),
                otherwise: .abs(difference) - .constant(0.5 * beta))
        })

    // MARK: Overlaps

    private static let smooth = FunctionParameter.real("smooth", .nonNegative, default: 1)

    static let dice = LossDeclaration(
        "dice_loss", [smooth],
        summary: "1 - (2 sum(p t) + smooth) / (sum(p) + sum(t) + smooth), p = sigmoid(x)",
        overlap: { Overlap(weight: 2, total: p + t, smooth: $0[0]) })

    static let jaccard = LossDeclaration(
        "jaccard_loss", [smooth],
        summary: "1 - (sum(p t) + smooth) / (sum(p) + sum(t) - sum(p t) + smooth), p = sigmoid(x)",
        overlap: { Overlap(weight: 1, total: p + t - p * t, smooth: $0[0]) })

    /// Salehi, Erdogmus and Gholipour, "Tversky loss function for image segmentation using 3D fully convolutional deep
    /// networks", 2017.
    static let tversky = LossDeclaration(
        "tversky_loss",
        [.real("alpha", .nonNegative, default: 0.5), .real("beta", .nonNegative, default: 0.5), smooth],
        summary: "1 - (sum(p t) + smooth) / (sum(p t) + alpha sum(p (1 - t)) + beta sum((1 - p) t) + smooth), "
            + "p = sigmoid(x)",
        overlap: {
            let total = p * t + .constant($0[0]) * (p * (1 - t)) + .constant($0[1]) * ((1 - p) * t)
            return Overlap(weight: 1, total: total, smooth: $0[2])
        })
}
