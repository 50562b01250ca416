import ModelABI

/// Where the operands of a plan's steps are while it runs on a share of a batch.
extension BoundPlan {
    /// Points a step at the samples from one on.
    /// - Parameter apart: tensors that lie in the memory of sums, and where.
    func place(_ step: Int, first: Int, apart: [Int: Int] = [:]) {
        guard let uses = info.steps[step].operands else { return }
        // The first operand of an update is a sum.
        let isSum = isOptimizerStep(step)
        for (place, use) in uses.enumerated() where !(isSum && place == 0) {
            let tensor = placedTensors[use.tensor]
            operands[firstOperands[step] + place] =
                if let offset = apart[use.tensor] {
                    sharingMemory.map { $0.base + offset }
                } else {
                    bases.address(tensor, sample: tensor.isBatched ? first : 0)
                }
        }
    }

    /// Points all steps at whole batches again, and sums at the first buffer.
    func placeWhole(_ sums: GradientSums) {
        for step in steps.indices { place(step, first: 0) }
        add(to: sums, buffer: 0)
    }

    /// Has an update add to that buffer.
    func add(to sums: GradientSums, buffer: Int, step: Int) {
        let operand = firstOperands[step]
        guard let parameter = parameter(of: step) else { return }
        operands[operand] = sums.sum(of: parameter, buffer: buffer).map { UnsafeMutableRawPointer($0) }
    }

    /// Where the sums of the parameter that a step updates lie in each buffer; nil for one that is held.
    func sum(_ step: Int, in sums: GradientSums) -> Range<Int>? { parameter(of: step).flatMap(sums.range) }

    /// Whether a step reads or writes something that each sample has.
    func readsSamples(_ step: Int) -> Bool {
        info.steps[step].operands?.contains { info.tensors[$0.tensor].isBatched } ?? false
    }

    /// What a step of the whole batch reads of each sample.
    func joinedSamples(_ step: Int) -> [SharedSamples] {
        let row = info.steps[step]
        guard let uses = row.operands else { return [] }
        var joined = uses.filter { $0.access != .write && info.tensors[$0.tensor].isBatched }.compactMap { use in
            let tensor = placedTensors[use.tensor]
            return bases.address(tensor).map { SharedSamples(base: $0, stride: tensor.sampleStride) }
        }
        if let parts = row.parts, let base = bases.address(placedTensors[uses[parts.operand].tensor]) {
            joined.append(SharedSamples(base: base + parts.offset, stride: parts.stride))
        }
        return joined
    }

    /// Where what a step of a sum makes lies while a batch is shared out; nil for other steps.
    func sharedResult(_ step: Int) -> UnsafeMutableRawPointer? {
        guard let sharing, let memory = sharingMemory, let first = info.steps[step].operands?.first else { return nil }
        return sharing.places[first.tensor].map { memory.base + $0 }
    }

    /// Whether a step is left to an optimiser.
    private func isOptimizerStep(_ step: Int) -> Bool { parameter(of: step) != nil }

    private func parameter(of step: Int) -> TensorInfo? { summed[firstOperands[step]] }
}

extension Model {
    /// Why the batches of the plan for steps of training cannot be shared out among runs; nil where they can.
    public var obstacleToSharing: String? {
        guard let index = plans.firstIndex(where: { $0.purpose == .train }) else { return "there is nothing to train" }
        if deferredPlan != nil { return "gradients wait for the end of a step" }
        guard let schedule = sharedSchedule(plan: index) else {
            return "the tables do not say what steps read and write"
        }
        return schedule.obstacle
    }

    /// How a plan runs on shares of batches; nil where the tables do not say what its steps read and write.
    func sharedSchedule(plan index: Int) -> SharedSchedule? {
        let plan = plans[index]
        let uses = plan.steps.compactMap(\.operands)
        guard uses.count == plan.steps.count else { return nil }
        let rows = tables.pointer.pointee.plans[index].steps
        return SharedSchedule(plan, uses) { rows?[$0].kernel == nil }
    }
}
