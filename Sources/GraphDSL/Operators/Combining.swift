import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `concat(a, b, …)`, along the channels.
    static let concat = OperatorSignature(name: "concat", operands: .variadic(minimum: 2)) {
        call, builder throws(Diagnostic) in
        let call = try builder.fittingSizes(of: call)
        try requireEqualSizes(call, builder.graph, channelsToo: false)
        return try builder.result(.concat, call.operands.map(\.id), of: call)
    }

    /// `add(a, b)`, also written `a + b`.
    static let add = pairwise("add", .add)
    /// `sub(a, b)`, also written `a - b`.
    static let subtract = pairwise("sub", .subtract)
    /// `mul(a, b)`, also written `a * b`.
    static let multiply = pairwise("mul", .multiply)
    /// `div(a, b)`, also written `a / b`.
    static let divide = pairwise("div", .divide)
    /// `maximum(a, b)` and `minimum(a, b)`.
    static let maximum = pairwise("maximum", .maximum)
    static let minimum = pairwise("minimum", .minimum)

    /// Of maps of one shape; `[C, 1, 1]` and `[1, H, W]` also go with `[C, H, W]`.
    private static func pairwise(_ name: String, _ function: Elementwise) -> OperatorSignature {
        OperatorSignature(name: name, operands: .named(["a", "b"])) { call, builder throws(Diagnostic) in
            if let id = try builder.broadcasting(function, call) { return id }
            let call = try builder.fittingSizes(of: call)
            try requireEqualSizes(call, builder.graph, channelsToo: true)
            return try builder.result(.elementwise(function), call.operands.map(\.id), of: call)
        }
    }
}

/// Feature maps that are put together must be of one height and width (and, where that matters, of as many channels).
private func requireEqualSizes(_ call: OperatorCall, _ graph: Graph, channelsToo: Bool) throws(Diagnostic) {
    guard let first = call.operands.first else { return }
    for other in call.operands.dropFirst() {
        guard let a = first.type.featureMap, let b = other.type.featureMap else { continue }
        let sizesDiffer = a.height != b.height || a.width != b.width
        guard sizesDiffer || (channelsToo && a.channels != b.channels) else { continue }
        let what = channelsToo ? "one shape" : "one height and width"
        throw call.failure(
            "\"\(call.name)\" needs feature maps of \(what): \(first.description) is \(first.type), "
                + "\(other.description) is \(other.type)",
            notes: [call.note(first), call.note(other)],
            hint: sizesDiffer ? sizeHint(first, other, graph) : "a 1x1 conv changes the number of channels")
    }
}

/// An upsampled map that is a little too small wants `output_padding`; else it is about `padding`.
private func sizeHint(_ a: Operand, _ b: Operand, _ graph: Graph) -> String {
    for (small, large) in [(a, b), (b, a)] {
        guard let source = transposedSource(of: small.id, graph), case .convTranspose(let g) = graph[source].op,
            let s = small.type.featureMap, let l = large.type.featureMap
        else { continue }
        let missing = Extent(l.height - s.height, l.width - s.width)
        let present = Extent(
            g.input.height - (g.output.height - 1) * g.stride.height + 2 * g.padding.top - g.kernel.height,
            g.input.width - (g.output.width - 1) * g.stride.width + 2 * g.padding.left - g.kernel.width)
        let wanted = Extent(missing.height + present.height, missing.width + present.width)
        if (0..<g.stride.height).contains(wanted.height), (0..<g.stride.width).contains(wanted.width) {
            return "give the conv_transpose of \(small.description) output_padding: \(show(wanted))"
        }
    }
    return "padding: same keeps the size through a conv; crop(x, like: y) and pad(x, like: y) make maps fit, and "
        + "\"sizes: pad\" in the graph's header does so everywhere"
}

/// The transposed convolution that gives the value its size, seen through elementwise functions.
private func transposedSource(of id: NodeID, _ graph: Graph) -> NodeID? {
    var id = id
    while case .elementwise = graph[id].op, let operand = graph[id].inputs.first { id = operand }
    if case .convTranspose = graph[id].op { return id }
    return nil
}
