import GraphIR
import KernelIR

/// How kernels look at the channels of each position of a row-major map: a task has a piece of the positions of one
/// sample and goes over them channel by channel, so that memory is read in rows although a position's channels lie far
/// apart. What it derives stands in rows of its workspace, of the piece's length.
struct PositionPieces {
    let channels: Int
    /// Positions of a map, and of a piece.
    let plane: Int
    let length: Int
    /// Positions that are worked on side by side.
    let width: Int

    /// Pieces of a sample.
    var count: Int { ceilingDivide(plane, length) }

    /// Of the step's first operand, with half of the first-level cache for one row a channel.
    init(_ request: KernelRequest) {
        let map = request.inputs[0].type
        let vector = request.target.vectorWidth
        channels = map.shape[0]
        plane = map.shape.dropFirst().reduce(1, *)
        width = request.vectorWidth(for: plane)
        length = min(plane, max(1, request.target.l1Bytes / 8 / channels / vector) * vector)
    }

    /// The step's first kernel, with `rows` rows in its workspace.
    ///
    /// - Parameter scratch: where it writes, in place of the step's result.
    func kernel(_ request: KernelRequest, scratch: Buffer? = nil, rows: Int, body: [Statement]) -> LoweredStage {
        var buffers = StageBuffers(request)
        if let scratch { buffers.replace(.result, by: scratch, .scratch) }
        buffers.add(workspace: rows * length)
        return request.kernel(
            "rows of channels", buffers, tasksPerSample: count,
            body: [
                .letIndex("n", .task / Index(count)), .letIndex("first", .task % Index(count) * Index(length)),
            ] + body)
    }

    /// A loop over the task's positions, which `i` counts from 0; the last piece may have fewer.
    func eachPosition(_ body: (_ i: Index, _ width: Int) -> [Statement]) -> [Statement] {
        let count = Index.minimum(Index(length), Index(plane) - .variable("first"))
        return vectorLoop("i", count: self.count == 1 ? Index(plane) : count, width: width, body: body)
    }

    /// The same for every channel, from `first` on.
    func eachChannel(from first: Int = 0, _ body: (_ channel: Index, _ i: Index, _ width: Int) -> [Statement])
        -> [Statement]
    {
        guard first < channels else { return [] }
        let channel = Index.variable("c")
        return [.loop("c", from: Index(first), to: Index(channels), step: 1, eachPosition { body(channel, $0, $1) })]
    }

    /// Where position `i` of the piece lies in a map, or in a value without channels.
    func place(_ value: Operand, channel: Index = 0, _ i: Index) -> Index {
        at(value, channel * Index(plane) + .variable("first") + i)
    }

    /// Where position `i` lies in a row of the workspace.
    func row(_ row: Index, _ i: Index) -> Index { row * Index(length) + i }
}
