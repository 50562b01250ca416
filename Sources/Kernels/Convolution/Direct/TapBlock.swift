import KernelIR

/// Pixels of a row and taps that are multiplied at once, and which source pixels they share.
struct TapBlock {
    let rows: Int
    let taps: Int
    /// Source pixels from one result pixel to the next, and from one tap to the next.
    let step: Int
    let offsetStep: Int

    /// The source pixels, counted from the first one, in order.
    var offsets: [Int] {
        var seen: Set<Int> = []
        let all = (0..<rows).flatMap { row in (0..<taps).map { row * step + $0 * offsetStep } }
        return all.filter { seen.insert($0).inserted }.sorted()
    }

    /// Adds the products of all taps to the accumulators of `block`, source pixel by source pixel, so that only one of
    /// them takes a register at a time. `pixel(offset)` is a source pixel's channel in all lanes, or a vector of them,
    /// `weight(tap, vector)` what it is multiplied with.
    func accumulate(_ block: RegisterBlock, pixel: (Int) -> Expression, weight: (Int, Int) -> Expression) -> [Statement]
    {
        let weights = (0..<taps).flatMap { tap in
            (0..<block.vectors).map { Statement.declare("b\(tap)_\($0)", width: block.width, weight(tap, $0)) }
        }
        let updates = offsets.enumerated().flatMap { number, offset -> [Statement] in
            [.declare("a\(number)", width: block.width, pixel(offset))]
                + uses(of: offset).flatMap { row, tap in
                    (0..<block.vectors).map { vector in
                        let sum = block.name(row, vector)
                        return .assign(
                            sum,
                            .fusedMultiplyAdd(
                                .variable("a\(number)", width: block.width),
                                .variable("b\(tap)_\(vector)", width: block.width), .variable(sum, width: block.width)))
                    }
                }
        }
        return weights + updates
    }

    /// The pixels of the block that a source pixel belongs to, each with its tap.
    func uses(of offset: Int) -> [(row: Int, tap: Int)] {
        (0..<rows).flatMap { row in (0..<taps).filter { row * step + $0 * offsetStep == offset }.map { (row, $0) } }
    }
}
