/// What training does between runs of a plan: steps with sums of gradients, and moving averages.
extension Executor {
    /// The norm of all sums of gradients together, in Double; the same for any number of threads.
    /// - Throws: `RuntimeError` when the executor does not sum gradients.
    public func gradientNorm() throws -> Double { try gradientSums().norm(on: pool) }

    /// Takes the optimiser's step with the sums of gradients, times `scalars.gradientScale`. Results of the last run can
    /// still be read.
    /// - Throws: `RuntimeError` when the executor does not sum gradients.
    public func applyUpdates(scalars: StepScalars) throws {
        let sums = try gradientSums()
        context.scalars.pointee = scalars.abi(batch: 0)
        parameters.parameters.kernelsWillWrite()
        sums.applyUpdates(on: pool)
    }

    /// Moves the average of the parameters towards them, by `scalars.averageWeight`.
    /// - Throws: `RuntimeError` when the executor keeps no average.
    public func averageParameters(scalars: StepScalars) throws {
        guard let averaging else { throw RuntimeError("the executor was made without an average of the parameters") }
        context.scalars.pointee = scalars.abi(batch: 0)
        averaging.run(on: pool)
    }

    private func gradientSums() throws -> GradientSums {
        guard let sums else { throw RuntimeError("the executor was made without sums of gradients") }
        return sums
    }
}
