import GraphIR
import KernelIR

/// How a weight gradient's sums over the whole batch are shared out: tasks have a part of the weights each, and where
/// there are fewer parts than threads could use, the summands are cut into a fixed number of ranges as well, so that the
/// result does not depend on how many threads there are.
struct PartialSums {
    /// Parts of the weights, and floats of one.
    let parts: Int
    let size: Int
    /// Pieces of a sample that are added one after the other.
    let piecesPerSample: Int
    let ranges: Int

    init(parts: Int, size: Int, piecesPerSample: Int, batchCapacity: Int) {
        self.parts = parts
        self.size = size
        self.piecesPerSample = piecesPerSample
        ranges = TaskCuts.parts(ofEachOf: parts, most: piecesPerSample * batchCapacity)
    }

    /// The buffer with a task's sums: the step's scratch memory where ranges have to be added up, else the workspace,
    /// in whose first `size` floats they stand.
    var buffer: Buffer.Handle { ranges > 1 ? .out : .workspace }
    /// Floats of workspace that the sums take.
    var workspace: Int { ranges > 1 ? 0 : size }
    /// Floats of scratch memory.
    var scratch: Int { ranges > 1 ? ranges * parts * size : 0 }

    /// A place of the task's sums.
    func at(_ index: Index) -> Index { ranges > 1 ? .task * Index(size) + index : index }

    /// One or two kernels: `body(part)` sums pieces `begin ..< end` of all samples, `finish(part, buffer)` stores the
    /// sums, which are at the start of the workspace, where they belong in the result and in the companions.
    func step(
        _ request: KernelRequest, algorithm: String, workspace: Int, flopsPerSample: Double,
        body: (Index) -> [Statement], finish: (Index) -> [Statement]
    ) -> LoweredStep {
        let (part, range) = (Index.variable("part"), Index.task / Index(parts))
        let total = .batch * Index(piecesPerSample)
        let clear = vectorLoop("i", count: Index(size), width: request.target.vectorWidth) {
            [.store(buffer, at($0), splat(0, $1))]
        }
        var buffers = StageBuffers(request)
        if ranges > 1 { buffers.keepSums(scratch) }
        if workspace > 0 { buffers.add(workspace: workspace) }
        let stage = request.kernel(
            algorithm, buffers, tasksFixed: parts * ranges, work: Work(request, flopsPerSample: flopsPerSample),
            body: [
                .letIndex("part", .task % Index(parts)),
                .letIndex("begin", total * range / Index(ranges)),
                .letIndex("end", total * (range + 1) / Index(ranges)),
            ] + clear + body(part) + (ranges > 1 ? [] : finish(part)))
        guard ranges > 1 else { return LoweredStep(stages: [stage], scratch: 0) }
        return LoweredStep(stages: [stage, reduction(request, finish)], scratch: scratch)
    }

    /// Adds up the ranges; a task is a part.
    private func reduction(_ request: KernelRequest, _ finish: (Index) -> [Statement]) -> LoweredStage {
        let add = vectorLoop("i", count: Index(size), width: request.target.vectorWidth) { i, width in
            let all = (0..<ranges).map { range in
                Expression.load(.sums, Index(range * parts * size) + .task * Index(size) + i, width: width)
            }
            return [.store(.workspace, i, all.dropFirst().reduce(all[0], +))]
        }
        return LoweredStage(
            name: request.functionName + "_sums",
            documentation: ["\(request.node.name): adds up the sums of \(ranges) ranges"],
            StageBuffers(reducing: scratch, of: request, workspace: size), algorithm: "sums", tasksFixed: parts,
            body: add + finish(.task))
    }
}

extension StageBuffers {
    /// Leaves the result and the companions to another stage, and has so many floats of sums in scratch memory.
    mutating func keepSums(_ extent: Int) {
        removeCompanions()
        replace(.result, by: Buffer(.out, access: .readWrite, extent: extent, comment: "sums"), .scratch)
    }

    /// Of a stage that makes a weight's gradient, and the companions, of so many floats of sums in scratch memory.
    init(reducing extent: Int, of request: KernelRequest, workspace: Int) {
        self.init()
        let type = request.result.type
        add(Buffer(.out, access: .write, extent: type.elementCount, comment: "\(type)"), .result)
        add(Buffer(.sums, access: .read, extent: extent), .scratch)
        add(companionsOf: request)
        add(workspace: workspace)
    }
}
