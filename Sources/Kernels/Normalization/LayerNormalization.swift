import GraphIR
import KernelIR

/// A part of a normalisation of each position's channels.
func layerNormalization(_ request: KernelRequest, _ op: LayerNormalization) -> LoweredStep {
    switch op {
    case .moments(let epsilon): layerMoments(request, epsilon)
    case .normalize: layerNormalize(request)
    case .sums: layerSums(request)
    case .gradient: layerGradient(request)
    }
}

extension ChannelWalk {
    /// A row of the moments at a position, as wide as the values beside it.
    fileprivate func moment(_ row: Int, _ moments: Operand, _ position: Index, _ width: Int) -> Expression {
        let place = n * Index(moments.sampleStride) + Index(row * area) + position
        return lanes > 1
            ? splat(.load(moments.buffer, place, width: 1), width) : .load(moments.buffer, place, width: width)
    }
}

/// `y = (x − μ) · r · scale + shift`, then the epilogue; a task is a channel of a sample, or a block of them.
private func layerNormalize(_ request: KernelRequest) -> LoweredStep {
    let (x, moments) = (request.inputs[0], request.inputs[1])
    let walk = ChannelWalk(x, request)
    let body =
        walk.bindings + [
            walk.declare("scale", from: request.inputs[2].buffer, 0),
            walk.declare("shift", from: request.inputs[3].buffer, 0),
        ]
        + walk.eachPosition { position, width in
            let deviation = walk.load(x, position, width) - walk.moment(0, moments, position, width)
            let factor = walk.moment(1, moments, position, width) * walk.perChannel("scale", width)
            let y = Expression.fusedMultiplyAdd(deviation, factor, walk.perChannel("shift", width))
            return [walk.storeResult(request, position, y, width)]
        }
    let kernel = request.kernel("vector loop", tasksPerSample: walk.tasksPerSample, body: body)
    let operations = 4 * Double(x.type.elementCount) + request.epilogueFlops
    return LoweredStep(kernel, work: Work(request, flopsPerSample: operations))
}

/// `Σ dy · x̂` and `Σ dy` over the positions of each channel.
private func layerSums(_ request: KernelRequest) -> LoweredStep {
    let (dy, x, moments) = (request.inputs[0], request.inputs[1], request.inputs[2])
    let walk = ChannelWalk(x, request)
    let variable = { (name: String) in Expression.variable(name, width: walk.lanes) }
    let names = ["all_weighted", "all_plain"]
    let pieces = walk.eachPiece { start in
        ["weighted", "plain"].map { .declare($0, width: walk.lanes, splat(0, walk.lanes)) }
            + walk.add(to: ["weighted", "plain"]) { i, width in
                let gradient = walk.load(dy, start + i, width)
                let deviation = walk.load(x, start + i, width) - walk.moment(0, moments, start + i, width)
                return [gradient * (deviation * walk.moment(1, moments, start + i, width)), gradient]
            }
            + zip(names, ["weighted", "plain"]).map { .assign($0, variable($0) + variable($1)) }
    }
    let body =
        walk.bindings + names.map { .declare($0, width: walk.lanes, splat(0, walk.lanes)) } + [pieces]
        + names.enumerated().map { row, name in
            let place = walk.n * Index(request.result.sampleStride) + Index(row * walk.channels) + walk.channel
            return .store(.out, place, variable(name))
        }
    let kernel = request.kernel("sums", tasksPerSample: walk.tasksPerSample, body: body)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: 5 * Double(x.type.elementCount)))
}

// MARK: Over channels

/// A feature map as kernels walk it that look at all channels of a position: a task is a row of a sample, whose positions are
/// the elements of vectors, or, of blocked maps, one position at a time with the block's channels side by side.
private struct PositionWalk {
    let channels: Int
    let height: Int
    let width: Int
    let lanes: Int
    /// Floats of a row-major map's vector.
    private let vector: Int

    private let n = Index.variable("n")
    private let row = Index.variable("row")
    let c = Index.variable("c")

    init(_ map: Operand, _ request: KernelRequest) {
        channels = map.type.shape[0]
        (height, width) = (map.type.shape[1], map.type.shape[2])
        lanes = map.layout.block
        vector = request.vectorWidth(for: width)
    }

    /// Visits all positions of the task's row: `body` gets the first one and how many.
    func kernel(_ request: KernelRequest, _ body: (Index, Int) -> [Statement]) -> LoweredStage {
        request.kernel(
            "rows of positions", tasksPerSample: height,
            body: [
                .letIndex("n", .task / Index(height)), .letIndex("row", .task % Index(height) * Index(width)),
            ] + vectorLoop("i", count: Index(width), width: lanes > 1 ? 1 : vector, body: body))
    }

    /// Floats that a value at `count` positions has.
    func floats(_ count: Int) -> Int { lanes > 1 ? lanes : count }

    func eachChannel(_ body: [Statement]) -> Statement {
        .loop("c", from: 0, to: Index(channels / lanes), step: 1, body)
    }

    /// The current channels' values at positions.
    func load(_ map: Operand, _ i: Index, _ count: Int) -> Expression {
        .load(map.buffer, at(map, element(i)), width: floats(count))
    }

    func element(_ i: Index) -> Index { (c * Index(height * width) + row + i) * Index(lanes) }

    /// A parameter of the current channels.
    func parameter(_ value: Operand, _ count: Int) -> Expression {
        lanes > 1 ? .load(value.buffer, c * Index(lanes), width: lanes) : splat(.load(value.buffer, c, width: 1), count)
    }

    /// The sum over the channels of a position, from what has been added up.
    func total(_ name: String, _ count: Int) -> Expression {
        let sum = Expression.variable(name, width: floats(count))
        return lanes > 1 ? .horizontalSum(sum) : sum
    }

    /// A number of each position as wide as the values beside it.
    func spread(_ name: String, _ count: Int) -> Expression {
        lanes > 1 ? splat(.variable(name, width: 1), lanes) : .variable(name, width: count)
    }

    /// Where a row of the moments has the positions.
    func moment(_ row: Int, _ moments: Operand, _ i: Index) -> Index {
        at(moments, Index(row * height * width) + self.row + i)
    }

    func at(_ operand: Operand, _ index: Index) -> Index { n * Index(operand.sampleStride) + index }
}

/// The mean first, then the squares of what differs from it.
private func layerMoments(_ request: KernelRequest, _ epsilon: Double) -> LoweredStep {
    let x = request.inputs[0]
    let walk = PositionWalk(x, request)
    let share = 1 / Double(walk.channels)
    let kernel = walk.kernel(request) { i, count in
        let (floats, zero) = (walk.floats(count), splat(0, walk.floats(count)))
        let sum = { (name: String) in Expression.variable(name, width: floats) }
        let deviation = walk.load(x, i, count) - walk.spread("mean", count)
        let variance = walk.total("squares", count) * splat(.constant(share), count)
        return [
            .declare("sum", width: floats, zero),
            walk.eachChannel([.assign("sum", sum("sum") + walk.load(x, i, count))]),
            .declare("mean", width: count, walk.total("sum", count) * splat(.constant(share), count)),
            .declare("squares", width: floats, zero),
            walk.eachChannel([
                .declare("difference", width: floats, deviation),
                .assign("squares", sum("squares") + sum("difference") * sum("difference")),
            ]),
            .store(.out, walk.moment(0, request.result, i), .variable("mean", width: count)),
            .store(.out, walk.moment(1, request.result, i), inverseDeviation(variance, epsilon, count)),
        ]
    }
    return LoweredStep(kernel, work: Work(request, flopsPerSample: 4 * Double(x.type.elementCount)))
}

private func layerGradient(_ request: KernelRequest) -> LoweredStep {
    let (dy, x, moments, scale) = (request.inputs[0], request.inputs[1], request.inputs[2], request.inputs[3])
    let walk = PositionWalk(x, request)
    let share = 1 / Double(walk.channels)
    let kernel = walk.kernel(request) { i, count in
        let (floats, zero) = (walk.floats(count), splat(0, walk.floats(count)))
        let variable = { (name: String) in Expression.variable(name, width: floats) }
        let scaled = walk.load(dy, i, count) * walk.parameter(scale, count)
        let normalized =
            (walk.load(x, i, count) - walk.spread("mean", count)) * walk.spread("deviation", count)
        let moment = { (row: Int) in
            Expression.load(moments.buffer, walk.moment(row, moments, i), width: count)
        }
        let values: [Statement] = [
            .declare("scaled", width: floats, scaled), .declare("normalized", width: floats, normalized),
        ]
        let average = { (name: String) in walk.total(name, count) * splat(.constant(share), count) }
        let dx =
            walk.spread("deviation", count)
            * (variable("scaled") - walk.spread("plain", count)
                - variable("normalized") * walk.spread("weighted", count))
        let place = walk.element(i)
        return [
            .declare("mean", width: count, moment(0)), .declare("deviation", width: count, moment(1)),
            .declare("sum", width: floats, zero), .declare("products", width: floats, zero),
            walk.eachChannel(
                values + [
                    .assign("sum", variable("sum") + variable("scaled")),
                    .assign("products", variable("products") + variable("scaled") * variable("normalized")),
                ]),
            .declare("plain", width: count, average("sum")), .declare("weighted", width: count, average("products")),
            walk.eachChannel(
                values + [
                    .store(
                        .out, walk.at(request.result, place),
                        request.applyEpilogue(dx, sample: .variable("n"), element: place, width: floats))
                ]),
        ]
    }
    let operations = 9 * Double(x.type.elementCount) + request.epilogueFlops
    return LoweredStep(kernel, work: Work(request, flopsPerSample: operations))
}
