import Base
import KernelIR

/// How a small matrix product is held in registers: `rows × vectors` accumulators, with one register for a broadcast
/// value and one for each vector of the right-hand side.
struct RegisterBlock {
    let rows: Int
    let vectors: Int
    let width: Int

    /// Columns of the block.
    var columns: Int { vectors * width }

    /// The block that fills the target's registers for a product of `columns` columns, a multiple of the vector width.
    init(target: Target, columns: Int) {
        width = target.vectorWidth
        let available = columns / width
        let wanted = target.vectorRegisters >= 32 ? 4 : 2
        vectors = [wanted, 2, 1].first { $0 <= wanted && available % $0 == 0 } ?? 1
        rows = min(14, (target.vectorRegisters - 1 - vectors) / vectors)
    }

    /// The blocks that fill the registers with any number of vectors that divides the product's columns, the widest first.
    /// With few registers only that one: a narrower one was slower.
    static func all(target: Target, columns: Int) -> [RegisterBlock] {
        let widest = RegisterBlock(target: target, columns: columns)
        let narrowest = target.vectorRegisters >= 32 ? 1 : widest.vectors
        return [4, 2, 1].filter { (narrowest...widest.vectors).contains($0) }.map {
            RegisterBlock(target: target, columns: $0 * target.vectorWidth)
        }
    }

    /// The same block with fewer rows, for what is left at the end.
    init(_ block: RegisterBlock, rows: Int) {
        self.rows = rows
        vectors = block.vectors
        width = block.width
    }

    /// The block with the number of rows that wastes least on a product of `count` rows: of those that cost the fewest
    /// rows in all, the one with the most.
    func fitted(to count: Int) -> RegisterBlock {
        let padded = { (rows: Int) in ceilingDivide(count, rows) * rows }
        let candidates = (max(1, rows / 2)...rows).reversed()
        let best = candidates.min { padded($0) < padded($1) } ?? rows
        return RegisterBlock(self, rows: best)
    }

    /// Declares the accumulators, starting at zero, or at what `initial` has for each vector.
    func clear(to initial: ((Int) -> Expression)? = nil) -> [Statement] {
        eachAccumulator { .declare(name($0, $1), width: width, initial?($1) ?? splat(0, width)) }
    }

    /// Declares the accumulators, starting at what is stored: `address(row, first column)`.
    func load(_ buffer: Buffer.Handle, _ address: (Int, Int) -> Index) -> [Statement] {
        eachAccumulator { row, vector in
            .declare(name(row, vector), width: width, .load(buffer, address(row, vector * width), width: width))
        }
    }

    /// `count` rows of a product: a loop over whole blocks, then a smaller block for what is left; `body` gets the block
    /// and the index of its first row.
    func rows(_ variable: String, count: Int, body: (RegisterBlock, Index) -> [Statement]) -> [Statement] {
        let whole = count / rows * rows
        var pieces: [Statement] = []
        if whole > 0 {
            pieces.append(
                .loop(variable, from: 0, to: Index(whole), step: rows, body(self, .variable(variable))))
        }
        if whole < count {
            let rest = RegisterBlock(self, rows: count - whole)
            pieces.append(
                .loop(
                    variable, from: Index(whole), to: Index(count), step: rest.rows, body(rest, .variable(variable))))
        }
        return pieces
    }

    /// One step of the product: adds `left(row) · right(vector)` to each accumulator. Steps that follow each other in one
    /// loop need names of their own, told apart by `suffix`.
    /// - Parameter factors: floats, or words of two bf16, whose products both are added.
    func accumulate(
        of factors: ElementType = .float32, suffix: String = "", left: (Int) -> Expression, right: (Int) -> Expression
    ) -> [Statement] {
        let rights = (0..<vectors).map { Statement.declare("b\($0)\(suffix)", width: width, right($0)) }
        let updates = (0..<rows).flatMap { row -> [Statement] in
            [.declare("a\(row)\(suffix)", width: width, .broadcast(left(row), width: width))]
                + (0..<vectors).map { vector in
                    let (a, b): (Expression, Expression) = (
                        .variable("a\(row)\(suffix)", width: width), .variable("b\(vector)\(suffix)", width: width)
                    )
                    let sum = Expression.variable(name(row, vector), width: width)
                    return .assign(
                        name(row, vector), factors == .float32 ? .fusedMultiplyAdd(a, b, sum) : .pairDot(a, b, sum))
                }
        }
        return rights + updates
    }

    /// Stores the accumulators: `address(row, first column)`.
    func store(_ buffer: Buffer.Handle, _ address: (Int, Int) -> Index) -> [Statement] {
        eachAccumulator { row, vector in
            .store(buffer, address(row, vector * width), .variable(name(row, vector), width: width))
        }
    }

    /// What `body(row, vector, value)` says for each accumulator, such as a store of its value behind an epilogue.
    func finish(_ body: (Int, Int, Expression) -> Statement) -> [Statement] {
        eachAccumulator { body($0, $1, .variable(name($0, $1), width: width)) }
    }

    /// The name of an accumulator.
    func name(_ row: Int, _ vector: Int) -> String { "acc\(row)_\(vector)" }

    private func eachAccumulator(_ body: (Int, Int) -> Statement) -> [Statement] {
        (0..<rows).flatMap { row in (0..<vectors).map { body(row, $0) } }
    }
}
