import ModelABI
import ThreadPool

/// The steps of one run on a share of a batch.
struct SharedRun {
    let bound: BoundPlan
    let schedule: SharedSchedule
    let sums: GradientSums
    let share: BatchShare
    let scalars: StepScalars
    let context: CallContext
    let pool: WorkerPool
    let intervals: (base: UnsafeMutablePointer<unetc_interval>, threads: Int)?
    let look: (Int, Range<Int>) -> Void

    /// Runs steps for all samples of the share at once; of a share without samples what needs none.
    func samples(_ steps: [Int]) {
        let samples = share.samples
        let due = samples.isEmpty ? steps.filter { !bound.readsSamples($0) } : steps
        for step in due { bound.place(step, first: samples.lowerBound) }
        context.set(scalars, batch: max(1, samples.count), first: samples.lowerBound)
        run(due, batch: samples.count)
        for step in due { look(step, samples) }
    }

    /// Runs a step for the whole batch.
    func batch(_ step: Int) {
        bound.place(step, first: 0)
        context.set(scalars, batch: share.batch)
        run([step], batch: share.batch)
        look(step, 0..<share.batch)
    }

    /// Runs the steps of a sum for each piece, and adds up what they make.
    /// - Returns: where the sums lie in each buffer.
    func sum(_ sum: SharedSchedule.Sum) -> [Range<Int>] {
        let places = sum.updates.compactMap { bound.sum($0, in: sums) }
        guard !places.isEmpty else { return [] }
        for piece in share.pieces {
            if piece.samples.isEmpty {
                clear(places, piece)
            } else {
                for step in sum.steps {
                    bound.place(step, first: piece.samples.lowerBound, apart: schedule.places)
                    context.set(scalars, batch: piece.samples.count, first: piece.samples.lowerBound)
                    run([step], batch: piece.samples.count)
                    look(step, piece.samples)
                }
                for step in sum.updates { add(step, piece) }
            }
            addUp(places, piece)
        }
        return places
    }

    /// Counts a gradient that all samples make together.
    func whole(_ step: Int) -> Range<Int>? {
        guard let place = bound.sum(step, in: sums) else { return nil }
        for piece in share.pieces {
            if piece.countsWhole { add(step, piece) } else { clear([place], piece) }
            addUp([place], piece)
        }
        return place
    }

    /// Adds a gradient to the piece's sums.
    private func add(_ step: Int, _ piece: BatchShare.Piece) {
        guard bound.sum(step, in: sums) != nil else { return }
        bound.place(step, first: 0, apart: schedule.places)
        bound.add(to: sums, buffer: piece.buffer, step: step)
        context.set(scalars, batch: share.batch)
        run([step], batch: share.batch)
    }

    /// Nothing of a piece is nothing in its sums.
    private func clear(_ places: [Range<Int>], _ piece: BatchShare.Piece) {
        guard !scalars.keepsGradients else { return }
        for place in places { sums.clear(place, buffer: piece.buffer) }
    }

    private func addUp(_ places: [Range<Int>], _ piece: BatchShare.Piece) {
        for addition in piece.additions {
            for place in places { sums.add(place, of: addition.from, to: addition.into, on: pool) }
        }
    }

    private func run(_ steps: [Int], batch: Int) {
        withUnsafeTemporaryAllocation(of: unetc_job.self, capacity: max(1, steps.count)) { jobs in
            for (place, index) in steps.enumerated() {
                let step = bound.steps[index]
                jobs[place] = unetc_job(
                    kernel: step.kernel, calls: step.calls, count: Int64(step.tasksPerSample * batch + step.fixedTasks),
                    weight: max(step.taskWeight, .leastNormalMagnitude),
                    intervals: intervals.map { $0.base + index * $0.threads })
            }
            if !steps.isEmpty { pool.run(UnsafeBufferPointer(rebasing: jobs[..<steps.count])) }
        }
    }
}
