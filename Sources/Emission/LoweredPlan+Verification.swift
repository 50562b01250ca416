import GraphIR
import KernelIR
import Kernels
import MemoryPlanning

extension LoweredPlan {
    /// Kernels verified against their buffers; what is found is a bug of ours.
    public func kernelViolations() -> [KernelViolation] {
        steps.compactMap(\.stage).flatMap {
            verify($0.kernel, batchCapacity: plan.batchCapacity, count: 0...0)
        }
    }

    /// What an executor relies on when it leaves preparations out, or makes each in the place of the one before: a
    /// preparation reads parameters and what is made of them alone, at any batch; nobody else writes what it has made; and
    /// whoever reads a prepared tensor does so before the next one is made.
    public func preparationViolations() -> [PlanViolation] {
        var violations: [PlanViolation] = []
        var latest: Int?
        for step in steps {
            let report = { violations.append(PlanViolation(step: step.name, message: $0)) }
            let written = step.preparedOperands(tensors) { $0 != .read }
            let read = step.preparedOperands(tensors) { $0 == .read }
            if step.isPreparation {
                let isDerived = step.operands.first.map { tensors[$0].region == .derived } ?? false
                if !isDerived, written.count != 1 || written.first != step.operands.first {
                    report("a preparation writes one prepared tensor, its first operand")
                }
                if !step.operands.dropFirst().allSatisfy({ [.parameters, .derived].contains(tensors[$0].region) }) {
                    report("a preparation reads what is no parameter")
                }
                if step.stage?.kernel.tasksPerSample != 0 { report("a preparation depends on the batch") }
                if !isDerived { latest = written.first }
            } else {
                if !written.isEmpty { report("writes what another step has prepared") }
                for index in read where index != latest {
                    report("reads \"\(tensors[index].name)\", which is not what was prepared last")
                }
            }
        }
        return violations
    }
}

extension PlannedStep {
    /// The operands in the prepared region that the kernel touches in such a way.
    fileprivate func preparedOperands(_ tensors: [TensorEntry], _ isMeant: (Buffer.Access) -> Bool) -> [Int] {
        guard let stage else { return operands.filter { tensors[$0].region == .prepared } }
        return zip(stage.kernel.buffers, operands).compactMap { buffer, index in
            tensors[index].region == .prepared && isMeant(buffer.access) ? index : nil
        }
    }
}
