import GraphIR
import KernelIR

/// Two-dimensional transforms of a strip: tiles that lie side by side in a feature map, one vector of channels at a
/// time.
///
/// Columns come first, each once although neighbouring windows share some, into a buffer that stays in the first-level
/// cache; then each window's rows. What lies outside the map counts as zero.
struct StripTransform {
    /// Applied to columns and to rows of a window: `points × window`.
    let matrix: [[Rational]]
    let map: Buffer.Handle
    let extent: Extent
    /// Pixels from one window to the next.
    let step: Int
    /// Windows of a strip.
    let windows: Int
    let width: Int
    /// The half-transformed strip in the workspace: `points × columns` vectors from this float on.
    let buffer: Int

    private var points: Int { matrix.count }
    private var window: Int { matrix.first?.count ?? 0 }
    private var columns: Int { step * (windows - 1) + window }

    /// - Parameters:
    ///   - base: the index of pixel (0, 0) of the vector's channels.
    ///   - y, x: the first window's first row and column, which may lie outside.
    ///   - margin: how far `y` and `x` may lie above and to the left of the map.
    ///   - store: takes the elements of `M · window · Mᵀ`: window, row, column, value.
    func statements(
        base: Index, y: Index, x: Index, margin: (top: Int, left: Int),
        store: (Index, Index, Int, Expression) -> [Statement]
    ) -> [Statement] {
        columnPass(base: base, y: y, x: x, margin: margin) + rowPass(store)
    }

    /// The same for two neighbouring windows at a time.
    /// - Parameter store: takes the elements of both: pair, row, column, values of the first window and of the second, which
    ///   is zero where their number is odd and there is none.
    func statementsInPairs(
        base: Index, y: Index, x: Index, margin: (top: Int, left: Int),
        store: (Index, Index, Int, Expression, Expression) -> [Statement]
    ) -> [Statement] {
        columnPass(base: base, y: y, x: x, margin: margin) + pairPass(store)
    }

    // MARK: Columns

    private func columnPass(base: Index, y: Index, x: Index, margin: (top: Int, left: Int)) -> [Statement] {
        let rowsFit = margin.top == 0 && extent.height % step == 0 && window == step
        let first: Index = margin.left == 0 ? 0 : .maximum(0, 0 - x)
        let end = Index.minimum(Index(columns), Index(extent.width) - x)
        let columnsFit = window == step && extent.width % (step * windows) == 0
        let last = columnsFit ? Index(columns) : end
        let address = { (row: Int) -> Index in
            base + ((y + Index(row)) * Index(extent.width) + (x + .variable("j"))) * Index(width)
        }
        let plain = (0..<window).map {
            Statement.declare("d\($0)", width: width, .load(map, address($0), width: width))
        }
        let inside = columnLoop(plain, from: first, to: last)
        var statements: [Statement] = []
        if margin.left > 0 { statements.append(clearedColumns(from: 0, to: .maximum(0, 0 - x))) }
        if rowsFit {
            statements.append(inside)
        } else {
            let guarded = (0..<window).flatMap { row -> [Statement] in
                let isInside = Condition.and(
                    .lessOrEqual(0, y + Index(row)), .less(y + Index(row), Index(extent.height)))
                return [
                    .declare("d\(row)", width: width, splat(0, width)),
                    .conditional(isInside, [.assign("d\(row)", .load(map, address(row), width: width))], otherwise: []),
                ]
            }
            let whole = Condition.and(.lessOrEqual(0, y), .lessOrEqual(y + Index(window), Index(extent.height)))
            statements.append(
                .conditional(whole, [inside], otherwise: [columnLoop(guarded, from: first, to: last)]))
        }
        if !columnsFit { statements.append(clearedColumns(from: end, to: Index(columns))) }
        return statements
    }

    private func columnLoop(_ loads: [Statement], from: Index, to: Index) -> Statement {
        let transform = LinearTransform(matrix: matrix, width: width)
        let names = (0..<window).map { Expression.variable("d\($0)", width: width) }
        let stores = transform.results(prefix: "t").enumerated().map { row, value in
            Statement.store(.workspace, place(Index(row), .variable("j")), value)
        }
        return .loop("j", from: from, to: to, step: 1, loads + transform.statements(names, prefix: "t") + stores)
    }

    private func clearedColumns(from: Index, to: Index) -> Statement {
        .loop(
            "j", from: from, to: to, step: 1,
            (0..<points).map { .store(.workspace, place(Index($0), .variable("j")), splat(0, width)) })
    }

    private func place(_ row: Index, _ column: Index) -> Index {
        Index(buffer) + (row * Index(columns) + column) * Index(width)
    }

    // MARK: Rows

    private func rowPass(_ store: (Index, Index, Int, Expression) -> [Statement]) -> [Statement] {
        let number = Index.variable("window")
        let row = transformedRow(number, "d", "t")
        let stores = row.results.enumerated().flatMap { store(number, .variable("i"), $0.offset, $0.element) }
        return [.loop("window", from: 0, to: Index(windows), step: 1, [eachRow(row.statements + stores)])]
    }

    private func pairPass(_ store: (Index, Index, Int, Expression, Expression) -> [Statement]) -> [Statement] {
        let (i, pair) = (Index.variable("i"), Index.variable("pair"))
        let (first, second) = (transformedRow(2 * pair, "d", "t"), transformedRow(2 * pair + 1, "u", "w"))
        let stores = (0..<points).flatMap { store(pair, i, $0, first.results[$0], second.results[$0]) }
        let both = Statement.loop(
            "pair", from: 0, to: Index(windows / 2), step: 1, [eachRow(first.statements + second.statements + stores)])
        guard windows % 2 == 1 else { return [both] }
        let last = transformedRow(Index(windows - 1), "d", "t")
        let alone = (0..<points).flatMap { store(Index(windows / 2), i, $0, last.results[$0], splat(0, width)) }
        return (windows > 1 ? [both] : []) + [eachRow(last.statements + alone)]
    }

    private func eachRow(_ body: [Statement]) -> Statement { .loop("i", from: 0, to: Index(points), step: 1, body) }

    /// Row `i` of a window, transformed.
    /// - Parameters:
    ///   - source, prefix: what the names of its elements, and of the results, begin with.
    private func transformedRow(
        _ number: Index, _ source: String, _ prefix: String
    ) -> (statements: [Statement], results: [Expression]) {
        let transform = LinearTransform(matrix: matrix, width: width)
        let loads = (0..<window).map {
            Statement.declare(
                "\(source)\($0)", width: width,
                .load(.workspace, place(.variable("i"), number * Index(step) + Index($0)), width: width))
        }
        let names = (0..<window).map { Expression.variable("\(source)\($0)", width: width) }
        return (loads + transform.statements(names, prefix: prefix), transform.results(prefix: prefix))
    }
}
