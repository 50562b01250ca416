import GraphIR
import KernelIR

/// The overlaps of probabilities with a map of classes, class by class.
struct ClassOverlaps {
    private let request: KernelRequest
    private let classes: ClassOverlap
    private let overlap: Overlap
    private let channels: Int
    private let plane: Int

    init(_ request: KernelRequest, _ classes: ClassOverlap) {
        guard let overlap = classes.loss.overlap else {
            fatalError("\(request.node.name): \(classes.loss.declaration.name) measures no overlap")
        }
        self.request = request
        self.classes = classes
        self.overlap = overlap
        let map = request.logits.type.shape
        channels = map[0]
        plane = map.dropFirst().reduce(1, *)
    }

    /// The classes that are averaged over: those before the ignored one, and those behind it.
    private var counting: [Range<Int>] {
        guard let ignored = classes.ignored, ignored < channels else { return [0..<channels] }
        return [0..<ignored, ignored + 1..<channels].filter { !$0.isEmpty }
    }

    private var share: Double { 1 / Double(max(1, counting.reduce(0) { $0 + $1.count })) }

    /// A number per sample: a task is a sample.
    func loss() -> LoweredStep {
        let channel = Index.variable("c")
        let losses = Expression.variable("losses", width: 1)
        let each = counting.map { range in
            Statement.loop(
                "c", from: Index(range.lowerBound), to: Index(range.upperBound), step: 1,
                sums(sample: .task, channel) + [
                    .assign("losses", losses + whereOverlapping(1 - overlap.numerator / overlap.denominator))
                ])
        }
        let kernel = perSampleKernel(
            request,
            body: [.declare("losses", width: 1, 0)] + each + [.store(.out, .task, losses * .constant(share))])
        return LoweredStep(
            kernel, work: Work(request, flopsPerSample: (overlap.flopsOfSums + 4) * Double(channels * plane)))
    }

    /// `dloss / classes · (N / D² · total' − w t / D)`; a task is a class of a sample.
    func gradient() -> LoweredStep {
        let (sample, channel) = (Index.variable("n"), Index.variable("c"))
        let loaded =
            Expression.load(request.lossGradient.buffer, at(request.lossGradient, 0, sample: sample), width: 1)
            * .constant(share)
        var dloss = loaded
        if let ignored = classes.ignored, ignored < channels {
            dloss = .select(.equal, .number(channel), .constant(Double(ignored)), then: 0, otherwise: loaded)
        }
        let width = request.vectorWidth(for: plane)
        let gradient = vectorLoop("i", count: Index(plane), width: width) { index, width in
            let slope = overlap.slope(elements(sample: sample, channel, index, width), width)
            return [
                .declare("target", width: width, target(sample: sample, index, width)),
                .store(
                    .out, place(request.result, sample: sample, channel, index),
                    whereCounting(slope, width)),
            ]
        }
        let kernel = request.kernel(
            "vector loop", tasksPerSample: channels,
            body: [.letIndex("n", .task / Index(channels)), .letIndex("c", .task % Index(channels))]
                + sums(sample: sample, channel) + [
                    .declare("inverse", width: 1, whereOverlapping(1 / overlap.denominator)),
                    .declare("dloss", width: 1, dloss),
                ] + overlap.factors + gradient)
        return LoweredStep(
            kernel,
            work: Work(
                request,
                flopsPerSample: (overlap.flopsOfSums + overlap.flopsOfSlope + 4) * Double(channels * plane)))
    }

    /// `value`, or 0 where the sums say that there is nothing to overlap.
    private func whereOverlapping(_ value: Expression) -> Expression {
        .select(.equal, overlap.denominator, 0, then: 0, otherwise: value)
    }

    private func sums(sample: Index, _ channel: Index) -> [Statement] {
        overlap.sums(request, count: plane) { index, width in
            elements(sample: sample, channel, index, width).map { counted($0, sample: sample, index, width) }
        }
    }

    /// The probability of a class at a position, and whether it stands there.
    private func elements(sample: Index, _ channel: Index, _ index: Index, _ width: Int) -> [Expression] {
        let isTarget = Expression.select(
            .equal, target(sample: sample, index, width), splat(.number(channel), width), then: splat(1, width),
            otherwise: splat(0, width))
        return [
            .load(request.logits.buffer, place(request.logits, sample: sample, channel, index), width: width), isTarget,
        ]
    }

    private func place(_ map: Operand, sample: Index, _ channel: Index, _ index: Index) -> Index {
        at(map, channel * Index(plane) + index, sample: sample)
    }

    private func target(sample: Index, _ index: Index, _ width: Int) -> Expression {
        .load(request.truth.buffer, at(request.truth, index, sample: sample), width: width)
    }

    /// `value`, or 0 where the position does not count.
    private func counted(_ value: Expression, sample: Index, _ index: Index, _ width: Int) -> Expression {
        mask(target(sample: sample, index, width), value, width)
    }

    private func whereCounting(_ value: Expression, _ width: Int) -> Expression {
        mask(.variable("target", width: width), value, width)
    }

    private func mask(_ target: Expression, _ value: Expression, _ width: Int) -> Expression {
        whereClassCounts(target, channels: channels, ignored: classes.ignored, width: width, then: value)
    }
}

/// `value` where a class is one of the map's and not the one that does not count, else 0.
func whereClassCounts(
    _ target: Expression, channels: Int, ignored: Int?, width: Int, then value: Expression
) -> Expression {
    let zero = splat(0, width)
    let number = { (value: Int) in splat(.constant(Double(value)), width) }
    var counts = Expression.select(.lessOrEqual, target, number(channels - 1), then: value, otherwise: zero)
    counts = .select(.greaterOrEqual, target, zero, then: counts, otherwise: zero)
    if let ignored, ignored < channels {
        counts = .select(.equal, target, number(ignored), then: zero, otherwise: counts)
    }
    return counts
}
