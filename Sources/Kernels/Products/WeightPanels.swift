import GraphIR
import KernelIR

extension Buffer.Handle {
    /// Weights in the order in which products stream through them, and as they are.
    static let panels = Buffer.Handle("panels")
    static let weight = Buffer.Handle("weight")
}

/// Weights rearranged so that a register block streams through them: `[panel][reduction][columns]`, of bf16 in words of two
/// neighbours along the reduction.
struct WeightPanels {
    let request: KernelRequest
    let geometry: ConvGeometry
    let block: RegisterBlock
    /// Groups of channels whose weights stand in one panel, with zeros between those of different groups.
    var joinedGroups = 1

    private var taps: Int { geometry.kernel.area }
    private var channels: Int { geometry.inputChannels }
    private var outputs: Int { geometry.outputChannels }

    private var perWord: Int { request.factors.perWord }

    /// Words of all panels.
    var extent: Int { geometry.weightType.elementCount * joinedGroups / perWord }

    /// The weight at a place, or the word of it and its neighbour along the reduction.
    private func word(_ place: Index, neighbour: Int) -> Expression {
        let weight = { (place: Index) in Expression.load(.weight, place, width: 1) }
        return request.factors == .float32
            ? weight(place) : .packedPairs(even: weight(place), odd: weight(place + Index(neighbour)))
    }

    /// Columns are output channels, the reduction runs over `[tap][input channel]`. A task makes a panel.
    func byOutput() -> LoweredStage {
        let (c, first, lane, tap): (Index, Index, Index, Index) = (
            .variable("c"), .variable("first"), .variable("lane"), .variable("tap")
        )
        let step = min(channels, 8)
        let source = ((.task * Index(block.columns) + lane) * Index(channels) + c) * Index(taps) + tap
        let row = (.task * Index(taps * channels) + tap * Index(channels) + c) / Index(perWord)
        let target = row * Index(block.columns) + lane
        let copy = Statement.store(.panels, target, word(source, neighbour: taps))
        return stage(
            tasks: outputs / block.columns,
            [
                .comment("a few channels at a time, so that each cache line is fetched once"),
                .loop(
                    "first", from: 0, to: Index(channels), step: step,
                    [
                        .loop(
                            "lane", from: 0, to: Index(block.columns), step: 1,
                            [
                                .loop(
                                    "c", from: first, to: .minimum(first + Index(step), Index(channels)),
                                    step: perWord,
                                    [.loop("tap", from: 0, to: Index(taps), step: 1, [copy])])
                            ])
                    ]),
            ])
    }

    /// Columns are vectors of input channels, `[block of channels][tap]`, the reduction runs over output channels. A
    /// task makes the columns of a few blocks of channels, whose weights lie side by side.
    func byInput() -> LoweredStage {
        let width = block.width
        let blocks = channels / width
        let perTask = [4, 2].first { blocks % $0 == 0 && blocks / $0 >= 8 } ?? 1
        let (k, c, lane, tap): (Index, Index, Index, Index) = (
            .variable("k"), .variable("c"), .variable("lane"), .variable("tap")
        )
        let vector = c * Index(taps) + tap
        let row = (vector / Index(block.vectors) * Index(outputs) + k) / Index(perWord)
        let place = row * Index(block.columns) + vector % Index(block.vectors) * Index(width)
        let source = (k * Index(channels) + c * Index(width) + lane) * Index(taps) + tap
        let copy = Statement.store(.panels, .variable("at") + lane, word(source, neighbour: channels * taps))
        return stage(
            tasks: blocks / perTask,
            [
                .letIndex("first", .task * Index(perTask)),
                .loop(
                    "k", from: 0, to: Index(outputs), step: perWord,
                    [
                        .loop(
                            "c", from: .variable("first"), to: .variable("first") + Index(perTask), step: 1,
                            [
                                .loop(
                                    "tap", from: 0, to: Index(taps), step: 1,
                                    [
                                        .letIndex("at", place),
                                        .loop("lane", from: 0, to: Index(width), step: 1, [copy]),
                                    ])
                            ])
                    ]),
            ])
    }

    /// The kernel that makes the panels by `body`.
    func stage(tasks: Int, _ body: [Statement]) -> LoweredStage {
        LoweredStage(
            name: request.functionName + "_weights",
            documentation: [
                "\(request.node.name): weights \(request.weight.type) in panels of \(block.columns) columns"
            ],
            StageBuffers(preparing: extent, of: request), algorithm: "weight panels", tasksFixed: tasks, body: body)
    }

    /// The stage that makes the panels, and the kernel that multiplies with them.
    func step(
        _ panels: LoweredStage, algorithm: String, workspace: Int, tasksPerSample: Int, body: [Statement]
    ) -> LoweredStep {
        let main = request.kernel(
            algorithm,
            StageBuffers(request, prepared: extent, comment: "rearranged weights", workspace: workspace),
            tasksPerSample: tasksPerSample,
            work: Work(request, flopsPerSample: geometry.flopsPerSample + request.epilogueFlops), body: body)
        return LoweredStep(stages: [panels, main], prepared: extent)
    }
}

extension StageBuffers {
    /// Of a stage that brings the weight into `extent` floats of panels.
    init(preparing extent: Int, of request: KernelRequest) {
        self.init()
        let (weight, type) = (request.weight, request.weight.type)
        add(Buffer(.panels, access: .write, extent: extent), .prepared)
        add(
            Buffer(.weight, access: .read, extent: type.elementCount, comment: "\(weight.name) \(type)"), .input(1))
    }

    /// Of a kernel that has panels in the weight's place.
    init(_ request: KernelRequest, prepared extent: Int, comment: String, workspace: Int) {
        self.init(request)
        replace(.input(1), by: Buffer(.panels, access: .read, extent: extent, comment: comment), .prepared)
        if workspace > 0 { add(workspace: workspace) }
    }
}
