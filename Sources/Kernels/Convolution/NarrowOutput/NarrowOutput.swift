import GraphIR
import KernelIR

/// The products of a convolution of 1 × 1 from a blocked map to a few rows: all three stream once through the wide map.
struct NarrowOutput {
    let request: KernelRequest
    let g: ConvGeometry
    let width: Int

    private let n = Index.variable("n")
    private let c = Index.variable("c")
    private let pixel = Index.variable("pixel")

    init(_ request: KernelRequest, _ g: ConvGeometry) {
        self.request = request
        self.g = g
        width = request.target.vectorWidth
    }

    private var area: Int { g.output.area }
    private var channelBlocks: Int { g.inputChannels / width }

    /// Accumulators that leave room for `others` values for each of `per` of them.
    private func accumulators(outputs: Int) -> Int {
        max(1, min(8, (request.target.vectorRegisters - 1 - outputs) / outputs))
    }

    /// The outputs in groups whose sums fit the registers side by side.
    private func outputGroups(of size: Int) -> [Range<Int>] {
        stride(from: 0, to: g.outputChannels, by: size).map { $0..<min($0 + size, g.outputChannels) }
    }

    /// A vector of the weights of one output.
    private func weight(_ output: Int, _ channel: Index) -> Expression {
        .load(request.weight.buffer, Index(output * g.inputChannels) + channel, width: width)
    }

    private func mapAt(_ operand: Operand, _ channel: Index, _ pixel: Index) -> Index {
        n * Index(operand.sampleStride) + channel * Index(area) + pixel * Index(width)
    }

    private static let algorithm = "narrow output"

    private func step(_ kernel: LoweredStage) -> LoweredStep {
        LoweredStep(kernel, work: Work(request, flopsPerSample: g.flopsPerSample + request.epilogueFlops))
    }

    // MARK: Forward

    /// A task makes all outputs of some pixels: sums of vectors over the blocks of channels, whose elements are added at
    /// the end.
    func forward() -> LoweredStep {
        let pixels = rowsPerBlock(rows: area, rowLength: 1, preferred: 1024)
        let tasks = ceilingDivide(area, pixels)
        let (start, count, output) = (Index.variable("start"), Index.variable("count0"), Index.variable("output"))
        let groups = outputGroups(of: 3)
        let rows = accumulators(outputs: groups[0].count)
        let whole = count / Index(rows) * Index(rows)
        let sums = [
            Statement.loop(
                "pixel", from: 0, to: whole, step: rows, groups.flatMap { sumChannels($0, pixels: rows, of: pixels) }),
            .loop("pixel", from: whole, to: count, step: 1, groups.flatMap { sumChannels($0, pixels: 1, of: pixels) }),
        ]
        let finish = vectorLoop("x", count: count, width: request.vectorWidth(for: pixels)) { x, width in
            let element = output * Index(area) + start + x
            var value = Expression.load(.workspace, output * Index(pixels) + x, width: width)
            if request.bias != nil { value = value + splat(.variable("bias", width: 1), width) }
            let finished = request.applyEpilogue(value, sample: n, element: element, width: width)
            return [.store(.out, n * Index(request.result.sampleStride) + element, finished)]
        }
        let bias = request.bias.map { [Statement.declare("bias", width: 1, .load($0.buffer, output, width: 1))] } ?? []
        var buffers = StageBuffers(request)
        buffers.add(workspace: g.outputChannels * pixels)
        let kernel = request.kernel(
            "narrow output", buffers, tasksPerSample: tasks,
            body: [
                .letIndex("n", .task / Index(tasks)),
                .letIndex("start", .task % Index(tasks) * Index(pixels)),
                .letIndex("count0", .minimum(Index(pixels), Index(area) - start)),
            ] + sums + [.loop("output", from: 0, to: Index(g.outputChannels), step: 1, bias + finish)])
        return step(kernel)
    }

    /// Stores the sums of a few outputs at a few pixels to the workspace, `[output][pixel]`.
    private func sumChannels(_ outputs: Range<Int>, pixels: Int, of leading: Int) -> [Statement] {
        let name = { (pixel: Int, output: Int) in "sum\(pixel)_\(output)" }
        let places = (0..<pixels).flatMap { pixel in outputs.map { (pixel, $0) } }
        let inputs = (0..<pixels).map { offset in
            let at = mapAt(request.map, c, .variable("start") + pixel + Index(offset))
            return Statement.declare("x\(offset)", width: width, .load(request.map.buffer, at, width: width))
        }
        let updates = places.map { place -> Statement in
            let sum = name(place.0, place.1)
            return .assign(
                sum,
                .fusedMultiplyAdd(
                    .variable("x\(place.0)", width: width), .variable("w\(place.1)", width: width),
                    .variable(sum, width: width)))
        }
        let body = outputs.map { Statement.declare("w\($0)", width: width, weight($0, c)) } + inputs + updates
        return places.map { .declare(name($0.0, $0.1), width: width, splat(0, width)) }
            + [.loop("c", from: 0, to: Index(g.inputChannels), step: width, body)]
            + places.map { place in
                .store(
                    .workspace, Index(place.1 * leading) + pixel + Index(place.0),
                    .horizontalSum(.variable(name(place.0, place.1), width: width)))
            }
    }

    // MARK: Data gradient

    /// The data gradient, and the transposed convolution, which is the same: a task makes some pixels of one block of
    /// channels.
    func dataGradient() -> LoweredStep {
        let pixels = rowsPerBlock(rows: area, rowLength: 1, preferred: 4096)
        let pieces = ceilingDivide(area, pixels)
        let start = Index.variable("start")
        let weights = (0..<g.outputChannels).map { Statement.declare("w\($0)", width: width, weight($0, c)) }
        let terms = (0..<g.outputChannels).map { output -> (Expression, Expression) in
            let at = n * Index(request.map.sampleStride) + Index(output * area) + pixel
            return (
                .broadcast(.load(request.map.buffer, at, width: 1), width: width), .variable("w\(output)", width: width)
            )
        }
        let hasBias = request.bias != nil
        let first =
            hasBias
            ? Expression.fusedMultiplyAdd(terms[0].0, terms[0].1, .variable("bias", width: width))
            : terms[0].0 * terms[0].1
        let value = terms.dropFirst().reduce(first) { .fusedMultiplyAdd($1.0, $1.1, $0) }
        let element = c * Index(area) + pixel * Index(width)
        let finished = request.applyEpilogue(value, sample: n, element: element, width: width)
        let store = Statement.store(.out, n * Index(request.result.sampleStride) + element, finished)
        let bias =
            request.bias.map { [Statement.declare("bias", width: width, .load($0.buffer, c, width: width))] } ?? []
        let kernel = request.kernel(
            "narrow output", tasksPerSample: channelBlocks * pieces,
            body: [
                .letIndex("n", .task / Index(channelBlocks * pieces)),
                .letIndex("c", .task / Index(pieces) % Index(channelBlocks) * Index(width)),
                .letIndex("start", .task % Index(pieces) * Index(pixels)),
            ] + weights + bias + [
                .loop("pixel", from: start, to: .minimum(start + Index(pixels), Index(area)), step: 1, [store])
            ])
        return step(kernel)
    }

    // MARK: Weight gradient

    /// A task makes the gradients of one block of channels: the block passes by once, in pieces that stay in the
    /// first-level cache for all outputs.
    func weightGradient() -> LoweredStep {
        let pixels = rowsPerBlock(rows: area, rowLength: 1, preferred: 256)
        let start = Index.variable("start")
        let groups = outputGroups(of: 4)
        let ways = max(1, 8 / groups[0].count)
        let pieces = groups.flatMap { group -> [Statement] in
            let names = group.flatMap { output in (0..<ways).map { (output, $0) } }
            let end = Index.variable("end")
            return names.map { .declare(partial($0.0, $0.1), width: width, splat(0, width)) } + [
                .loop("pixel", from: start, to: .variable("whole"), step: ways, products(group, ways: ways)),
                .loop("pixel", from: .variable("whole"), to: end, step: 1, products(group, ways: 1)),
            ]
                + group.map { output in
                    let all = (0..<ways).map { Expression.variable(partial(output, $0), width: width) }
                    let place = Index(output * width)
                    return .store(
                        .workspace, place,
                        .load(.workspace, place, width: width) + all.dropFirst().reduce(all[0], +))
                }
        }
        var buffers = StageBuffers(request)
        buffers.add(workspace: g.outputChannels * width)
        let outputs = 0..<g.outputChannels
        let kernel = request.kernel(
            "narrow output", buffers, tasksFixed: channelBlocks,
            body: [.letIndex("c", .task * Index(width))]
                + outputs.map { .store(.workspace, Index($0 * width), splat(0, width)) } + [
                    .loop(
                        "n", from: 0, to: .batch, step: 1,
                        [
                            .loop(
                                "start", from: 0, to: Index(area), step: pixels,
                                [
                                    .letIndex("end", .minimum(start + Index(pixels), Index(area))),
                                    .letIndex(
                                        "whole", start + (.variable("end") - start) / Index(ways) * Index(ways)),
                                ] + pieces)
                        ])
                ]
                + outputs.map {
                    .store(
                        .out, Index($0 * g.inputChannels) + c, .load(.workspace, Index($0 * width), width: width))
                })
        return step(kernel)
    }

    private func partial(_ output: Int, _ way: Int) -> String { "partial\(output)_\(way)" }

    private func products(_ outputs: Range<Int>, ways: Int) -> [Statement] {
        (0..<ways).flatMap { way -> [Statement] in
            let pixel = pixel + Index(way)
            let input = Expression.load(request.convolved.buffer, mapAt(request.convolved, c, pixel), width: width)
            let updates = outputs.map { output -> Statement in
                let at = n * Index(request.outputGradient.sampleStride) + Index(output * area) + pixel
                return .assign(
                    partial(output, way),
                    .fusedMultiplyAdd(
                        .broadcast(.load(request.outputGradient.buffer, at, width: 1), width: width),
                        .variable("x\(way)", width: width),
                        .variable(partial(output, way), width: width)))
            }
            return [.declare("x\(way)", width: width, input)] + updates
        }
    }
}
