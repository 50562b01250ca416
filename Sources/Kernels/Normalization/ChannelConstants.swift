import GraphIR
import KernelIR

/// `y = (x − mean[c]) · (1 / deviation[c])` with constants, then the epilogue; a task is a channel of a sample.
func normalizeChannels(_ request: KernelRequest, _ constants: ChannelConstants) -> LoweredStep {
    let x = request.inputs[0]
    let walk = ChannelWalk(x, request)
    let body =
        walk.bindings + [
            .declare("mean", width: 1, choice(constants.means, walk.channel)),
            .declare("factor", width: 1, choice(constants.deviations.map { 1 / $0 }, walk.channel)),
        ]
        + walk.eachPosition { position, width in
            let deviation = walk.load(x, position, width) - walk.perChannel("mean", width)
            return [walk.storeResult(request, position, deviation * walk.perChannel("factor", width), width)]
        }
    let kernel = request.kernel("vector loop", tasksPerSample: walk.tasksPerSample, body: body)
    return LoweredStep(
        kernel, work: Work(request, flopsPerSample: 2 * Double(x.type.elementCount) + request.epilogueFlops))
}

/// The constant of that number.
private func choice(_ constants: [Double], _ number: Index) -> Expression {
    constants.dropLast().enumerated().reversed().reduce(.constant(constants.last ?? 0)) { others, constant in
        .select(
            .less, .number(number), .constant(Double(constant.offset) + 0.5), then: .constant(constant.element),
            otherwise: others)
    }
}
