import GraphIR
import KernelIR
import Kernels
import MemoryPlanning

/// A step of a plan with the kernel that computes it; updates have none of their own.
public struct PlannedStep: Sendable {
    public var node: NodeID
    public var lowered: LoweredStep?
    /// Operands in the kernel's order, as indices into the plan's tensors.
    public var operands: [Int]
    public var operation: String
}

/// A plan ready to be printed.
public struct LoweredPlan: Sendable {
    /// `train`, `infer` or `gradients`.
    public var name: String
    public var plan: Plan
    public var steps: [PlannedStep]
    public var tensors: [TensorEntry]

    public var graph: Graph { plan.schedule.graph }

    /// Lowers every step of `plan` for `target`.
    public init(name: String, plan: Plan, target: Target) {
        self.name = name
        self.plan = plan
        let table = TensorTable(plan)
        tensors = table.entries
        steps = plan.steps.map { id in
            let node = plan.schedule.graph[id]
            guard node.op != .update else {
                return PlannedStep(
                    node: id, lowered: nil, operands: node.inputs.map { table.index(of: $0) }, operation: "update")
            }
            let request = KernelRequest(id, in: plan, target: target)
            return PlannedStep(
                node: id, lowered: lower(request), operands: ([id] + node.operands).map { table.index(of: $0) },
                operation: request.operationText)
        }
    }

    /// Kernels verified against their buffers; what is found is a bug of ours.
    public func kernelViolations() -> [KernelViolation] {
        steps.compactMap(\.lowered).flatMap {
            verify($0.kernel, batchCapacity: plan.batchCapacity, count: 0...0)
        }
    }
}

extension KernelRequest {
    init(_ id: NodeID, in plan: Plan, target: Target) {
        let graph = plan.schedule.graph
        let operand = { (id: NodeID) -> Operand in
            Operand(
                name: graph[id].name, type: graph[id].type, sampleStride: plan.locations[id.index]?.sampleStride ?? 0)
        }
        let node = graph[id]
        self.init(
            node: node, result: operand(id), inputs: node.inputs.map(operand),
            epilogueOperands: node.epilogue.map { $0.operands.map(operand) },
            concatCopies: node.op == .concat ? graph.concatCopies(id, locations: plan.locations) : [],
            batchCapacity: plan.batchCapacity, target: target)
    }
}
