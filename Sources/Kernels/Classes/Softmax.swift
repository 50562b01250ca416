import GraphIR
import KernelIR

/// `y = e^(x − m) / Σ e^(x − m)` over the channels of each position, where `m` is the largest of them.
func softmax(_ request: KernelRequest) -> LoweredStep {
    let exponentials = Exponentials(request)
    let pieces = exponentials.pieces
    let shares = pieces.eachChannel { channel, i, width in
        [.store(.out, pieces.place(request.result, channel: channel, i), exponentials.share(channel, i, width))]
    }
    let kernel = pieces.kernel(
        request, rows: exponentials.rows, body: exponentials.fill() + exponentials.invertSums() + shares)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: 6 * Double(request.result.type.elementCount)))
}

/// `dx = y · (dy − Σ dy · y)`, sums over the channels of each position.
func softmaxGradient(_ request: KernelRequest) -> LoweredStep {
    let pieces = PositionPieces(request)
    let (dy, y) = (request.inputs[0], request.inputs[1])
    let value = { (operand: Operand, channel: Index, i: Index, width: Int) in
        Expression.load(operand.buffer, pieces.place(operand, channel: channel, i), width: width)
    }
    let product = { (channel: Index, i: Index, width: Int) in
        value(dy, channel, i, width) * value(y, channel, i, width)
    }
    let sum = { (i: Index, width: Int) in Expression.load(.workspace, i, width: width) }
    let sums =
        pieces.eachPosition { i, width in [.store(.workspace, i, product(0, i, width))] }
        + pieces.eachChannel(from: 1) { channel, i, width in
            [.store(.workspace, i, sum(i, width) + product(channel, i, width))]
        }
    let gradient = pieces.eachChannel { channel, i, width in
        let slope = value(dy, channel, i, width) - sum(i, width)
        return [
            .store(.out, pieces.place(request.result, channel: channel, i), value(y, channel, i, width) * slope)
        ]
    }
    let kernel = pieces.kernel(request, rows: 1, body: sums + gradient)
    return LoweredStep(kernel, work: Work(request, flopsPerSample: 4 * Double(request.result.type.elementCount)))
}
