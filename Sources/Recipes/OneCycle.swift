import Base

/// Smith's one-cycle policy ("Super-Convergence", 2018) in the form of PyTorch's `OneCycleLR`: the rate rises from its
/// `division`th part and falls again to nearly nothing, along half cosines, and momentum does the opposite.
package struct OneCycle: Hashable, Sendable {
    /// The share of the steps on which the rate rises.
    var start = 0.3
    var division = 25.0
    /// The last rate is the first one divided by this.
    var finalDivision = 1e4
    var lowMomentum = 0.85
    var highMomentum = 0.95

    /// Of step `place`, from 0, of `total`: what the largest rate is times, and the momentum.
    func values(at place: Int, of total: Int) -> (factor: Double, momentum: Double) {
        let first = 1 / division
        let (top, end) = (start * Double(total) - 1, Double(total) - 1)
        let step = min(Double(place), end)
        if step <= top {
            let part = top > 0 ? step / top : 1
            return (Self.between(first, 1, part), Self.between(highMomentum, lowMomentum, part))
        }
        let part = end > top ? (step - top) / (end - top) : 1
        return (Self.between(1, first / finalDivision, part), Self.between(lowMomentum, highMomentum, part))
    }

    /// From `a` to `b` along half a cosine.
    private static func between(_ a: Double, _ b: Double, _ part: Double) -> Double {
        b + (a - b) / 2 * (Trigonometry.cosine(turns: part / 2) + 1)
    }
}
