import GraphIR
import KernelIR
import Kernels
import MemoryPlanning

/// What the steps of a schedule ask for besides the places of their values, known before anything is placed.
public struct StepDemands: Hashable, Sendable {
    /// Memory that a step's kernels share while it runs.
    public private(set) var scratchBytes: [NodeID: Int] = [:]
    /// Memory for what a step derives from parameters alone.
    public private(set) var preparedBytes: [NodeID: Int] = [:]
    /// Memory of each thread while the step runs.
    public private(set) var workspaceBytes: [NodeID: Int] = [:]
    /// Steps whose kernels store each element of the result once, right behind reading the operands of fused steps there.
    public private(set) var overwriting: Set<NodeID> = []
    /// What the cost models say, on one core: of convolutions their own, of everything else the way from and to memory.
    public private(set) var milliseconds: [NodeID: Double] = [:]

    /// Of all steps, added in an order that does not depend on the run.
    public var totalMilliseconds: Double { milliseconds.values.sorted().reduce(0, +) }

    public init(
        _ schedule: Schedule, _ batchCapacity: Int, _ target: Target, _ convolutions: AlgorithmTable
    ) {
        let isInference = schedule.isInference
        for id in schedule.steps where schedule.graph[id].op != .update && schedule.graph[id].host == nil {
            let request = KernelRequest(
                id, in: schedule, plan: nil, batchCapacity, target, convolutions, isInference: isInference)
            let step = lower(request)
            scratchBytes[id] = 4 * step.scratch
            preparedBytes[id] = 4 * step.prepared
            workspaceBytes[id] = 4 * (step.stages.map(\.kernel.workspaceExtent).max() ?? 0)
            let bytes = step.stages.reduce(0) {
                $0 + $1.work.bytesFixed + $1.work.bytesPerSample * Double(batchCapacity)
            }
            // A convolution that is not laid out for its algorithm is computed by the BLAS's product.
            let usesProduct = step.stages.contains { $0.kernel.calls(gemmFunction) }
            if !usesProduct, convolutions.mayOverwriteFusedOperands(schedule.graph[id].op) { overwriting.insert(id) }
            milliseconds[id] =
                convolutions[schedule.graph[id].op]?.predictedMilliseconds
                ?? bytes / (target.throughput.gigabytes * 1e6)
        }
    }
}
