import DataSets
import Ranks
import Runtime
import TrainerSupport

/// Steps whose batches go through the nets of all processes at once, each with its share of the samples.
extension Net {
    /// Runs this process's share of each batch. Gradients are added up along the tree over all pieces; those of all processes
    /// while the backward pass goes on.
    /// - Throws: as `step`.
    func takeShares(
        of share: StepShare, _ run: PieceRun, _ scalars: StepScalars, word: UInt8, _ next: () throws -> Batch?
    ) throws -> StepResult {
        let sums = LocalSums(share.tree, own: share.own, keepsLeaves: share.keepsLeaves)
        let ranks = run.ranks.flatMap { $0.count > 1 ? $0 : nil }
        let underWay = try ranks.map {
            SumsUnderWay(
                share.exchange, try (0..<sums.count).map { try executor.summedGradients($0) }, in: $0,
                spans: run.spans)
        }
        run.trace?.begin()
        var result = StepResult(loss: 0)
        for number in share.sizes.indices {
            let batch = try agreed(word, run.ranks, &result) {
                share.own.allSatisfy { share.sizes[number][$0] == 0 }
                    ? nil : try run.spans.measure(.wait) { try next() ?? { throw Interrupted() }() }
            }
            try take(batch, number, of: share, sums, run, scalars, underWay, &result)
        }
        run.trace?.finish()
        if let underWay { try run.spans.measure(.messages) { try underWay.finish() } }
        return result
    }

    /// What this process has read, once all of them have what they need: who waits for others in the midst of a run must know
    /// that they come.
    private func agreed(
        _ word: UInt8, _ ranks: RankGroup?, _ result: inout StepResult, _ read: () throws -> Batch?
    ) throws -> Batch? {
        guard let ranks else { return try read() }
        var word = word
        var batch: Batch?
        do { batch = try read() } catch is Interrupted { word = Self.abandoned }
        result.word = max(result.word, try ranks.gather([word]).compactMap(\.first).max() ?? 0)
        if result.word == Self.abandoned { throw Interrupted() }
        return batch
    }

    /// Runs the share of a batch.
    private func take(
        _ batch: Batch?, _ number: Int, of share: StepShare, _ sums: LocalSums, _ run: PieceRun,
        _ scalars: StepScalars, _ underWay: SumsUnderWay?, _ result: inout StepResult
    ) throws {
        let samples = share.samples(batch: number)
        let count = samples.last?.upperBound ?? 0
        let isLast = number == share.sizes.count - 1
        let part = BatchShare(
            batch: count,
            pieces: share.own.map { leaf in
                BatchShare.Piece(
                    samples: samples[leaf], countsWhole: leaf == 0, buffer: sums.buffer(of: leaf),
                    additions: isLast ? sums.additions(after: leaf).map { ($0.from, $0.into) } : [])
            })
        var scalars = scalars
        let label = scalars.step
        scalars.step = (scalars.step - 1) * share.sizes.count + number + 1
        scalars.gradientWeight = Double(count) / Double(share.samples)
        scalars.keepsGradients = number > 0
        if let batch {
            try run.spans.measure(.feed) { try write(batch, run.plan, first: part.samples.lowerBound) }
        }
        let owned = share.owned(batch: number)
        let others = Executor.Others(
            join: { shared in
                run.trace?.joined(count * shared.stride)
                guard let ranks = run.ranks else { return }
                let memory = UnsafeMutableRawBufferPointer(start: shared.base, count: count * shared.stride)
                try run.spans.measure(.messages) {
                    try ranks.join(
                        memory,
                        owned: owned.map { $0.lowerBound * shared.stride..<$0.upperBound * shared.stride },
                        spans: run.spans)
                }
            },
            summed: {
                guard isLast else { return }
                run.trace?.made($0)
                underWay?.add($0)
            })
        switch run.look {
        case .none:
            try executor.run(run.plan, share: part, scalars: scalars, others, label: label, in: run.recorder)
        case .values:
            let broken = try executor.runWatched(run.plan, share: part, scalars: scalars, others)
            result.broken = result.broken ?? broken
        case .memory:
            throw TrainerError(
                "memory is not checked while a batch is cut into micro-batches", hint: "use --micro-batches 1")
        }
        share.count(Double(try executor.loss(run.plan)), of: count, in: &result)
    }
}
