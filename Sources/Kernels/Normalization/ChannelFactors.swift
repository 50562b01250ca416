import GraphIR
import KernelIR

extension Buffer.Handle {
    /// Factors of each channel, in the step's scratch memory.
    static let factors = Buffer.Handle("factors")
}

/// What a normalisation multiplies and adds channel by channel, worked out from the moments once before the map is
/// walked: channels of one block may belong to different groups.
struct ChannelFactors {
    let request: KernelRequest
    let groups: NormalizationGroups
    let epsilon: Double
    let channels: Int
    let area: Int
    /// Where they are kept.
    let rows: ChannelRows

    init(_ request: KernelRequest, _ groups: NormalizationGroups, _ epsilon: Double, map: Operand, rows: Int) {
        self.request = request
        self.groups = groups
        self.epsilon = epsilon
        channels = map.type.shape[0]
        area = map.type.shape.dropFirst().reduce(1, *)
        self.rows = ChannelRows(rows: rows, channels: channels, samples: groups == .batch ? 1 : request.batchCapacity)
    }

    /// How many values are normalised together.
    private var groupSize: Expression {
        switch groups {
        case .batch: .number(.batch * Index(area))
        case .channels(let count): .constant(Double(channels / count * area))
        }
    }

    /// A kernel that stores the rows that `factors` makes of each channel.
    ///
    /// - Parameters:
    ///   - inputs: the inputs that `factors` and `sums` read, moments first.
    ///   - sums: values to add up over the channels of a group before, by name; a group of the batch is one channel.
    ///   - factors: a value per row, of a channel whose `mean` and `deviation` (its inverse) are declared, and `size` (of
    ///     its group) beside the sums.
    func stage(
        inputs: [Int], sums: [(name: String, value: (ChannelPlace) -> Expression)] = [],
        factors: (ChannelPlace) -> [Expression]
    ) -> LoweredStage {
        let body: [Statement]
        switch groups {
        case .batch: body = batchBody(moments: request.inputs[inputs[0]], sums, factors)
        case .channels(let count): body = groupBody(count, moments: request.inputs[inputs[0]], sums, factors)
        }
        var buffers = StageBuffers()
        buffers.add(Buffer(.factors, access: .write, extent: rows.count), .scratch)
        buffers.add(inputs: inputs, of: request)
        let stage = LoweredStage(
            name: request.functionName + "_factors", documentation: ["\(request.node.name): factors of each channel"],
            buffers, algorithm: "channel factors", tasksPerSample: groups == .batch ? 0 : 1,
            tasksFixed: groups == .batch ? 1 : 0, body: body)
        return groups == .batch ? stage.ofBatch() : stage
    }

    private func batchBody(
        moments: Operand, _ sums: [(name: String, value: (ChannelPlace) -> Expression)],
        _ factors: (ChannelPlace) -> [Expression]
    ) -> [Statement] {
        vectorLoop("c", count: Index(channels), width: request.vectorWidth(for: channels)) { c, width in
            let place = ChannelPlace(channel: c, sample: 0, width: width)
            let row = { (row: Int) in Expression.load(moments.buffer, Index(row * channels) + c, width: width) }
            return declarations(mean: row(0), variance: row(1), width, hasSums: !sums.isEmpty)
                + sums.map { .declare($0.name, width: width, $0.value(place)) } + stores(place, factors)
        }
    }

    private func groupBody(
        _ count: Int, moments: Operand, _ sums: [(name: String, value: (ChannelPlace) -> Expression)],
        _ factors: (ChannelPlace) -> [Expression]
    ) -> [Statement] {
        let size = Index(channels / count)
        let (n, g, c) = (Index.variable("n"), Index.variable("g"), Index.variable("c"))
        let place = ChannelPlace(channel: c, sample: n, width: 1)
        let eachChannel = { (statements: [Statement]) in
            Statement.loop("c", from: g * size, to: (g + 1) * size, step: 1, statements)
        }
        let at = n * Index(moments.sampleStride) + g
        let variable = { (name: String) in Expression.variable(name, width: 1) }
        let adding: [Statement] =
            sums.isEmpty
            ? []
            : sums.map { .declare($0.name, width: 1, 0) } + [
                eachChannel(sums.map { .assign($0.name, variable($0.name) + $0.value(place)) })
            ]
        let group =
            declarations(
                mean: .load(moments.buffer, at, width: 1), variance: .load(moments.buffer, at + Index(count), width: 1),
                1, hasSums: !sums.isEmpty)
            + adding + [eachChannel(stores(place, factors))]
        return [.letIndex("n", .task), .loop("g", from: 0, to: Index(count), step: 1, group)]
    }

    private func declarations(
        mean: Expression, variance: Expression, _ width: Int, hasSums: Bool
    ) -> [Statement] {
        [
            .declare("mean", width: width, mean),
            .declare("deviation", width: width, inverseDeviation(variance, epsilon, width)),
        ] + (hasSums ? [.declare("size", width: width, splat(groupSize, width))] : [])
    }

    private func stores(_ place: ChannelPlace, _ factors: (ChannelPlace) -> [Expression]) -> [Statement] {
        factors(place).enumerated().map { row, value in
            .store(.factors, rows.start(row, sample: place.sample) + place.channel, value)
        }
    }
}

/// Channels whose factors are made at once.
struct ChannelPlace {
    var channel: Index
    /// 0 where the batch has the same factors.
    var sample: Index
    var width: Int

    func variable(_ name: String) -> Expression { .variable(name, width: width) }
    /// A value times a parameter of each channel, where there is one.
    func times(_ parameter: Operand?, _ value: Expression) -> Expression {
        parameter.map { .load($0.buffer, channel, width: width) * value } ?? value
    }
}
