import Base

extension SplitMix64 {
    /// `count` different values in −1 … 1, equally far apart and never 0, in random order: no ties in pooling windows and
    /// no operand of `relu` at its kink.
    public mutating func spread(_ count: Int) -> [Double] {
        (0..<count).map { (Double($0) + 0.5 + 0.25 * unit()) / Double(count) * 2 - 1 }.shuffled(using: &self)
    }
}
