/// Taking single steps of a plan, with operands of the caller's choice: for looking at one kernel alone.
extension Executor {
    /// Lets `body` read and write one sample of a tensor of the plan, in the layout that the plan has for it.
    ///
    /// What lies there is only what steps and callers have left, since the plan reuses its memory.
    /// - Parameter index: the tensor's place in the plan.
    /// - Throws: `RuntimeError` for a tensor or a sample that the plan has not, and what `body` throws.
    public func withTensor<Result>(
        _ index: Int, plan: PlanHandle, sample: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) throws -> Result {
        let bound = try bound(plan)
        guard bound.placedTensors.indices.contains(index) else {
            throw RuntimeError(
                "plan \"\(bound.info.name)\" has \(bound.placedTensors.count) tensors, not number \(index)")
        }
        let tensor = bound.placedTensors[index]
        guard (0..<(tensor.isBatched ? bound.info.batchCapacity : 1)).contains(sample) else {
            throw RuntimeError("there is no sample \(sample) of \"\(tensor.name)\"")
        }
        current = nil
        parameters.parameters.kernelsWillWrite()
        return try bases.withValues(tensor, sample: sample, body)
    }

    /// Runs one step of the plan on what its operands hold.
    /// - Throws: `RuntimeError` when `batch` is not within 1 and the plan's `batchCapacity`, or for a step that it has not.
    public func runStep(
        _ index: Int, plan: PlanHandle, batch: Int, scalars: StepScalars = StepScalars()
    ) throws {
        parameters.parameters.kernelsWillWrite()
        let (steps, _) = try begin(plan, batch: batch, scalars: scalars)
        guard steps.indices.contains(index) else {
            throw RuntimeError("the plan has \(steps.count) steps, not number \(index)")
        }
        execute(steps[index], batch: batch)
    }
}
