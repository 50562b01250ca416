import GraphIR
import KernelIR

extension Buffer.Handle {
    /// What an update of running moments changes, and what it reads.
    fileprivate static let running = Buffer.Handle("running")
    fileprivate static let moments = Buffer.Handle("moments")
}

/// `running = (1 − momentum) · running + momentum · row`, in place. A variance counts as one of a sample: times
/// `n / (n − 1)` for the batch's `n` values, as in PyTorch; a single value has no such factor.
func updateRunning(_ request: KernelRequest, row: Int, momentum: Double, area: Int) -> LoweredStep {
    let channels = request.inputs[0].type.elementCount
    let values = Expression.number(.batch * Index(area))
    let correction = values / .maximum(values - 1, 1)
    let body = vectorLoop("c", count: Index(channels), width: request.vectorWidth(for: channels)) { c, width in
        let moment = Expression.load(.moments, Index(row * channels) + c, width: width)
        let sample = row == 1 ? moment * splat(.variable("correction", width: 1), width) : moment
        return [
            .store(
                .running, c,
                splat(.constant(1 - momentum), width) * .load(.running, c, width: width)
                    + splat(.constant(momentum), width) * sample)
        ]
    }
    var buffers = StageBuffers()
    buffers.add(request.buffer(request.inputs[0], as: .running, access: .readWrite), .input(0))
    buffers.add(request.buffer(request.inputs[1], as: .moments, access: .read), .input(1))
    let kernel = request.kernel(
        "vector loop", buffers, tasksFixed: 1,
        body: (row == 1 ? [.declare("correction", width: 1, correction)] : []) + body)
    return LoweredStep(kernel.ofBatch(), work: Work(request))
}

/// Running mean and variance as the rows of moments.
func runningMoments(_ request: KernelRequest) -> LoweredStep {
    let channels = request.inputs[0].type.elementCount
    let body = [0, 1].flatMap { row in
        vectorLoop("c", count: Index(channels), width: request.vectorWidth(for: channels)) { c, width in
            [.store(.out, Index(row * channels) + c, .load(request.inputs[row].buffer, c, width: width))]
        }
    }
    let kernel = request.kernel(
        "copy", tasksFixed: 1, body: body)
    return LoweredStep(kernel, work: Work(request))
}

/// `weight · scale · r` along one of the weight's first two dimensions; a task is an output channel.
func foldedWeight(_ request: KernelRequest, axis: Int, epsilon: Double) -> LoweredStep {
    let (weight, running, scale) = (request.inputs[0], request.inputs[1], request.inputs[2])
    let shape = weight.type.shape
    let taps = shape.dropFirst(2).reduce(1, *)
    let row = shape[1] * taps
    let moments = shape[axis]
    let channel: Index = axis == 0 ? .task : .variable("i")
    let factor =
        Expression.load(scale.buffer, channel, width: 1)
        * inverseDeviation(.load(running.buffer, Index(moments) + channel, width: 1), epsilon, 1)
    let scaled = { (start: Index, count: Int) -> [Statement] in
        vectorLoop("t", count: Index(count), width: request.vectorWidth(for: count)) { t, width in
            let at = .task * Index(row) + start + t
            return [
                .store(.out, at, .load(weight.buffer, at, width: width) * splat(.variable("factor", width: 1), width))
            ]
        }
    }
    let declaration = Statement.declare("factor", width: 1, factor)
    let body: [Statement] =
        axis == 0
        ? [declaration] + scaled(0, row)
        : [
            .loop(
                "i", from: 0, to: Index(shape[1]), step: 1,
                [declaration] + scaled(.variable("i") * Index(taps), taps))
        ]
    let kernel = request.kernel(
        "vector loop", tasksFixed: shape[0], body: body)
    return LoweredStep(kernel, work: Work(request, flopsFixed: Double(request.result.type.elementCount)))
}

/// `(bias − mean) · scale · r + shift`
func foldedBias(_ request: KernelRequest, epsilon: Double) -> LoweredStep {
    let channels = request.result.type.elementCount
    let body = vectorLoop("c", count: Index(channels), width: request.vectorWidth(for: channels)) { c, width in
        let load = { (input: Int, start: Int) in
            Expression.load(request.inputs[input].buffer, Index(start) + c, width: width)
        }
        let factor = load(1, 0) * inverseDeviation(load(0, channels), epsilon, width)
        let distance = request.inputs.count == 4 ? load(3, 0) - load(0, 0) : -load(0, 0)
        return [.store(.out, c, .fusedMultiplyAdd(distance, factor, load(2, 0)))]
    }
    let kernel = request.kernel(
        "vector loop", tasksFixed: 1, body: body)
    return LoweredStep(kernel, work: Work(request, flopsFixed: 4 * Double(channels)))
}
