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
                    "out", at(request.result, Index(copy.channel * plane) + i, sample: n),
                    .load("in\(copy.operand)", at(operand, i, sample: n), width: width))
            ]
        }
    }
    let kernel = Kernel(
        name: request.functionName, documentation: request.documentation("copy"), buffers: request.buffers(),
        tasksPerSample: 1, body: body)
    return LoweredStep(request, kernel, algorithm: "copy", work: Work(request))
}

/// Copies some channels of a map, where a view of them would not do.
func channelSliceCopy(_ request: KernelRequest, start: Int) -> LoweredStep {
    let plane = request.result.type.shape.dropFirst().reduce(1, *)
    let kernel = elementTasks(request) { index, width in
        let source = at(request.inputs[0], Index(start * plane) + index)
        return [.store("out", at(request.result, index), .load("in0", source, width: width))]
    }
    return LoweredStep(request, kernel, algorithm: "copy", work: Work(request))
}
