/// What training does between runs of a plan: steps with sums of gradients, and moving averages.
extension Executor {
    /// The norm of all sums of gradients together, in Double; the same for any number of threads.
    /// - Throws: `RuntimeError` when the executor does not sum gradients.
    public func gradientNorm() throws -> Double { try gradientSums().norm(on: pool) }

    /// Has the next runs of a plan add their gradients to those sums: the first buffer, unless another one is said.
    /// - Throws: `RuntimeError` when the executor does not sum gradients, or has no such buffer.
    public func sum(_ plan: PlanHandle, in buffer: Int) throws { try bound(plan).add(to: sums(buffer), buffer: buffer) }

    /// Adds one buffer of sums to another.
    /// - Throws: as `sum`.
    public func addSums(of from: Int, to into: Int) throws {
        _ = try sums(into)
        try sums(from).add(from, to: into, on: pool)
    }

    /// A buffer's sums of gradients, for as long as the executor lives and no run adds to them.
    /// - Throws: as `sum`.
    public func summedGradients(_ buffer: Int) throws -> UnsafeMutableBufferPointer<Float> {
        try sums(buffer).floats(of: buffer)
    }

    private func sums(_ buffer: Int) throws -> GradientSums {
        let sums = try gradientSums()
        guard (0..<sums.buffers).contains(buffer) else {
            throw RuntimeError("there is no buffer \(buffer) of sums: \(sums.buffers) are allocated")
        }
        return sums
    }

    /// Takes the optimiser's step with the sums of gradients, times `scalars.gradientScale`. Results of the last run can
    /// still be read.
    /// - Throws: `RuntimeError` when the executor does not sum gradients.
    public func applyUpdates(scalars: StepScalars) throws {
        let sums = try gradientSums()
        context.set(scalars, batch: 0)
        parameters.parameters.kernelsWillWrite()
        sums.applyUpdates(on: pool)
    }

    /// Samples that runs of the plan `train` have left to `runDeferred`; 0 for models that leave nothing.
    public var deferredSamples: Int { deferred?.count ?? 0 }

    /// Makes the weight gradients that the runs of `train` since the last call have left. The optimiser takes its step with
    /// them at once, unless they are summed, where they count once: each run's have been counted `gradientWeight` times.
    /// Does nothing when nothing was left. Results of the last run cannot be read any more.
    /// - Throws: `RuntimeError` as `run` does.
    public func runDeferred(scalars: StepScalars) throws {
        guard let deferred, deferred.count > 0 else { return }
        current = nil
        var scalars = scalars
        scalars.gradientWeight = 1
        try run(PlanHandle(index: deferred.deferred), batch: deferred.release(into: bases), scalars: scalars)
    }

    /// Gives back to the system all memory that holds nothing between steps: activations, scratch, sums of gradients. The
    /// next run takes it again. Results of the last run cannot be read any more, and what it has left is forgotten.
    public func giveBackWorkingMemory() {
        current = nil
        bases.arena.giveBack()
        context.giveBackWorkspaces()
        sums?.giveBack()
        deferred?.giveBack()
    }

    /// Forgets what runs have left.
    public func dropDeferred() { deferred?.forget() }

    /// What keeps parts of that plan's runs; nil when nothing does.
    func keeping(_ plan: PlanHandle, batch: Int) throws -> DeferredInputs? {
        guard let deferred, deferred.train == plan.index else { return nil }
        try deferred.begin(batch: batch)
        return deferred
    }

    /// Moves the average of the parameters towards them, by `scalars.averageWeight`.
    /// - Throws: `RuntimeError` when the executor keeps no average.
    public func averageParameters(scalars: StepScalars) throws {
        guard let averaging else { throw RuntimeError("the executor was made without an average of the parameters") }
        context.set(scalars, batch: 0)
        averaging.run(on: pool)
    }

    private func gradientSums() throws -> GradientSums {
        guard let sums else { throw RuntimeError("the executor was made without sums of gradients") }
        return sums
    }
}
