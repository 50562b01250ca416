import GraphIR
import KernelIR

/// A feature map as normalisation walks it: a task is a channel of a sample, or a block of channels that lie side by
/// side, whose lanes are computed with at once. Numbers that belong to channels are `lanes` wide.
struct ChannelWalk {
    let channels: Int
    /// Positions of a channel.
    let area: Int
    /// Channels that lie side by side; 1 for row-major maps, whose vectors run along positions instead.
    let lanes: Int
    /// Floats of a vector of one channel.
    private let width: Int

    let n = Index.variable("n")
    /// The channel's number, or the block's.
    let c = Index.variable("c")

    init(_ map: Operand, _ request: KernelRequest) {
        channels = map.type.shape[0]
        area = map.type.shape.dropFirst().reduce(1, *)
        lanes = map.layout.block
        width = request.vectorWidth(for: area)
    }

    var tasksPerSample: Int { channels / lanes }
    var bindings: [Statement] {
        [.letIndex("n", .task / Index(tasksPerSample)), .letIndex("c", .task % Index(tasksPerSample))]
    }

    /// The task's first channel.
    var channel: Index { c * Index(lanes) }

    /// A position's place, counted from the sample's first element.
    func element(_ position: Index) -> Index { (c * Index(area) + position) * Index(lanes) }

    /// The map's values at a position, or at as many as are asked for.
    func load(_ map: Operand, _ position: Index, _ width: Int) -> Expression {
        .load(map.buffer, n * Index(map.sampleStride) + element(position), width: width)
    }

    /// A number of each channel, as wide as the values beside it.
    func perChannel(_ name: String, _ width: Int) -> Expression { splat(.variable(name, width: lanes), width / lanes) }

    /// Declares a number of each channel, which stand in a row from `start` on.
    func declare(_ name: String, from buffer: Buffer.Handle, _ start: Index) -> Statement {
        .declare(name, width: lanes, .load(buffer, start + channel, width: lanes))
    }

    /// Visits all positions once: `body` gets the first one and how many floats to handle.
    func eachPosition(_ body: (Index, Int) -> [Statement]) -> [Statement] {
        guard lanes == 1 else {
            return [.loop("p", from: 0, to: Index(area), step: 1, body(.variable("p"), lanes))]
        }
        return vectorLoop("p", count: Index(area), width: width, body: body)
    }

    /// Stores values at a position after the epilogue.
    func storeResult(
        _ request: KernelRequest, _ position: Index, _ value: Expression, _ width: Int
    ) -> Statement {
        let place = element(position)
        return .store(
            .out, n * Index(request.result.sampleStride) + place,
            request.applyEpilogue(value, sample: n, element: place, width: width))
    }

    /// Positions of a piece, which stays in the first-level cache.
    private var piece: Int { min(area, lanes == 1 ? 2048 : 128) }

    /// Visits pieces of the positions: `body` gets the first position of one and may use `count`, how many it has.
    func eachPiece(_ body: (Index) -> [Statement]) -> Statement {
        let start = Index.variable("start")
        return .loop(
            "start", from: 0, to: Index(area), step: piece,
            [.letIndex("positions", .minimum(Index(piece), Index(area) - start))] + body(start))
    }

    /// Adds sums over the positions of a piece to variables of `lanes` floats: vectors of partial sums, several of each, then
    /// what is left.
    func add(to totals: [String], _ values: (Index, Int) -> [Expression]) -> [Statement] {
        let width = lanes == 1 ? self.width : lanes
        let positions = width / lanes
        let ways = totals.count == 1 ? 4 : 2
        let (first, i) = (totals.first ?? "", Index.variable("i"))
        let whole = Index.variable("whole_\(first)")
        let variable = { (total: String, way: Int) in Expression.variable("\(total)\(way)", width: width) }
        var statements: [Statement] = [
            .letIndex(
                "whole_\(first)",
                .variable("positions") / Index(ways * positions) * Index(ways * positions))
        ]
        for total in totals {
            statements += (0..<ways).map { .declare("\(total)\($0)", width: width, splat(0, width)) }
            if lanes == 1 { statements.append(.declare("\(total)_rest", width: 1, 0)) }
        }
        statements.append(
            .loop(
                "i", from: 0, to: whole, step: ways * positions,
                (0..<ways).flatMap { way in
                    zip(totals, values(i + Index(way * positions), width)).map { total, value in
                        .assign("\(total)\(way)", variable(total, way) + value)
                    }
                }))
        let rest = lanes == 1 ? "_rest" : "0"
        statements.append(
            .loop(
                "i", from: whole, to: .variable("positions"), step: 1,
                zip(totals, values(i, lanes)).map { total, value in
                    .assign(total + rest, .variable(total + rest, width: lanes) + value)
                }))
        for total in totals {
            let vectors = (0..<ways).map { variable(total, $0) }
            let sum = ways == 4 ? (vectors[0] + vectors[1]) + (vectors[2] + vectors[3]) : vectors[0] + vectors[1]
            let all = lanes > 1 ? sum : (width == 1 ? sum : .horizontalSum(sum)) + .variable("\(total)_rest", width: 1)
            statements.append(.assign(total, .variable(total, width: lanes) + all))
        }
        return statements
    }
}

/// Rows of numbers, one per channel, in a step's scratch memory: of each sample, or of the batch.
struct ChannelRows {
    /// Floats in front of them.
    var offset = 0
    let rows: Int
    let channels: Int
    /// Samples that have rows of their own; 1 for those of the batch.
    let samples: Int

    var count: Int { rows * channels * samples }

    /// Those of each sample, for who needs the whole batch's.
    var parts: SampleParts { SampleParts(offset: offset, stride: rows * channels) }

    /// Where a row of the task's sample begins among those of the whole batch.
    func startInBatch(_ row: Int) -> Index { start(row, sample: .variable("n") + .firstSample) }

    /// Where a row of the task's sample begins.
    func start(_ row: Int, sample: Index = .variable("n")) -> Index {
        let own = samples == 1 ? Index(0) : sample * Index(rows * channels)
        return own + Index(offset + row * channels)
    }
}

/// `1 / √(variance + ε)`
func inverseDeviation(_ variance: Expression, _ epsilon: Double, _ width: Int) -> Expression {
    splat(1, width) / .unary(.squareRoot, variance + splat(.constant(epsilon), width))
}
