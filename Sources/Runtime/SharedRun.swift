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

    /// Runs steps for all samples of the share at once, of a share without samples what needs none; and the steps of sums for one
    /// piece after the other, and adds up what they make.
    /// - Returns: where the sums lie in each buffer.
    func group(_ steps: [Int], _ sums: [SharedSchedule.Sum]) -> [Range<Int>] {
        let samples = share.samples
        let due = samples.isEmpty ? steps.filter { !bound.readsSamples($0) } : steps
        for step in due { bound.place(step, first: samples.lowerBound) }
        context.set(scalars, batch: max(1, samples.count), first: samples.lowerBound)
        var beside = due.map { (step: $0, samples: samples) }
        let sums = sums.filter { $0.updates.contains { bound.sum($0, in: self.sums) != nil } }
        let updates = sums.flatMap(\.updates)
        let places = updates.compactMap { bound.sum($0, in: self.sums) }
        for piece in sums.isEmpty ? [] : share.pieces {
            if piece.samples.isEmpty {
                clear(places, piece)
            } else {
                context.setSums(piece.samples)
                for stage in 0..<(sums.map(\.steps.count).max() ?? 0) {
                    let rows = sums.filter { stage < $0.steps.count }.map { $0.steps[stage] }
                    for row in rows { bound.place(row, first: piece.samples.lowerBound, apart: schedule.places) }
                    run(beside + rows.map { ($0, piece.samples) })
                    beside = []
                }
                add(updates, piece)
            }
            addUp(places, piece)
        }
        run(beside)
        return places
    }

    /// Runs a step for the whole batch.
    func batch(_ step: Int) {
        bound.place(step, first: 0)
        context.set(scalars, batch: share.batch)
        run([(step, 0..<share.batch)])
    }

    /// Counts a gradient that all samples make together.
    func whole(_ step: Int) -> Range<Int>? {
        guard let place = bound.sum(step, in: sums) else { return nil }
        for piece in share.pieces {
            if piece.countsWhole { add([step], piece) } else { clear([place], piece) }
            addUp([place], piece)
        }
        return place
    }

    /// Adds gradients to the piece's sums.
    private func add(_ updates: [Int], _ piece: BatchShare.Piece) {
        let due = updates.filter { bound.sum($0, in: sums) != nil }
        for step in due {
            bound.place(step, first: 0, apart: schedule.places)
            bound.add(to: sums, buffer: piece.buffer, step: step)
        }
        run(due.map { ($0, 0..<0) })
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

    /// Runs steps at the same time, each for as many samples, and looks at what they make.
    private func run(_ steps: [(step: Int, samples: Range<Int>)]) {
        guard !steps.isEmpty else { return }
        withUnsafeTemporaryAllocation(of: unetc_job.self, capacity: steps.count) { jobs in
            for (place, (index, samples)) in steps.enumerated() {
                let step = bound.steps[index]
                jobs[place] = unetc_job(
                    kernel: step.kernel, calls: step.calls,
                    count: Int64(step.tasksPerSample * samples.count + step.fixedTasks),
                    weight: max(step.taskWeight, .leastNormalMagnitude),
                    intervals: intervals.map { $0.base + index * $0.threads })
            }
            pool.run(UnsafeBufferPointer(jobs))
        }
        for (step, samples) in steps { look(step, samples) }
    }
}
