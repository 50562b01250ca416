/// Writing inputs and reading results by name.
///
/// A tensor lies at a different place in each plan, so that each call says which plan it is for.
extension Executor {
    /// Lets `body` fill one sample of an input, target or cotangent in place, row-major without the batch dimension.
    ///
    /// All inputs have to be written before each run, for the plan may reuse their memory.
    /// - Throws: `RuntimeError` for an unknown name or a sample beyond the batch capacity, and what `body` throws.
    public func withInput<Result>(
        _ name: String, plan: PlanHandle, sample: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) throws -> Result {
        let bound = try bound(plan)
        guard let tensor = bound.inputs.first(where: { $0.name == name }) else {
            throw RuntimeError.unknown(
                "input of plan \"\(bound.info.name)\"", name, valid: bound.inputs.map(\.name))
        }
        let samples = tensor.isBatched ? bound.info.batchCapacity : 1
        guard (0..<samples).contains(sample) else {
            throw RuntimeError("sample \(sample) of \"\(name)\" does not fit: there is place for 0 to \(samples - 1)")
        }
        current = nil
        return try body(
            UnsafeMutableBufferPointer(start: bases.pointer(tensor, sample: sample), count: tensor.elementCount))
    }

    /// Writes one sample of an input, target or cotangent.
    /// - Throws: `RuntimeError` for an unknown name, a sample beyond the batch capacity, or another number of values.
    public func write(
        _ name: String, plan: PlanHandle, sample: Int, from values: UnsafeBufferPointer<Float>
    ) throws {
        let planName = try bound(plan).info.name
        try withInput(name, plan: plan, sample: sample) { target in
            guard target.count == values.count else {
                throw RuntimeError(
                    "one sample of \"\(name)\" of plan \"\(planName)\" takes \(target.count) values, "
                        + "found \(values.count)"
                )
            }
            _ = target.update(fromContentsOf: values)
        }
    }

    /// Writes one sample of an input, target or cotangent.
    /// - Throws: as the other form.
    public func write(_ name: String, plan: PlanHandle, sample: Int, from values: [Float]) throws {
        try values.withUnsafeBufferPointer { try write(name, plan: plan, sample: sample, from: $0) }
    }

    /// Writes one sample of an input of the plan of that name.
    /// - Throws: as the other forms, and for an unknown plan.
    public func write(_ name: String, plan: String, sample: Int, from values: [Float]) throws {
        try write(name, plan: try self.plan(plan), sample: sample, from: values)
    }

    /// Lets `body` look at an output, `"loss"` or a gradient of the plan's last run, in place where that is possible.
    /// - Parameter sample: which one, row-major without the batch dimension; nil for all samples of the run, one after
    ///   the other. Values that are not batched ignore it.
    /// - Throws: `RuntimeError` for an unknown name, a sample that was not in the batch, or when the plan was not the
    ///   last thing that happened to the executor; and what `body` throws.
    public func withOutput<Result>(
        _ name: String, plan: PlanHandle, sample: Int? = nil, _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) throws -> Result {
        let (tensor, batch) = try result(name, plan: plan)
        guard tensor.isBatched else { return try body(block(tensor, sample: 0)) }
        if let sample {
            guard (0..<batch).contains(sample) else {
                throw RuntimeError("there is no sample \(sample) of \"\(name)\": the last batch had \(batch)")
            }
            return try body(block(tensor, sample: sample))
        }
        if batch == 1 || tensor.sampleStride == tensor.sampleBytes {
            let first = block(tensor, sample: 0)
            return try body(UnsafeBufferPointer(start: first.baseAddress, count: batch * tensor.elementCount))
        }
        // Samples that lie apart, as channels of a wider map do.
        let packed = (0..<batch).flatMap { block(tensor, sample: $0) }
        return try packed.withUnsafeBufferPointer(body)
    }

    /// A copy of an output, `"loss"` or a gradient of the plan's last run.
    /// - Throws: as `withOutput`.
    public func read(_ name: String, plan: PlanHandle, sample: Int? = nil) throws -> [Float] {
        try withOutput(name, plan: plan, sample: sample) { Array($0) }
    }

    /// A copy of a result of the plan of that name.
    /// - Throws: as `withOutput`, and for an unknown plan.
    public func read(_ name: String, plan: String, sample: Int? = nil) throws -> [Float] {
        try read(name, plan: try self.plan(plan), sample: sample)
    }

    /// The loss of the plan's last run.
    /// - Throws: as `withOutput`, in particular when the graph has no loss.
    public func loss(_ plan: PlanHandle) throws -> Float {
        try withOutput("loss", plan: plan) { $0.first ?? .nan }
    }

    private func result(_ name: String, plan: PlanHandle) throws -> (TensorInfo, batch: Int) {
        let bound = try bound(plan)
        let found = bound.outputs.first { $0.name == name || ($0.role == .loss && name == "loss") }
        guard let tensor = found else {
            throw RuntimeError.unknown(
                "result of plan \"\(bound.info.name)\"", name, valid: bound.outputs.map(\.name))
        }
        guard let current, current.plan == plan else {
            throw RuntimeError(
                "\"\(name)\" of plan \"\(bound.info.name)\" is gone or not there yet: read it after that plan ran, "
                    + "before inputs are written or another plan runs")
        }
        return (tensor, current.batch)
    }

    private func block(_ tensor: TensorInfo, sample: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: bases.pointer(tensor, sample: sample), count: tensor.elementCount)
    }
}
