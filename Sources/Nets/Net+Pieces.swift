import DataSets
import Ranks
import Runtime
import TrainerSupport

/// Steps whose pieces go through the net one after the other.
extension Net {
    /// Runs the pieces of a share, and adds up the gradients of all.
    /// - Throws: as `step`.
    func takePieces(
        of share: StepShare, _ run: PieceRun, _ scalars: StepScalars, word: UInt8, _ next: () throws -> Batch?
    ) throws -> StepResult {
        let sums = LocalSums(share.tree, own: share.own, keepsLeaves: share.keepsLeaves)
        var result = StepResult(loss: 0)
        var losses: [Double] = []
        var deferrals = 0
        var word = word
        do {
            for number in share.sizes.indices {
                for leaf in share.own {
                    losses.append(
                        try take(leaf, of: number, share, sums, run, scalars, next, &deferrals, &result))
                }
            }
        } catch is Interrupted where run.ranks != nil {
            // The others may be waiting for what this process would have said.
            word = Self.abandoned
        }
        try share.gather(losses, word, from: run.ranks, into: &result)
        if result.word == Self.abandoned { throw Interrupted() }
        if run.settings.extras.sumsGradients && result.fault != nil {
            executor.dropDeferred()
        } else {
            try makeDeferred(&deferrals, scalars, run.spans)
        }
        if let ranks = run.ranks, ranks.count > 1, result.fault == nil {
            try run.spans.measure(.messages) {
                try ranks.sum(share.exchange, (0..<sums.count).map { try executor.summedGradients($0) })
            }
        }
        return result
    }

    /// Runs a piece of a batch, and makes the sums that can be made then.
    /// - Returns: its loss.
    private func take(
        _ leaf: Int, of number: Int, _ share: StepShare, _ sums: LocalSums, _ run: PieceRun, _ scalars: StepScalars,
        _ next: () throws -> Batch?, _ deferrals: inout Int, _ result: inout StepResult
    ) throws -> Double {
        let sizes = share.sizes[number]
        let size = sizes[leaf]
        var part = scalars
        if run.settings.extras.sumsGradients {
            // What is random must differ between the runs of a step.
            part.step = (scalars.step - 1) * run.settings.runs + number * sizes.count + leaf + 1
            part.gradientWeight = Double(size) / Double(share.samples)
            part.keepsGradients = number > 0
            if run.settings.microBatches > 1 { try executor.sum(run.plan, in: sums.buffer(of: leaf)) }
        }
        var loss = 0.0
        if size > 0 {
            guard let batch = try run.spans.measure(.wait, { try next() }) else { throw Interrupted() }
            if let capacity = model.deferredCapacity, executor.deferredSamples + size > capacity {
                try makeDeferred(&deferrals, scalars, run.spans)
            }
            try take(batch, size, part, run, label: scalars.step, &result)
            loss = Double(try executor.loss(run.plan))
        } else if number == 0 {
            try executor.summedGradients(sums.buffer(of: leaf)).update(repeating: 0)
        }
        if number == share.sizes.count - 1 {
            for addition in sums.additions(after: leaf) {
                try run.spans.measure(.sums) { try executor.addSums(of: addition.from, to: addition.into) }
            }
        }
        return loss
    }

    /// Runs the plan on a piece.
    private func take(
        _ batch: Batch, _ size: Int, _ scalars: StepScalars, _ run: PieceRun, label: Int, _ result: inout StepResult
    ) throws {
        try run.spans.measure(.feed) { try write(batch, run.plan) }
        switch run.look {
        case .none:
            if let recorder = run.recorder {
                try executor.runRecorded(run.plan, batch: size, scalars: scalars, label: label, in: recorder)
            } else {
                try executor.run(run.plan, batch: size, scalars: scalars)
            }
        case .values:
            let broken = try executor.runWatched(run.plan, batch: size, scalars: scalars)
            result.broken = result.broken ?? broken
        case .memory:
            let poisoned = try executor.runPoisoned(run.plan, batch: size, scalars: scalars)
            if let fault = poisoned.fault { throw Self.unsound(fault) }
        }
    }

    static func unsound(_ fault: MemoryFault) -> TrainerError {
        TrainerError("the memory of this step is not sound: \(fault)")
    }

    /// Makes the gradients that runs of the step have left. The first time begins sums anew, further ones add to them.
    private func makeDeferred(_ times: inout Int, _ scalars: StepScalars, _ spans: SpanRecorder?) throws {
        var scalars = scalars
        scalars.keepsGradients = times > 0
        times += 1
        guard executor.deferredSamples > 0 else { return }
        try spans.measure(.deferred) { try executor.runDeferred(scalars: scalars) }
    }
}
