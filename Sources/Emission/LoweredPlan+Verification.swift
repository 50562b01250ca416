import GraphIR
import KernelIR
import Kernels
import MemoryPlanning

extension LoweredPlan {
    /// Kernels verified against their buffers; what is found is a bug of ours.
    public func kernelViolations() -> [KernelViolation] {
        steps.compactMap(\.stage).flatMap { violations(of: $0.kernel) } + steps.flatMap(differentlyStored)
    }

    /// What is wrong with how kernels take their operands to be stored, and with kernels that convert any.
    public func elementViolations() -> [KernelViolation] {
        let converting = steps.compactMap(\.stage?.kernel).filter { kernel in
            kernel.buffers.contains { $0.element != .float32 }
        }
        return steps.flatMap(differentlyStored) + converting.flatMap(violations)
    }

    private func violations(of kernel: Kernel) -> [KernelViolation] {
        verify(kernel, batchCapacity: plan.batchCapacity, count: 0...0)
    }

    /// Operands that lie in memory in another way than the kernel takes them to be.
    private func differentlyStored(_ step: PlannedStep) -> [KernelViolation] {
        guard let kernel = step.stage?.kernel else { return [] }
        return zip(kernel.buffers, step.operands).compactMap { buffer, operand in
            let tensor = tensors[operand]
            guard buffer.element != tensor.type.element else { return nil }
            return KernelViolation(
                kernel: kernel.name,
                "takes \"\(tensor.name)\" to be stored as \(buffer.element.rawValue), "
                    + "found \(tensor.type.element.rawValue)")
        }
    }

    /// What an executor relies on when it leaves preparations out, or makes each in the place of the one before: a
    /// preparation reads parameters and what is made of them alone, at any batch; nobody else writes what it has made; and
    /// whoever reads a prepared tensor does so before the next one is made.
    public func preparationViolations() -> [PlanViolation] {
        var violations: [PlanViolation] = []
        var latest: Int?
        // What a group prepares is there when it has ended.
        var next: Int?
        var readsPrepared = false
        for step in steps {
            let report = { violations.append(PlanViolation(step: step.name, message: $0)) }
            if !step.isBeside { (latest, readsPrepared) = (next, false) }
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
                if !isDerived {
                    if next != latest || readsPrepared {
                        report("prepares beside a step that needs the one place for that")
                    }
                    next = written.first
                }
            } else {
                if !written.isEmpty { report("writes what another step has prepared") }
                for index in read where index != latest || next != latest {
                    report("reads \"\(tensors[index].name)\", which is not what was prepared last")
                }
                readsPrepared = readsPrepared || !read.isEmpty
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
