import GraphIR
import KernelIR
import Programs

/// Copies the operands of a concat that the planner could not place in their slice.
func concatCopy(_ request: KernelRequest) -> LoweredStep {
    let plane = request.result.type.shape.dropFirst().reduce(1, *)
    let n = Index.task
    let body = request.concatCopies.flatMap { copy -> [Statement] in
        let operand = request.inputs[copy.operand]
        return vectorLoop("i", count: Index(operand.type.elementCount), width: request.target.vectorWidth) { i, width in
            [
                .store(
                    .out, at(request.result, Index(copy.channel * plane) + i, sample: n),
                    .load(operand.buffer, at(operand, i, sample: n), width: width))
            ]
        }
    }
    let kernel = request.kernel(
        "copy", tasksPerSample: 1, body: body)
    return LoweredStep(kernel, work: Work(request))
}

/// Copies some channels of a map, where a view of them would not do.
func channelSliceCopy(_ request: KernelRequest, start: Int) -> LoweredStep {
    let plane = request.result.type.shape.dropFirst().reduce(1, *)
    let kernel = elementTasks(request) { index, width in
        let source = request.inputs[0]
        let value = Expression.load(source.buffer, at(source, Index(start * plane) + index), width: width)
        return [.store(.out, at(request.result, index), value)]
    }
    return LoweredStep(kernel, work: Work(request))
}

/// Copies a map behind `before` channels of zeros, and fills up with zeros behind it. A task is a sample.
func channelPadding(_ request: KernelRequest, before: Int) -> LoweredStep {
    let source = request.inputs[0]
    let plane = request.result.type.shape.dropFirst().reduce(1, *)
    let (start, count) = (before * plane, source.type.elementCount)
    let element = { (i: Index) in Index.task * Index(request.result.sampleStride) + i }
    let zeros = { (from: Int, to: Int) -> [Statement] in
        guard from < to else { return [] }
        return vectorLoop("i", count: Index(to - from), width: request.vectorWidth(for: to - from)) {
            [.store(.out, element(Index(from) + $0), splat(0, $1))]
        }
    }
    let copy = vectorLoop("i", count: Index(count), width: request.vectorWidth(for: count)) { i, width in
        let value = Expression.load(source.buffer, at(source, i, sample: .task), width: width)
        return [.store(.out, element(Index(start) + i), value)]
    }
    let kernel = request.kernel(
        "copy", tasksPerSample: 1,
        body: zeros(0, start) + copy + zeros(start + count, request.result.type.elementCount))
    return LoweredStep(kernel, work: Work(request))
}
