import GraphIR
import KernelIR

/// Small pieces that every family builds its loops from.

/// Statements over `count` consecutive elements: a loop over whole vectors, then one over what is left.
///
/// `body` gets the index of the first element and the width of the piece.
func vectorLoop(_ variable: String, count: Index, width: Int, body: (Index, Int) -> [Statement]) -> [Statement] {
    let i = Index.variable(variable)
    guard width > 1 else { return [.loop(variable, from: 0, to: count, step: 1, body(i, 1))] }
    if let constant = count.constant {
        let whole = constant / width * width
        var statements: [Statement] = []
        if whole > 0 { statements.append(.loop(variable, from: 0, to: Index(whole), step: width, body(i, width))) }
        if whole < constant {
            statements.append(.loop(variable, from: Index(whole), to: count, step: 1, body(i, 1)))
        }
        return statements
    }
    let whole = count / Index(width) * Index(width)
    return [
        .loop(variable, from: 0, to: whole, step: width, body(i, width)),
        .loop(variable, from: whole, to: count, step: 1, body(i, 1)),
    ]
}

/// A scalar expression as a value of `width` floats.
func splat(_ value: Expression, _ width: Int) -> Expression {
    width == 1 ? value : .broadcast(value, width: width)
}

/// Rows of a split that keeps pieces of about `preferred` elements: how many rows of `rowLength` per piece.
func rowsPerBlock(rows: Int, rowLength: Int, preferred: Int) -> Int {
    let blocks = max(1, (rows * rowLength + preferred - 1) / preferred)
    return (rows + blocks - 1) / blocks
}

/// `a / b`, rounded up.
func ceilingDivide(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }

/// Whether `count` things can be shared out to so many parts of equal size, but for the last one, and not to fewer.
func roundsUp(_ count: Int, to parts: Int) -> Bool { ceilingDivide(count, ceilingDivide(count, parts)) == parts }
