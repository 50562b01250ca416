/// The first value of a run that is no number.
public struct BrokenValue: Hashable, Sendable {
    /// The step that made it.
    public var step: StepInfo
    /// The tensor that holds it.
    public var tensor: String
    /// Infinite or NaN.
    public var value: Float
}

/// Running with a look at every result, for finding where numbers go bad.
extension Executor {
    /// Runs like `run` and computes the same, but looks at the result of each step behind it.
    ///
    /// Takes up to twice the time. Of a step with several results the first one is looked at; the others are read by
    /// later steps, whose results then show it.
    /// - Returns: the first result that holds an infinite value or NaN; nil when there is none.
    /// - Throws: `RuntimeError` as `run` does.
    public func runWatched(
        _ plan: PlanHandle, batch: Int, scalars: StepScalars = StepScalars()
    ) throws -> BrokenValue? {
        let results = try bound(plan).results
        let steps = model.plans[plan.index].steps
        var broken: BrokenValue?
        try run(plan, batch: batch, scalars: scalars) { index in
            guard broken == nil, let tensor = results[index] else { return }
            broken = firstBroken(tensor, batch: batch).map {
                BrokenValue(step: steps[index], tensor: tensor.name, value: $0)
            }
        }
        return broken
    }

    /// The first value, of the samples of a run, that is no finite number.
    func firstBroken(_ tensor: TensorInfo, batch: Int) -> Float? { firstBroken(tensor, samples: 0..<batch) }

    /// - Parameter address: where a tensor lies that is not batched, if it is not where the plan has it.
    func firstBroken(_ tensor: TensorInfo, samples: Range<Int>, at address: UnsafeMutableRawPointer? = nil) -> Float? {
        for sample in tensor.isBatched ? samples : 0..<1 {
            let broken = bases.withValues(tensor, sample: sample, at: address) { values -> Float? in
                // A sum finds out at the speed of memory: a value that is no number makes it none.
                values.reduce(0, { $0 + $1 * 0 }).isFinite ? nil : values.first { !$0.isFinite }
            }
            if let broken { return broken }
        }
        return nil
    }
}
