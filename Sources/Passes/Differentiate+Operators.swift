import GraphIR

/// The derivatives: for each operator, what its result's gradient `dy` contributes to its operands'.
extension Differentiator {
    mutating func propagate(_ dy: NodeID, through id: NodeID) throws(DifferentiationError) {
        let node = graph[id]
        guard node.epilogue.isEmpty else { throw notDifferentiable(id, "it is fused; differentiate before fusing") }
        let x = node.inputs
        switch node.op {
        case .input, .target, .parameter, .cotangent, .one: break
        case .conv(let g): convolution(g, dy, x, id)
        case .convTranspose(let g): transposedConvolution(g, dy, x, id)
        case .maxPool(let g): maxPool(g, dy, x, id)
        case .elementwise(let function): try elementwise(function, dy, x, id)
        case .concat: concat(dy, x, id)
        case .channelSlice(let start, let count): channelSlice(start, count, dy, x, id)
        // y = x between zeros: dx = its channels of dy
        case .channelPad(let before, _):
            let count = graph[x[0]].type.featureMap?.channels ?? 0
            contribute(.channelSlice(start: before, count: count), [dy], to: x[0], from: id)
        // y = R x, linear but for the border's number: dx = Rᵀ dy
        case .resample(let map): contribute(.resampleGradient(map), [dy], to: x[0], from: id)
        case .maxUnpool(let g): maxUnpool(g, dy, x, id)
        // y = e^x / Σ e^x: dx = y · (dy − Σ dy · y)
        case .softmax: contribute(.softmaxGradient, [dy, id], to: x[0], from: id)
        case .broadcast(let op): try broadcasting(op, dy, x, id)
        // y = (x − mean) / std: dx = dy / std
        case .normalize(let constants): contribute(.normalize(constants.gradient), [dy], to: x[0], from: id)
        case .normalization(.normalize(let groups, let epsilon)): normalization(groups, epsilon, dy, x, id)
        case .layerNormalization(.normalize): layerNormalization(dy, x, id)
        case .sampleLoss(let kind): try loss(.sampleLossGradient(kind), dy, x, id)
        case .classLoss(.overlap(let kind)): try loss(.classLoss(.overlapGradient(kind)), dy, x, id)
        case .classLoss(.crossEntropy(let kind)): try loss(.classLoss(.crossEntropyGradient(kind)), dy, x, id)
        // y = Σ a / Σ b: da[n] = dy / Σ b, db[n] = −dy · Σ a / (Σ b)²
        case .classLoss(.ratio): contribute(.classLoss(.ratioGradient), [x[0], dy], to: x[0], from: id)
        case .batchMean: batchMean(dy, x, id)
        case .convDataGradient, .convWeightGradient, .channelSum, .maxPick, .resampleGradient, .relayout,
            .normalization, .layerNormalization, .softmaxGradient, .sampleLossGradient, .classLoss, .batchMeanGradient,
            .update:
            throw notDifferentiable(id, "'\(node.op.mnemonic)' is not an operator that users write")
        }
    }

    private func notDifferentiable(_ id: NodeID, _ reason: String) -> DifferentiationError {
        .notDifferentiable(graph[id].name, reason: reason, location: graph[id].origin.location)
    }

    /// Contributes `op(operands)` to the gradient of a value, unless nobody needs that.
    private mutating func contribute(_ op: Op, _ operands: [NodeID], to value: NodeID, from consumer: NodeID) {
        guard needsGradient[value.index] else { return }
        let contribution = append(
            op, operands, type: graph[value].type, name: "d_\(graph[value].name).from_\(graph[consumer].name)",
            from: consumer)
        contribute(contribution, to: value, from: consumer, isOwn: true)
    }

    /// Contributes the result's own gradient to that of a value.
    private mutating func contributeUnchanged(_ dy: NodeID, to value: NodeID, from consumer: NodeID) {
        guard needsGradient[value.index] else { return }
        contribute(dy, to: value, from: consumer, isOwn: false)
    }

    /// `y = conv(x, w) + b`: `dw = convWeightGradient(dy, x)`, `db[k] = Σ dy[n, k, …]`, `dx = convDataGradient(dy, w)`
    private mutating func convolution(_ g: ConvGeometry, _ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        contribute(.convWeightGradient(g), [dy, x[0]], to: x[1], from: id)
        if x.count == 3 { contribute(.channelSum, [dy], to: x[2], from: id) }
        contribute(.convDataGradient(g), [dy, x[1]], to: x[0], from: id)
    }

    /// `y = convDataGradient(x, w) + b`, linear in both: `⟨dy, y⟩ = ⟨conv(dy, w), x⟩ = ⟨convWeightGradient(x, dy), w⟩`, so
    /// `dw = convWeightGradient(x, dy)`, `db[c] = Σ dy[n, c, …]`, `dx = conv(dy, w)`
    private mutating func transposedConvolution(_ g: ConvGeometry, _ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        contribute(.convWeightGradient(g), [x[0], dy], to: x[1], from: id)
        if x.count == 3 { contribute(.channelSum, [dy], to: x[2], from: id) }
        contribute(.conv(g), [dy, x[1]], to: x[0], from: id)
    }

    /// `y = max over the window of x`: `dx = Σ dy` over the windows whose maximum it is
    private mutating func maxPool(_ g: PoolGeometry, _ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        contribute(.maxUnpool(g), [dy, x[0]], to: x[0], from: id)
    }

    /// `v = y` at the places of the maxima of `x[1]`: `dy = dv` there. Where a maximum lies changes by jumps, so that nothing
    /// flows to `x[1]`.
    private mutating func maxUnpool(_ g: PoolGeometry, _ dv: NodeID, _ x: [NodeID], _ id: NodeID) {
        contribute(.maxPick(g), [dv, x[1]], to: x[0], from: id)
    }

    /// `y = x̂ · scale + shift`: the sums `Σ dy · x̂` and `Σ dy` are the gradients of scale and shift, and `dx` is made of
    /// them. It takes into account that the moments are those of `x`, which so get no gradient of their own. Of frozen ones
    /// `x` is no part: `dx = dy · scale · r`, which is what is made of sums that are zero.
    private mutating func normalization(
        _ groups: NormalizationGroups, _ epsilon: Double, _ dy: NodeID, _ x: [NodeID], _ id: NodeID
    ) {
        let sumsOp = Op.normalization(.sums(groups, epsilon: epsilon))
        let operands = [dy, x[0], x[1]]
        let channels = [graph[x[0]].type.shape[0]]
        let type: TensorType = groups == .batch ? .fixed([2] + channels) : .batched([2] + channels)
        let sums = append(sumsOp, operands, type: type, name: "d_\(graph[id].name).sums", from: id)
        if x.count == 4 {
            contribute(.normalization(.row(0)), [sums], to: x[2], from: id)
            contribute(.normalization(.row(1)), [sums], to: x[3], from: id)
        }
        guard needsGradient[x[0].index] else { return }
        var used = sums
        if case .normalization(.runningMoments) = graph[x[1]].op {
            used = append(
                .elementwise(.scale(0)), [x[1]], type: type, name: "d_\(graph[id].name).no_sums", from: id)
        }
        contribute(
            .normalization(.gradient(groups, epsilon: epsilon)), [dy, x[0], x[1]] + x.dropFirst(2).prefix(1) + [used],
            to: x[0], from: id)
    }

    /// As above, of each position's channels.
    private mutating func layerNormalization(_ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        let channels = graph[x[0]].type.shape[0]
        let sums = append(
            .layerNormalization(.sums), [dy, x[0], x[1]], type: .batched([2, channels]),
            name: "d_\(graph[id].name).sums", from: id)
        contribute(.normalization(.row(0)), [sums], to: x[2], from: id)
        contribute(.normalization(.row(1)), [sums], to: x[3], from: id)
        contribute(.layerNormalization(.gradient), [dy, x[0], x[1], x[2]], to: x[0], from: id)
    }

    /// `y = concat(x₀, x₁, …)`: `dxᵢ` is its channels of `dy`
    private mutating func concat(_ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        var start = 0
        for part in x {
            let channels = graph[part].type.featureMap?.channels ?? 0
            contribute(.channelSlice(start: start, count: channels), [dy], to: part, from: id)
            start += channels
        }
    }

    /// `y` = channels of `x`: `dx` is `dy` at these, 0 at the others
    private mutating func channelSlice(_ start: Int, _ count: Int, _ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        let channels = graph[x[0]].type.featureMap?.channels ?? 0
        contribute(.channelPad(before: start, after: channels - start - count), [dy], to: x[0], from: id)
    }

    /// `l = loss(x, t)`: `dx = dl · ∂loss/∂x`; the target is given, not computed from what is trained
    private mutating func loss(_ gradient: Op, _ dy: NodeID, _ x: [NodeID], _ id: NodeID) throws(DifferentiationError) {
        guard !needsGradient[x[1].index] else {
            throw notDifferentiable(id, "its target '\(graph[x[1]].name)' depends on what is differentiated")
        }
        contribute(gradient, [x[0], x[1], dy], to: x[0], from: id)
    }

    /// `y = Σ x[n] / N`: `dx[n] = dy / N`
    private mutating func batchMean(_ dy: NodeID, _ x: [NodeID], _ id: NodeID) {
        contribute(.batchMeanGradient, [dy], to: x[0], from: id)
    }

    private mutating func broadcasting(
        _ op: Broadcasting, _ dy: NodeID, _ x: [NodeID], _ y: NodeID
    ) throws(DifferentiationError) {
        switch op {
        // y = x + s: dx = dy, ds = Σ dy
        case .apply(.add, let share):
            contributeUnchanged(dy, to: x[0], from: y)
            contribute(.broadcast(.sum(share)), [dy], to: x[1], from: y)
        // y = x · s: dx = dy · s, ds = Σ dy · x
        case .apply(.multiply, let share):
            contribute(.broadcast(op), [dy, x[1]], to: x[0], from: y)
            contribute(.broadcast(.sum(share)), [dy, x[0]], to: x[1], from: y)
        // y = Σ x / m: dx = dy / m, all over the map
        case .mean: contribute(.broadcast(.spreadMean(extent(of: x[0]))), [dy], to: x[0], from: y)
        case .maximum: contribute(.broadcast(.maximumGradient), [dy, x[0], y], to: x[0], from: y)
        case .sum, .spread, .spreadMean, .maximumGradient:
            throw notDifferentiable(y, "'\(graph[y].op.mnemonic)' is not an operator that users write")
        }
    }

    private func extent(of map: NodeID) -> Extent {
        graph[map].type.featureMap.map { Extent($0.height, $0.width) } ?? Extent(1)
    }

    private mutating func elementwise(
        _ function: Elementwise, _ dy: NodeID, _ x: [NodeID], _ y: NodeID
    ) throws(DifferentiationError) {
        switch function.backward {
        // y = c · x: dx = c · dy
        case .itself: contribute(.elementwise(function), [dy], to: x[0], from: y)
        // y = a + b: da = dy, db = dy
        case .unchanged: for operand in x { contributeUnchanged(dy, to: operand, from: y) }
        // y = a − b: da = dy, db = −dy
        case .opposite:
            contributeUnchanged(dy, to: x[0], from: y)
            contribute(.elementwise(.scale(-1)), [dy], to: x[1], from: y)
        // y = a · b: da = dy · b, db = dy · a
        case .otherFactor:
            contribute(.elementwise(.multiply), [dy, x[1]], to: x[0], from: y)
            contribute(.elementwise(.multiply), [dy, x[0]], to: x[1], from: y)
        // y = a / b: da = dy / b, db = −(dy / b) · y
        case .quotient:
            contribute(.elementwise(.divide), [dy, x[1]], to: x[0], from: y)
            guard needsGradient[x[1].index] else { return }
            let (type, name) = (graph[y].type, "d_\(graph[y].name)")
            let share = append(.elementwise(.divide), [dy, x[1]], type: type, name: name + ".share", from: y)
            let product = append(.elementwise(.multiply), [share, y], type: type, name: name + ".product", from: y)
            contribute(.elementwise(.scale(-1)), [product], to: x[1], from: y)
        // y is one of a and b
        case .choice(let gradient):
            contribute(.elementwise(gradient), [dy, x[0], x[1]], to: x[0], from: y)
            contribute(.elementwise(gradient), [dy, x[1], x[0]], to: x[1], from: y)
        // y = f(x): dx = dy · f'(x), told by y where that suffices
        case .function(let gradient, let readsResult):
            contribute(.elementwise(gradient), [dy, readsResult ? y : x[0]], to: x[0], from: y)
        case .undefined: throw notDifferentiable(y, "'\(function.mnemonic)' is not an operator that users write")
        }
    }
}
