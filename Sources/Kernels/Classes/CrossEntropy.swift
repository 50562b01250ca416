import GraphIR
import KernelIR

/// A part of the loss of classes.
func classLoss(_ request: KernelRequest, _ op: ClassLossOp) -> LoweredStep {
    switch op {
    case .crossEntropy(let loss): CrossEntropy(request, loss).sums()
    case .crossEntropyGradient(let loss): CrossEntropy(request, loss).gradient()
    case .overlap(let overlap): ClassOverlaps(request, overlap).loss()
    case .overlapGradient(let overlap): ClassOverlaps(request, overlap).gradient()
    case .ratio: ratio(request)
    case .ratioGradient: ratioGradient(request)
    }
}

/// The negative logarithm of softmax at a position's class, `log Σ e^(x − m) + m − x[t]`, times the class's weight. Label
/// smoothing takes a share of the mean over all classes instead.
private struct CrossEntropy {
    private let request: KernelRequest
    private let loss: ClassLoss
    private let exponentials: Exponentials
    private var pieces: PositionPieces { exponentials.pieces }

    init(_ request: KernelRequest, _ loss: ClassLoss) {
        self.request = request
        self.loss = loss
        exponentials = Exponentials(request)
    }

    // MARK: The sums

    /// A sample's two sums. A large map's come in two stages: sums of pieces, then their sums.
    func sums() -> LoweredStep {
        let isWhole = pieces.count == 1
        let extent = request.batchCapacity * 2 * pieces.count
        let partial = Buffer(.out, access: .write, extent: extent, comment: "sums [N, 2, \(pieces.count)]")
        let sample = Index.variable("n")
        let place = { (which: Int) in
            isWhole
                ? at(request.result, Index(which))
                : (sample * 2 + Index(which)) * Index(pieces.count) + .task % Index(pieces.count)
        }
        let kernel = pieces.kernel(
            request, scratch: isWhole ? nil : partial, rows: exponentials.rows + (isSmoothed ? 2 : 1),
            body: pickedLogits() + spreadDistances() + addedPositions() + [
                .store(.out, place(0), total("losses")), .store(.out, place(1), total("weights")),
            ])
        let work = Work(request, flopsPerSample: 6 * Double(request.logits.type.elementCount))
        guard !isWhole else { return LoweredStep(kernel, work: work) }
        var first = kernel
        first.work = work
        return LoweredStep(stages: [first, addedPieces(extent: extent)], scratch: extent)
    }

    /// The row with each position's `x[t]`.
    private func picked(_ i: Index) -> Index { pieces.row(Index(exponentials.rows), i) }

    private func pickedLogits() -> [Statement] {
        pieces.eachPosition { i, width in [.store(.workspace, picked(i), splat(0, width))] }
            + exponentials.fill { channel, x, i, width in
                let value = Expression.select(
                    .equal, target(i, width), splat(.number(channel), width), then: x,
                    otherwise: .load(.workspace, picked(i), width: width))
                return [.store(.workspace, picked(i), value)]
            }
    }

    private var isSmoothed: Bool { loss.labelSmoothing != 0 }

    /// The share of each class in what is smoothed.
    private var spread: Double { loss.labelSmoothing / Double(pieces.channels) }

    private var weightOfAllClasses: Double {
        loss.weights.isEmpty ? Double(pieces.channels) : loss.weights.reduce(0, +)
    }

    private func classWeight(_ channel: Index) -> Expression {
        guard let last = loss.weights.last else { return 1 }
        return loss.weights.dropLast().enumerated().reduce(.constant(last)) { others, weight in
            .select(
                .equal, .number(channel), .constant(Double(weight.offset)), then: .constant(weight.element),
                otherwise: others)
        }
    }

    /// The row with each position's `Σ w · (m − x)` over all classes.
    private func distances(_ i: Index) -> Index { pieces.row(Index(exponentials.rows + 1), i) }

    private func spreadDistances() -> [Statement] {
        guard isSmoothed else { return [] }
        return pieces.eachPosition { i, width in [.store(.workspace, distances(i), splat(0, width))] }
            + pieces.eachChannel { channel, i, width in
                let x = Expression.load(
                    request.logits.buffer, pieces.place(request.logits, channel: channel, i), width: width)
                let distance = splat(classWeight(channel), width) * (exponentials.largest(i, width) - x)
                return [
                    .store(
                        .workspace, distances(i), .load(.workspace, distances(i), width: width) + distance)
                ]
            }
    }

    /// What is smoothed of a position's loss: `(1 − e)` times its own, and `e / C` times that of all classes.
    private func smoothed(_ own: Expression, _ logarithm: Expression, _ i: Index, _ width: Int) -> Expression {
        guard isSmoothed else { return whereCounting(own, width) }
        let all =
            splat(.constant(weightOfAllClasses), width) * logarithm
            + .load(.workspace, distances(i), width: width)
        return whereClassCounts(
            .variable("target", width: width), channels: pieces.channels, ignored: loss.ignored, width: width,
            then: splat(.constant(1 - loss.labelSmoothing), width) * own + splat(.constant(spread), width) * all)
    }

    /// Adds up the loss and the weight of each position: vectors side by side, and single ones.
    ///
    /// Without the largest power, which is 1, the sum of the others is what the logarithm of one plus it takes.
    private func addedPositions() -> [Statement] {
        let widths = pieces.width > 1 ? [pieces.width, 1] : [1]
        return ["losses", "weights"].flatMap { name in
            widths.map { .declare(sum(name, $0), width: $0, splat(0, $0)) }
        }
            + pieces.eachPosition { i, width in
                let others = exponentials.sum(i, width) - splat(1, width)
                let logarithm = Expression.unary(.logarithmOnePlus, others)
                let distance = exponentials.largest(i, width) - .load(.workspace, picked(i), width: width)
                let (losses, weights) = (sum("losses", width), sum("weights", width))
                let weight = Expression.variable("weight", width: width)
                return declareWeight(i, width) + [
                    .assign(
                        losses,
                        .variable(losses, width: width)
                            + smoothed(weight * (logarithm + distance), logarithm, i, width)),
                    .assign(weights, .variable(weights, width: width) + weight),
                ]
            }
    }

    private func sum(_ name: String, _ width: Int) -> String { width == pieces.width ? name : name + "_rest" }

    /// What `addedPositions` has found.
    private func total(_ name: String) -> Expression {
        let vector = Expression.variable(name, width: pieces.width)
        return pieces.width > 1 ? .horizontalSum(vector) + .variable(sum(name, 1), width: 1) : vector
    }

    /// A sample's sums of the sums of its pieces; a task is a sample.
    private func addedPieces(extent: Int) -> LoweredStage {
        let count = pieces.count
        let body = (0..<2).flatMap { which -> [Statement] in
            let total = "total\(which)"
            return [.declare(total, width: 1, 0)]
                + blockedSum(count: count, request, into: total) { i, width in
                    .load(.sums, (.task * 2 + Index(which)) * Index(count) + i, width: width)
                } + [.store(.out, at(request.result, Index(which), sample: .task), .variable(total, width: 1))]
        }
        var buffers = StageBuffers()
        buffers.add(request.buffer(request.result, access: .write), .result)
        buffers.add(Buffer(.sums, access: .read, extent: extent, comment: "[N, 2, \(count)]"), .scratch)
        return LoweredStage(
            name: request.functionName + "_sums",
            documentation: ["\(request.node.name): adds up the sums of \(count) pieces a sample"], buffers,
            algorithm: "sums", tasksPerSample: 1, body: body)
    }

    // MARK: The gradient

    /// `d · w · (softmax(x) − [c = t])`; smoothed, `1 − e` times that and `d · e / C · (Σ w · softmax(x) − w)`
    func gradient() -> LoweredStep {
        let weights = { (i: Index) in pieces.row(Index(exponentials.rows), i) }
        let factors = pieces.eachPosition { i, width in
            declareWeight(i, width) + [.store(.workspace, weights(i), .variable("weight", width: width))]
        }
        let slopes = pieces.eachChannel { channel, i, width in
            let isTarget = Expression.select(
                .equal, target(i, width), splat(.number(channel), width), then: splat(1, width),
                otherwise: splat(0, width))
            let slope = exponentials.share(channel, i, width) - isTarget
            let weight = Expression.variable("weight", width: width)
            let d = splat(.variable("d", width: 1), width)
            return [
                .declare("weight", width: width, .load(.workspace, weights(i), width: width)),
                .store(
                    .out, pieces.place(request.result, channel: channel, i),
                    isSmoothed
                        ? d * smoothedSlope(weight * slope, channel, i, width)
                        : whereCounting(d * weight * slope, width)),
            ]
        }
        let kernel = pieces.kernel(
            request, rows: exponentials.rows + 1,
            body: [.declare("d", width: 1, .load(request.lossGradient.buffer, at(request.lossGradient, 0), width: 1))]
                + exponentials.fill()
                + exponentials.invertSums() + factors + slopes)
        return LoweredStep(kernel, work: Work(request, flopsPerSample: 8 * Double(request.result.type.elementCount)))
    }

    private func smoothedSlope(_ own: Expression, _ channel: Index, _ i: Index, _ width: Int) -> Expression {
        let all =
            splat(.constant(weightOfAllClasses), width) * exponentials.share(channel, i, width)
            - splat(classWeight(channel), width)
        return whereClassCounts(
            target(i, width), channels: pieces.channels, ignored: loss.ignored, width: width,
            then: splat(.constant(1 - loss.labelSmoothing), width) * own + splat(.constant(spread), width) * all)
    }

    // MARK: Classes

    /// The class at a position, a whole number.
    private func target(_ i: Index, _ width: Int) -> Expression {
        .load(request.truth.buffer, pieces.place(request.truth, i), width: width)
    }

    /// A variable `weight` of the position's class: 0 where that does not count, or is none of the map's.
    private func declareWeight(_ i: Index, _ width: Int) -> [Statement] {
        let target = Expression.variable("target", width: width)
        let weight = Expression.variable("weight", width: width)
        let zero = splat(0, width)
        let opening = [Statement.declare("target", width: width, self.target(i, width))]
        if loss.weights.isEmpty {
            let counts = whereClassCounts(
                target, channels: pieces.channels, ignored: loss.ignored, width: width, then: splat(1, width))
            return opening + [.declare("weight", width: width, counts)]
        }
        return opening + [.declare("weight", width: width, zero)]
            + loss.weights.enumerated().filter { $0.offset != loss.ignored && $0.element != 0 }.map { index, value in
                .assign(
                    "weight",
                    .select(
                        .equal, target, splat(.constant(Double(index)), width), then: splat(.constant(value), width),
                        otherwise: weight))
            }
    }

    /// `value`, or 0 where `weight` is 0, so that no NaN of a position that does not count gets any further.
    private func whereCounting(_ value: Expression, _ width: Int) -> Expression {
        .select(.equal, .variable("weight", width: width), splat(0, width), then: splat(0, width), otherwise: value)
    }
}
