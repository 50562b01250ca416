import GraphIR
import KernelIR
import Kernels
import MemoryPlanning
import Programs

/// A row of the step table: one kernel of a step of the graph; updates have none of their own.
public struct PlannedStep: Sendable {
    public var node: NodeID
    /// The value's name, with the stage's number behind it where a step has several.
    public var name: String
    public var stage: LoweredStage?
    /// Operands in the kernel's order, as indices into the plan's tensors.
    public var operands: [Int]
    public var operation: String
    /// True when the step derives something from parameters alone, which is kept, so that it need not run again before
    /// they change. Only inference keeps anything.
    public var isPreparation = false
    /// Whether it may run at the same time as the row above it: they are of one group.
    public var isBeside = false
    /// What one of its tasks takes beside those of its group, in any unit.
    public var taskWeight = 1.0
    /// What it makes of the samples of its call.
    public var scope = StageScope.samples

    /// In a few words: `im2col + gemm`.
    public var algorithm: String { stage?.algorithm ?? "vector loop" }

    /// Of a step that needs the whole batch: the operand that holds a part of each sample, and where.
    var parts: (operand: Int, parts: SampleParts)? {
        guard let stage, let parts = stage.parts, let operand = stage.operands.firstIndex(of: .scratch) else {
            return nil
        }
        return (operand, parts)
    }

    /// Memory of each thread while it runs.
    public var workspaceBytes: Int { stage?.kernel.workspaceBytes ?? 0 }

    /// What the kernel does with each operand, as in `unetc_step.accesses`; an update changes its parameter.
    var accesses: String {
        guard let stage else { return "u" + String(repeating: "r", count: operands.count - 1) }
        return String(
            stage.kernel.buffers.prefix(operands.count).map { buffer -> Character in
                switch buffer.access {
                case .read: "r"
                case .write: "w"
                case .readWrite, .workspace: "u"
                }
            })
    }
}

/// What a step of a plan costs at the plan's batch.
public struct StepWork: Hashable, Sendable {
    /// Operations of its mathematics.
    public var flops: Double
    /// When each operand is moved once.
    public var bytes: Double
    public var tasks: Int
    /// Memory of each thread while it runs.
    public var workspaceBytes: Int
}

/// A plan ready to be printed.
public struct LoweredPlan: Sendable {
    public var kind: Kind
    /// By which callers ask for it.
    public var name: String { kind.rawValue }
    public var plan: Plan
    public var steps: [PlannedStep]
    public var tensors: [TensorEntry]
    /// For a plan whose input is a part of a larger picture, what of its outputs is exact.
    public var tile: TileExactness?

    public var graph: Graph { plan.program.graph }

    /// What a plan is for; the raw values are the plans' names, in capitals those of `UNETC_PLAN_…`.
    public enum Kind: String, Hashable, Sendable {
        case train, infer, tile, forward, gradients
        /// As `tile`, smaller.
        case tileHalf = "tile_half"
        case tileQuarter = "tile_quarter"
        /// Gradients of weights that the parts of a step of `train` have left to its end.
        case deferred

        var constant: String {
            switch self {
            case .tileHalf, .tileQuarter: Kind.tile.constant
            default: "UNETC_PLAN_" + rawValue.uppercased()
            }
        }
    }

    /// Lowers every step of a plan, whose places may be any, for `target`.
    public init(_ kind: Kind, plan: Plan, target: Target, building builder: KernelBuilder) {
        self.kind = kind
        self.plan = plan
        let program = plan.program
        let table = TensorTable(plan)
        tensors = table.entries
        let isInference = program.isInference
        var bodies = SharedBodies()
        let requests = plan.steps.filter { !program[$0].appliesGradient }.map { id in
            KernelRequest(
                id, in: program, batchCapacity: plan.batchCapacity, target: target, isInference: isInference,
                concatCopies: program[id].form == .joined
                    ? program.graph.concatCopies(id, locations: plan.locations) : [],
                sampleStride: { plan.locations[$0.index]?.sampleStride })
        }
        var next = zip(requests, builder.build(requests)).makeIterator()
        let rows = plan.steps.flatMap { id -> [PlannedStep] in
            let node = program.graph[id]
            guard !program[id].appliesGradient, let (request, lowered) = next.next() else {
                return [
                    PlannedStep(
                        node: id, name: node.name, stage: nil, operands: node.inputs.map { table.index(of: $0) },
                        operation: "update")
                ]
            }
            let stages = lowered.stages.map { bodies.sharing($0) }
            let companions = program.graph.companions(of: id)
            let isSum = program.graph.isSumOverSamples(id) && stages.allSatisfy { $0.scope == .samples }
            return stages.enumerated().map { number, stage in
                PlannedStep(
                    node: id, name: number == stages.count - 1 ? node.name : "\(node.name)#\(number + 1)",
                    stage: stage, operands: stage.operands.map { table.index(of: $0, in: node, id, companions) },
                    operation: number == stages.count - 1 ? request.operationText : stage.algorithm,
                    isPreparation: stage.isPreparation && plan.keepsPrepared(by: id) || plan.keepsValue(of: id),
                    scope: isSum && !stage.isPreparation ? .sum : stage.scope)
            }
        }
        steps = program.inGroups(rows)
    }
}

extension Program {
    /// The kernels of all steps, which stand there step by step, group by group.
    fileprivate func inGroups(_ rows: [PlannedStep]) -> [PlannedStep] {
        var rows = rows
        var groups: [Int] = []
        var number = 0
        for (index, row) in rows.enumerated() {
            let step = self[row.node]
            number = index > 0 && rows[index - 1].node == row.node ? number + 1 : 0
            if step.kernels.indices.contains(number), step.kernels[number].tasks > 0 {
                rows[index].taskWeight = step.kernels[number].milliseconds / Double(step.kernels[number].tasks)
            }
            if step.groups.indices.contains(number) { groups.append(step.groups[number]) }
        }
        guard isGrouped else { return rows }
        guard groups.count == rows.count else { fatalError("a step has other kernels than when it was measured") }
        let order = rows.indices.sorted { (groups[$0], $0) < (groups[$1], $1) }
        for (index, next) in zip(order, order.dropFirst()) { rows[next].isBeside = groups[index] == groups[next] }
        return order.map { rows[$0] }
    }
}

extension Graph {
    /// Whether the step makes one value of maps that each sample has.
    fileprivate func isSumOverSamples(_ id: NodeID) -> Bool {
        let node = self[id]
        let read = node.inputs + node.epilogue.flatMap(\.operands)
        return !node.type.isBatched && read.contains { self[$0].type.isBatched }
    }
}

extension LoweredPlan {
    /// By row, the number of its group.
    public var groups: [Int] {
        var group = -1
        return steps.map { step in
            if !step.isBeside { group += 1 }
            return group
        }
    }
}

/// Layers of one shape have one body, which is most of a kernel.
private struct SharedBodies {
    /// Of kernels that may have the same, which is told quicker than by looking at all that they do.
    private struct Shape: Hashable {
        var statements: Int
        var extents: [Int]
        var tasks: [Int]
    }

    private var known: [Shape: [[Statement]]] = [:]

    mutating func sharing(_ stage: LoweredStage) -> LoweredStage {
        let kernel = stage.kernel
        let shape = Shape(
            statements: kernel.body.count, extents: kernel.buffers.map(\.extent),
            tasks: [kernel.tasksPerSample, kernel.tasksFixed])
        var stage = stage
        if let body = known[shape]?.first(where: { $0 == kernel.body }) {
            stage.kernel.body = body
        } else {
            known[shape, default: []].append(kernel.body)
        }
        return stage
    }
}

extension LoweredPlan {
    /// What a step of this plan costs when the batch is full.
    public func work(of step: PlannedStep) -> StepWork {
        let numbers = StepNumbers(step, graph[step.node], self)
        let batch = plan.batchCapacity
        return StepWork(
            flops: numbers.flopsFixed + Double(batch) * numbers.flopsPerSample,
            bytes: numbers.bytesFixed + Double(batch) * numbers.bytesPerSample,
            tasks: numbers.tasksFixed + batch * numbers.tasksPerSample, workspaceBytes: numbers.workspaceBytes)
    }
}

extension TensorTable {
    fileprivate func index(of operand: StageOperand, in node: Node, _ id: NodeID, _ companions: [NodeID]) -> Int {
        switch operand {
        case .result: index(of: id)
        case .input(let position): index(of: node.inputs[position])
        case .extra(let position): index(of: node.epilogue.flatMap(\.operands)[position])
        case .companion(let position): index(of: companions[position])
        case .scratch: scratchIndex(of: id)
        case .prepared: preparedIndex(of: id)
        }
    }
}
