import GraphIR
import KernelIR

extension Buffer.Handle {
    /// The workspace with rows that are being made.
    fileprivate static let row = Buffer.Handle("row")
}

/// A resampling of each channel.
func resample(_ request: KernelRequest, _ map: Resampling) -> LoweredStep {
    ResamplingKernel(request, map, isGradient: false).step()
}

/// What a resampling's input gets of its output's gradient.
func resampleGradient(_ request: KernelRequest, _ map: Resampling) -> LoweredStep {
    ResamplingKernel(request, map, isGradient: true).step()
}

/// Rows first: each row of the result is a sum of rows of the source, made a vector at a time in the workspace unless it is a
/// row itself; from that row, sums along it make the result. On blocked maps a place of a row is a block of channels.
///
/// Each place of the result is written once. A task is one channel, or block, of one sample, or a strip of its rows.
private struct ResamplingKernel {
    private let request: KernelRequest
    private var source: Operand { request.inputs[0] }
    private let map: Resampling
    private let isGradient: Bool
    private let rows: AxisGather
    private let columns: AxisGather
    private let block: Int

    private let n = Index.variable("n")
    private let c = Index.variable("c")

    init(_ request: KernelRequest, _ map: Resampling, isGradient: Bool) {
        self.request = request
        self.map = map
        self.isGradient = isGradient
        rows = AxisGather(AxisMap(map, isVertical: true), isGradient: isGradient)
        columns = AxisGather(AxisMap(map, isVertical: false), isGradient: isGradient)
        block = request.result.layout.block
    }

    func step() -> LoweredStep {
        let kernel = request.kernel(
            "rows, then columns", StageBuffers(request, workspace: workspace), tasksPerSample: blocks * strips,
            body: bindings + body)
        return LoweredStep(kernel, work: Work(request, flopsPerSample: flops + request.epilogueFlops))
    }

    /// Multiplications and additions of the mathematics, for one sample.
    private var flops: Double {
        let outputs = Double(map.channels * map.output.area)
        switch map.rule {
        case .averagePool(let kernel, _, _): return outputs * (isGradient ? 1 : Double(kernel.area))
        case .nearest, .bilinear, .resize:
            return outputs * (map.interpolation?.isLinear == true ? 7 : isGradient ? 1 : 0)
        case .bedOfNails, .shift: return 0
        }
    }

    // MARK: Tasks

    private var blocks: Int { map.channels / block }

    /// Strips of rows, where channels are too few to share out.
    private var strips: Int {
        let (wanted, elements) = (8, 16_384)
        let large = max(rows.result * columns.result, rows.source * columns.source) * block / elements
        let count = min(ceilingDivide(wanted, blocks), large, rows.result)
        return count < 2 ? 1 : ceilingDivide(rows.result, stripRows(count))
    }

    private func stripRows(_ count: Int) -> Int { ceilingDivide(rows.result, count) }

    private var bindings: [Statement] {
        guard strips > 1 else { return [.letIndex("n", .task / Index(blocks)), .letIndex("c", .task % Index(blocks))] }
        let top = Index.variable("top")
        let height = stripRows(strips)
        return [
            .letIndex("n", .task / Index(blocks * strips)), .letIndex("c", .task / Index(strips) % Index(blocks)),
            .letIndex("top", .task % Index(strips) * Index(height)),
            .letIndex("bottom", .minimum(top + Index(height), Index(rows.result))),
        ]
    }

    // MARK: Rows

    private var sourceRow: Int { columns.source * block }
    private var resultRow: Int { columns.result * block }

    /// The row-major result's rows are made in the workspace where they are stored more than once, or go through an
    /// epilogue, which is quicker in vectors.
    private var isStaged: Bool {
        block == 1 && !columns.isContiguous && (rows.repeats || !request.node.epilogue.isEmpty)
    }

    private var workspace: Buffer? {
        let extent = rows.sumsUp || isStaged ? sourceRow + (isStaged ? resultRow : 0) : 0
        return extent == 0 ? nil : Buffer(.row, access: .workspace, extent: extent)
    }

    private var body: [Statement] {
        let range = strips > 1 ? (lower: Index.variable("top"), upper: Index.variable("bottom")) : nil
        var number = 0
        return rows.loops("y", in: range) { piece in
            defer { number += 1 }
            if piece.sum.isZero {
                return repeated(piece, "r") { row in contiguous(row) { splat(outside, $1) } }
            }
            let (opening, source) = sourceRow(of: piece.sum)
            if isStaged {
                let made = columnLoops(source, "sum\(number)") { column, value, _ in
                    .store(.row, Index(sourceRow) + column, value)
                }
                return opening + made
                    + repeated(piece, "r") { row in
                        contiguous(row) { .load(.row, Index(sourceRow) + $0, width: $1) }
                    }
            }
            return opening
                + repeated(piece, "r") { row in columnLoops(source, "sum\(number)") { store(row, $0, $1, $2) } }
        }
    }

    /// The row that sums along it are made of: where it begins, and what makes it.
    private func sourceRow(of sum: TapSum) -> ([Statement], (buffer: Buffer.Handle, start: Index)) {
        let base = n * Index(source.sampleStride) + c * Index(rows.source * sourceRow)
        let start = { (row: Index) in base + row * Index(sourceRow) }
        if let row = sum.copied { return ([], (source.buffer, start(row))) }
        let width = request.vectorWidth(for: sourceRow)
        let made: [Statement]
        switch sum {
        case .terms:
            made = vectorLoop("i", count: Index(sourceRow), width: width) { i, width in
                sum.declare("sum", variable: "k", width: width) { .load(source.buffer, start($0) + i, width: width) }
                    + [.store(.row, i, .variable("sum", width: width))]
            }
        case .window(let from, let to, let weight):
            // Row by row, so that a weight is computed once.
            let k = Index.variable("k")
            let clear = vectorLoop("i", count: Index(sourceRow), width: width) { [.store(.row, $0, splat(0, $1))] }
            let factor = weight.map { [Statement.declare("weight", width: 1, $0(k))] } ?? []
            let add = vectorLoop("i", count: Index(sourceRow), width: width) { i, width in
                let sum = Expression?.some(.load(.row, i, width: width)).adding(
                    .load(source.buffer, start(k) + i, width: width),
                    times: weight == nil ? nil : .variable("weight", width: 1), width: width)
                return [.store(.row, i, sum)]
            }
            made = clear + [.loop("k", from: from, to: to, step: 1, factor + add)]
        }
        return (made, (.row, 0))
    }

    // MARK: Columns

    /// Sums along a source row, each handed to `store` with its place in the result's row. Variables begin with `prefix`.
    private func columnLoops(
        _ source: (buffer: Buffer.Handle, start: Index), _ prefix: String, store: (Index, Expression, Int) -> Statement
    ) -> [Statement] {
        let width = block == 1 ? request.vectorWidth(for: columns.result) : 1
        var number = 0
        return columns.loops("x", width: width) { piece in
            let lanes = block == 1 ? piece.width : block
            let name = "\(prefix)_\(number)"
            number += 1
            let made =
                piece.sum.isZero
                ? [.declare(name, width: lanes, splat(outside, lanes))]
                : piece.sum.declare(name, variable: "j", width: lanes, factor: factor) {
                    .load(source.buffer, source.start + $0 * Index(block), width: lanes)
                }
            let value = Expression.variable(name, width: lanes)
            if piece.repeats <= 4 {
                return made
                    + (0..<piece.repeats).map { store((piece.first + Index($0)) * Index(block), value, lanes) }
            }
            return made + repeated(piece, "q") { [store($0 * Index(block), value, lanes)] }
        }
    }

    /// What sums along both axes are to be multiplied with.
    private var factor: Double {
        if case .averagePool(let kernel, _, _) = map.rule { 1 / Double(kernel.area) } else { 1 }
    }

    /// What no place of the source has a part in.
    private var outside: Expression {
        guard !isGradient, case .shift(_, _, let border) = map.rule else { return 0 }
        return .constant(border.value)
    }

    // MARK: Stores

    /// The statements for each of a piece's equal places.
    private func repeated(_ piece: AxisGather.Piece, _ variable: String, body: (Index) -> [Statement]) -> [Statement] {
        if piece.repeats == 1 { return body(piece.first) }
        return [
            .loop(
                variable, from: piece.first, to: piece.first + Index(piece.repeats), step: 1,
                body(.variable(variable)))
        ]
    }

    /// Stores a whole row of the result: `value(index, width)`.
    private func contiguous(_ row: Index, value: (Index, Int) -> Expression) -> [Statement] {
        vectorLoop("i", count: Index(resultRow), width: request.vectorWidth(for: resultRow)) {
            [store(row, $0, value($0, $1), $1)]
        }
    }

    /// Stores a value, after the epilogue, at an element of a row of the result.
    private func store(_ row: Index, _ element: Index, _ value: Expression, _ width: Int) -> Statement {
        let position = c * Index(rows.result * resultRow) + row * Index(resultRow) + element
        return .store(
            .out, at(request.result, position),
            request.applyEpilogue(value, sample: n, element: position, width: width))
    }
}
