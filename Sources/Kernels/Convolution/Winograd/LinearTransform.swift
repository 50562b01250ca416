import KernelIR

/// A matrix of small constants applied to vectors in registers.
///
/// Transforms at points `p` and `−p` have pairs of rows, or of columns, that differ only in some signs. With `e` the terms of
/// equal and `o` those of opposite sign, a pair of rows is `e + o` and `e − o`. Of a pair of columns each row needs only
/// the sum of the two inputs, or only their difference.
struct LinearTransform {
    let matrix: [[Rational]]
    let width: Int

    /// Statements that declare `<prefix>0`, `<prefix>1` … as the rows' sums over `inputs`.
    func statements(_ inputs: [Expression], prefix: String) -> [Statement] {
        let rows = Self.pairs(matrix)
        if !rows.isEmpty { return rowStatements(rows, inputs, prefix) }
        let columns = Self.pairs(transposed(matrix))
        return columns.isEmpty ? rowStatements([:], inputs, prefix) : columnStatements(columns, inputs, prefix)
    }

    /// What `statements` has declared.
    func results(prefix: String) -> [Expression] {
        matrix.indices.map { .variable("\(prefix)\($0)", width: width) }
    }

    // MARK: Pairs

    /// The rows that have a partner further down: the pair has terms of equal and of opposite sign, and no others.
    private static func pairs(_ matrix: [[Rational]]) -> [Int: Int] {
        var pairs: [Int: Int] = [:]
        var partners: Set<Int> = []
        for row in matrix.indices where !partners.contains(row) {
            let partner = (row + 1..<matrix.count).first { !partners.contains($0) && isPair(matrix[row], matrix[$0]) }
            guard let partner else { continue }
            pairs[row] = partner
            partners.insert(partner)
        }
        return pairs
    }

    private static func isPair(_ a: [Rational], _ b: [Rational]) -> Bool {
        let columns = a.indices.filter { !a[$0].isZero || !b[$0].isZero }
        guard columns.allSatisfy({ a[$0].magnitude == b[$0].magnitude }) else { return false }
        let equal = columns.filter { a[$0] == b[$0] }
        return !equal.isEmpty && equal.count < columns.count
    }

    private func rowStatements(_ pairs: [Int: Int], _ inputs: [Expression], _ prefix: String) -> [Statement] {
        let partners = Set(pairs.values)
        return matrix.indices.filter { !partners.contains($0) }.flatMap { row -> [Statement] in
            guard let partner = pairs[row] else {
                return [.declare("\(prefix)\(row)", width: width, sum(matrix[row], inputs))]
            }
            let part = { (isShared: Bool) in
                zip(matrix[row], matrix[partner]).map { ($0 == $1) == isShared ? $0 : 0 }
            }
            return [
                .declare("\(prefix)\(row)e", width: width, sum(part(true), inputs)),
                .declare("\(prefix)\(row)o", width: width, sum(part(false), inputs)),
            ]
                + sumAndDifference(
                    ("\(prefix)\(row)e", "\(prefix)\(row)o"), as: ("\(prefix)\(row)", "\(prefix)\(partner)"))
        }
    }

    private func columnStatements(_ pairs: [Int: Int], _ inputs: [Expression], _ prefix: String) -> [Statement] {
        var (terms, reduced, statements) = (inputs, matrix, [Statement]())
        for (first, second) in pairs.sorted(by: <) {
            let (sum, difference) = ("\(prefix)s\(first)", "\(prefix)d\(first)")
            statements.append(.declare(sum, width: width, inputs[first] + inputs[second]))
            statements.append(.declare(difference, width: width, inputs[first] - inputs[second]))
            (terms[first], terms[second]) = (.variable(sum, width: width), .variable(difference, width: width))
            for row in matrix.indices {
                let isSum = matrix[row][first] == matrix[row][second]
                reduced[row][first] = isSum ? matrix[row][first] : 0
                reduced[row][second] = isSum ? 0 : matrix[row][first]
            }
        }
        return statements
            + reduced.indices.map { .declare("\(prefix)\($0)", width: width, sum(reduced[$0], terms)) }
    }

    private func sumAndDifference(_ terms: (String, String), as names: (String, String)) -> [Statement] {
        let (a, b) = (Expression.variable(terms.0, width: width), Expression.variable(terms.1, width: width))
        return [.declare(names.0, width: width, a + b), .declare(names.1, width: width, a - b)]
    }

    /// The terms of one row, those with coefficient ±1 first so that the others can be fused onto them.
    private func sum(_ row: [Rational], _ inputs: [Expression]) -> Expression {
        let columns = row.indices.filter { !row[$0].isZero }
        let order =
            columns.filter { row[$0] == 1 } + columns.filter { row[$0] == -1 }
            + columns.filter { row[$0].magnitude != 1 }
        var total: Expression?
        for column in order {
            let coefficient = row[column]
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
