import Diagnostics
import GraphIR

private let poolArguments: [ArgumentSpec] = [
    .required("kernel", .extent(minimum: 1), example: "kernel: 2"),
    .derived("stride", .extent(minimum: 1)),
    .optional("padding", .extent(minimum: 0), .extent(Extent(0))),
]

extension OperatorSignature {
    /// `max_pool(x, kernel:, stride: kernel, padding: 0)`
    static let maxPool = OperatorSignature(name: "max_pool", operands: .named(["x"]), arguments: poolArguments) {
        call, builder throws(Diagnostic) in
        try builder.result(.maxPool(try poolGeometry(call)), [call.operands[0].id], of: call)
    }

    /// `avg_pool(x, kernel:, stride: kernel, padding: 0)`; the padding counts as zeros.
    static let averagePool = OperatorSignature(name: "avg_pool", operands: .named(["x"]), arguments: poolArguments) {
        call, builder throws(Diagnostic) in
        let g = try poolGeometry(call)
        let rule = Resampling.Rule.averagePool(
            kernel: g.kernel, stride: g.stride, padding: call.arguments.extent("padding"))
        let map = Resampling(channels: g.channels, input: g.input, rule)
        return try builder.result(.resample(map), [call.operands[0].id], of: call)
    }

    /// `max_unpool(x, pool)`; `pool` is what a `max_pool` has made.
    static let maxUnpool = OperatorSignature(name: "max_unpool", operands: .named(["x", "pool"])) {
        call, builder throws(Diagnostic) in
        let (x, pool) = (call.operands[0], call.operands[1])
        guard case .maxPool(let g) = builder.graph[pool.id].op else {
            throw Diagnostic(
                "\"max_unpool\" needs the result of a \"max_pool\", found \(pool.description)", at: pool.range,
                notes: [.init("it is made here", pool.origin)],
                hint: "give the pooling a statement of its own: pool1 = max_pool(x, kernel: 2)")
        }
        guard g.isDisjoint else {
            throw Diagnostic(
                "\"max_unpool\" needs a pooling whose windows do not overlap, found kernel \(show(g.kernel)) with "
                    + "stride \(show(g.stride))", at: pool.range, notes: [.init("the pooling", pool.origin)])
        }
        guard x.type.shape == pool.type.shape else {
            throw call.failure(
                "\"max_unpool\" needs a map like the pooling's result: \(x.description) is \(x.type), "
                    + "\(pool.description) is \(pool.type)",
                notes: [call.note(x), call.note(pool)],
                hint: x.type.shape.dropFirst() == pool.type.shape.dropFirst()
                    ? "a 1x1 conv to \(g.channels) channels makes it fit" : nil)
        }
        return try builder.result(.maxUnpool(g), [x.id, builder.graph[pool.id].inputs[0]], of: call)
    }
}

private func poolGeometry(_ call: OperatorCall) throws(Diagnostic) -> PoolGeometry {
    let (channels, size) = try call.featureMap()
    let kernel = call.arguments.extent("kernel")
    let padding = call.arguments.extent("padding")
    // More padding could leave windows that see no value at all.
    guard padding.height <= kernel.height / 2, padding.width <= kernel.width / 2 else {
        throw call.failure(
            "padding of \"\(call.name)\" must be at most half the kernel, which is \(show(kernel)), found "
                + show(padding), at: "padding")
    }
    try requireWindowFits(call, size: size, kernel: kernel, dilation: Extent(1), padding: Padding(padding))
    return PoolGeometry(
        channels: channels, input: size, kernel: kernel, stride: call.arguments.extent("stride", default: kernel),
        padding: Padding(padding))
}
