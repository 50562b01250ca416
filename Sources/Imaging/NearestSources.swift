/// For each of `to` positions, the one of `from` it copies. Positions are summed up step by step, as Pillow does, so
/// that rounding agrees.
func nearestSources(from: Int, to: Int, isReversed: Bool = false) -> [Int] {
    let scale = Double(from) / Double(to)
    var position = scale * 0.5
    let sources = (0..<to).map { _ in
        defer { position += scale }
        return min(Int(position), from - 1)
    }
    return isReversed ? sources.reversed().map { from - 1 - $0 } : sources
}
