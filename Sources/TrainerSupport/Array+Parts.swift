extension Array {
    /// Consecutive parts of `size` elements; the last may be smaller.
    package func chunks(of size: Int) -> [[Element]] {
        let size = Swift.min(size, Swift.max(1, count))
        return stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
    }
}

extension [Float] {
    /// Whether all are finite numbers.
    package var isFinite: Bool { allSatisfy(\.isFinite) }
}
