import KernelIR

/// A matrix of small constants applied to vectors in registers.
///
/// Two rows that differ only in some signs share their sums: with `e` the terms of equal and `o` those of opposite sign,
/// one is `e + o` and the other `e − o`. Transforms at points `p` and `−p` consist of such pairs.
struct LinearTransform {
    let matrix: [[Rational]]
    let width: Int

    /// Statements that declare `<prefix>0`, `<prefix>1` … as the rows' sums over `inputs`.
    func statements(_ inputs: [Expression], prefix: String) -> [Statement] {
        var statements: [Statement] = []
        var done: Set<Int> = []
        for row in matrix.indices where !done.contains(row) {
            if let partner = (row + 1..<matrix.count).first(where: { !done.contains($0) && isPair(row, $0) }) {
                done.insert(partner)
                let (even, odd) = ("\(prefix)\(row)e", "\(prefix)\(row)o")
                let isShared = { (column: Int) in matrix[row][column] == matrix[partner][column] }
                statements.append(.declare(even, width: width, sum(row, inputs, where: isShared)))
                statements.append(.declare(odd, width: width, sum(row, inputs) { !isShared($0) }))
                let (e, o) = (Expression.variable(even, width: width), Expression.variable(odd, width: width))
                statements.append(.declare("\(prefix)\(row)", width: width, e + o))
                statements.append(.declare("\(prefix)\(partner)", width: width, e - o))
            } else {
                statements.append(.declare("\(prefix)\(row)", width: width, sum(row, inputs) { _ in true }))
            }
        }
        return statements
    }

    /// What `statements` has declared.
    func results(prefix: String) -> [Expression] {
        matrix.indices.map { .variable("\(prefix)\($0)", width: width) }
    }

    /// True when the rows have terms of equal and of opposite sign, and no others.
    private func isPair(_ a: Int, _ b: Int) -> Bool {
        let columns = matrix[a].indices.filter { !matrix[a][$0].isZero || !matrix[b][$0].isZero }
        guard columns.allSatisfy({ matrix[a][$0].magnitude == matrix[b][$0].magnitude }) else { return false }
        let equal = columns.filter { matrix[a][$0] == matrix[b][$0] }
        return !equal.isEmpty && equal.count < columns.count
    }

    /// The terms of one row, those with coefficient ±1 first so that the others can be fused onto them.
    private func sum(_ row: Int, _ inputs: [Expression], where included: (Int) -> Bool) -> Expression {
        let columns = matrix[row].indices.filter { included($0) && !matrix[row][$0].isZero }
        let order =
            columns.filter { matrix[row][$0] == 1 } + columns.filter { matrix[row][$0] == -1 }
            + columns.filter { matrix[row][$0].magnitude != 1 }
        var total: Expression?
        for column in order {
            let coefficient = matrix[row][column]
            let value = inputs[column]
            let constant = splat(.constant(coefficient.value), width)
            switch (total, coefficient) {
            case (nil, 1): total = value
            case (nil, -1): total = -value
            case (nil, _): total = constant * value
            case (let sum?, 1): total = sum + value
            case (let sum?, -1): total = sum - value
            case (let sum?, _): total = .fusedMultiplyAdd(constant, value, sum)
            }
        }
        return total ?? splat(0, width)
    }
}
