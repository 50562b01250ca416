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

    init(parts: Int, size: Int, piecesPerSample: Int) {
        self.parts = parts
        self.size = size
        self.piecesPerSample = piecesPerSample
        ranges = min(ceilingDivide(8, parts), piecesPerSample)
    }

    /// The buffer with a task's sums: the step's scratch memory where ranges have to be added up, else the workspace,
    /// in whose first `size` floats they stand.
    var buffer: String { ranges > 1 ? "out" : "workspace" }
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
        var buffers = request.buffers()
        var operands = request.stageOperands()
        if ranges > 1 {
            buffers.removeLast(request.companions.count)
            buffers[0] = Buffer(name: "out", access: .readWrite, extent: scratch, comment: "sums")
            operands.removeLast(request.companions.count)
            operands[0] = .scratch
        }
        buffers.append(Buffer(name: "workspace", access: .workspace, extent: workspace))
        let kernel = Kernel(
            name: request.functionName, documentation: request.documentation(algorithm), buffers: buffers,
            tasksFixed: parts * ranges,
            body: [
                .letIndex("part", .task % Index(parts)),
                .letIndex("begin", total * range / Index(ranges)),
                .letIndex("end", total * (range + 1) / Index(ranges)),
            ] + clear + body(part) + (ranges > 1 ? [] : finish(part)))
        let stage = LoweredStage(
            kernel, algorithm: algorithm, operands: operands, work: Work(request, flopsPerSample: flopsPerSample))
        guard ranges > 1 else { return LoweredStep(stages: [stage], scratch: 0) }
        return LoweredStep(stages: [stage, reduction(request, finish)], scratch: scratch)
    }

    /// Adds up the ranges; a task is a part.
    private func reduction(_ request: KernelRequest, _ finish: (Index) -> [Statement]) -> LoweredStage {
        let add = vectorLoop("i", count: Index(size), width: request.target.vectorWidth) { i, width in
            let all = (0..<ranges).map { range in
                Expression.load("sums", Index(range * parts * size) + .task * Index(size) + i, width: width)
            }
            return [.store("workspace", i, all.dropFirst().reduce(all[0], +))]
        }
        let kernel = Kernel(
            name: request.functionName + "_sums",
            documentation: ["\(request.node.name): adds up the sums of \(ranges) ranges"],
            buffers: [
                Buffer(
                    name: "out", access: .write, extent: request.result.type.elementCount,
                    comment: "\(request.result.type)"),
                Buffer(name: "sums", access: .read, extent: scratch),
            ] + request.companions.indices.map(request.companionBuffer) + [
                Buffer(name: "workspace", access: .workspace, extent: size)
            ],
            tasksFixed: parts, body: add + finish(.task))
        return LoweredStage(
            kernel, algorithm: "sums",
            operands: [.result, .scratch] + request.companions.indices.map(StageOperand.companion))
    }
}
