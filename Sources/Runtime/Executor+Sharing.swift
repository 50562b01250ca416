import ModelABI
import ThreadPool

/// Running a plan on a share of a batch.
extension Executor {
    /// What those have to do with a run who have the rest of its batch.
    public struct Others {
        /// Fills in what they have of their samples.
        public var join: (SharedSamples) throws -> Void
        /// Told the place, in each buffer, of a parameter's sums that are all made here and added up.
        public var summed: (Range<Int>) throws -> Void

        public init(
            join: @escaping (SharedSamples) throws -> Void, summed: @escaping (Range<Int>) throws -> Void = { _ in }
        ) {
            self.join = join
            self.summed = summed
        }
    }

    /// Runs the steps on some of a batch's samples, whose inputs have been written at their numbers in the batch. Results of
    /// samples are there of these alone, what the whole batch makes is there as a run on all of it makes it.
    ///
    /// Gradients of each piece are added to the sums in its buffer, those of a batch's pieces together as of a run on all of it.
    /// - Parameters:
    ///   - label: what the run is called in the recorder.
    ///   - recorder: notes when each thread worked on each step, of a sum on its last piece; when it is full, nothing.
    /// - Throws: `RuntimeError` when the batch does not fit or the plan cannot be shared out, and what `others` throw.
    public func run(
        _ plan: PlanHandle, share: BatchShare, scalars: StepScalars, _ others: Others, label: Int = 0,
        in recorder: RunRecorder? = nil
    ) throws {
        let intervals = try recorder?.intervals(label: label, batch: share.samples.count, plan, self)
        try run(plan, share, scalars, others, intervals) { _, _ in }
    }

    /// Runs like the other form and computes the same, but looks at what each step makes.
    /// - Returns: the first result that holds an infinite value or NaN; nil when there is none.
    public func runWatched(
        _ plan: PlanHandle, share: BatchShare, scalars: StepScalars, _ others: Others
    ) throws -> BrokenValue? {
        let bound = try bound(plan)
        var broken: BrokenValue?
        try run(plan, share, scalars, others, nil) { step, samples in
            guard broken == nil, let tensor = bound.results[step],
                let value = self.firstBroken(tensor, samples: samples, at: bound.sharedResult(step))
            else { return }
            broken = BrokenValue(step: bound.info.steps[step], tensor: tensor.name, value: value)
        }
        return broken
    }

    /// - Parameter look: called behind each step, with the samples that it was run for; of a sum behind each piece.
    private func run(
        _ plan: PlanHandle, _ share: BatchShare, _ scalars: StepScalars, _ others: Others,
        _ intervals: UnsafeMutablePointer<unetc_interval>?, _ look: @escaping (Int, Range<Int>) -> Void
    ) throws {
        let bound = try bound(plan)
        guard let sums, let schedule = bound.sharing else {
            throw RuntimeError(
                "a batch cannot be shared out: \(model.obstacleToSharing ?? "the executor was not made for it")")
        }
        _ = try begin(plan, batch: share.batch, scalars: scalars)
        let run = SharedRun(
            bound: bound, schedule: schedule, sums: sums, share: share, scalars: scalars, context: context, pool: pool,
            intervals: intervals.map { (base: $0, threads: threads) }, look: look)
        defer { bound.placeWhole(sums) }
        for unit in schedule.units {
            switch unit {
            case .group(let steps, let sums):
                try run.group(steps, sums.map { schedule.sums[$0] }).forEach(others.summed)
            case .batch(let step):
                for samples in bound.joinedSamples(step) { try others.join(samples) }
                run.batch(step)
            case .update(let step): try run.whole(step).map(others.summed)
            }
        }
        current = (plan, share.batch)
    }
}
