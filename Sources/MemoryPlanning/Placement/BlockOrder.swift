/// An order in which blocks are tried: by several keys, the largest first (Moffitt, "MiniMalloc: A Lightweight Memory
/// Allocator for Hardware-Accelerated Machine Learning", 2023, section 4, names them by the initials).
struct BlockOrder: Hashable {
    enum Key: Hashable {
        /// Sections during which a block is alive.
        case width
        case size
        /// Size times width.
        case area
        /// The most bytes that are alive during its life.
        case total
    }

    let keys: [Key]

    init(_ keys: Key...) { self.keys = keys }

    static let all = [
        BlockOrder(.width, .area, .total), BlockOrder(.total, .area, .width), BlockOrder(.total, .width, .area),
        BlockOrder(.area, .width, .total), BlockOrder(.size, .width, .total), BlockOrder(.width, .size, .total),
    ]

    /// The indices of the blocks in this order; ties keep the problem's order.
    func sorted(_ problem: PlacementProblem) -> [Int] {
        let loads = keys.contains(.total) ? problem.loads : []
        let values = problem.blocks.map { block in
            keys.map { key in
                switch key {
                case .width: block.sections.count
                case .size: block.size
                case .area: block.size * block.sections.count
                case .total: loads[block.sections].max() ?? 0
                }
            }
        }
        return problem.blocks.indices.sorted { a, b in
            for (x, y) in zip(values[a], values[b]) where x != y { return x > y }
            return a < b
        }
    }
}
