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
