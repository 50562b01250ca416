import DataSets
import Ranks
import Recipes
import Runtime
import TrainerSupport

/// Steps of training.
extension Net {
    /// What a step looks at on its way.
    package enum Look: Hashable, Sendable {
        case none
        /// Results that are no numbers.
        case values
        /// Memory that is used when it holds no value.
        case memory
    }

    /// The word of a process that gives a step up before it has changed anything.
    static let abandoned: UInt8 = .max

    /// What a step saw.
    package struct StepResult: Sendable {
        /// Of all its samples, before the step.
        package var loss: Double
        /// Of all gradients together, before clipping; nil when it was not asked for.
        var gradientNorm: Double?

        /// The first result that is no number, of a watched step.
        package var broken: BrokenValue?
        /// The largest word that a process had for the others.
        package var word: UInt8 = 0

        /// What is no number; nil when all is well.
        package var fault: String? {
            if !loss.isFinite { return "the loss became \(loss.isNaN ? "nan" : "\(loss)")" }
            guard let gradientNorm, !gradientNorm.isFinite else { return nil }
            return "the norm of the gradients became \(gradientNorm.isNaN ? "nan" : "\(gradientNorm)")"
        }
    }

    /// One step of the optimiser on pieces of batches of at most the batch capacity each; a net that does not sum gradients takes
    /// one batch alone. Samples weigh the same, in whichever piece they are.
    ///
    /// With sums of gradients the optimiser does nothing when a loss or the norm is no finite number.
    /// - Parameters:
    ///   - share: the samples of the step, and which of them are computed here.
    ///   - look: looks at every result, which takes longer and gives the same.
    ///   - spans: where it is noted what the thread does.
    ///   - recorder: where it is noted what the threads do that run plans.
    ///   - ranks: the processes that take the step together; nil for this one alone.
    ///   - word: what this one has to say to them.
    ///   - next: gives one piece of this share after the other, so that the next is made while one is at work.
    /// - Throws: `RuntimeError`; `TrainerError` for a net that is not made for training; `RankLost`.
    package func step(
        _ share: StepShare, settings: StepSettings, scalars: StepScalars, look: Look = .none,
        spans: SpanRecorder? = nil, recorder: RunRecorder? = nil, ranks: RankGroup? = nil, word: UInt8 = 0,
        next: () throws -> Batch?
    ) throws -> StepResult {
        guard let training else { throw Self.noLoss(model) }
        let run = PieceRun(plan: training, look: look, spans: spans, recorder: recorder)
        let sums = LocalSums(share.tree, own: share.own, keepsLeaves: share.keepsLeaves)
        var result = StepResult(loss: 0)
        var losses: [Double] = []
        var deferrals = 0
        var word = word
        do {
            try takePieces(of: share, sums, run, settings, scalars, next, &losses, &deferrals, &result)
        } catch is Interrupted where ranks != nil {
            // The others may be waiting for what this process would have said.
            word = Self.abandoned
        }
        try share.gather(losses, word, from: ranks, into: &result)
        if result.word == Self.abandoned { throw Interrupted() }
        if settings.extras.sumsGradients && result.fault != nil {
            executor.dropDeferred()
        } else {
            try makeDeferred(&deferrals, scalars, spans)
        }
        if let ranks, ranks.count > 1, result.fault == nil {
            try spans.measure(.messages) {
                try ranks.sum(share.exchange, (0..<sums.count).map { try executor.summedGradients($0) })
            }
        }
        if settings.extras.sumsGradients { try update(&result, settings, scalars, spans) }
        if settings.ema != nil && result.fault == nil {
            var average = scalars
            average.averageWeight = settings.averageWeight(step: scalars.step)
            try spans.measure(.average) { try executor.averageParameters(scalars: average) }
        }
        return result
    }

    /// Runs the pieces of this share, and adds up their gradients as far as they are here.
    private func takePieces(
        of share: StepShare, _ sums: LocalSums, _ run: PieceRun, _ settings: StepSettings, _ scalars: StepScalars,
        _ next: () throws -> Batch?, _ losses: inout [Double], _ deferrals: inout Int, _ result: inout StepResult
    ) throws {
        for (number, sizes) in share.sizes.enumerated() {
            for leaf in share.own {
                let size = sizes[leaf]
                var part = scalars
                if settings.extras.sumsGradients {
                    // What is random must differ between the runs of a step.
                    part.step = (scalars.step - 1) * settings.runs + number * sizes.count + leaf + 1
                    part.gradientWeight = Double(size) / Double(share.samples)
                    part.keepsGradients = number > 0
                    if settings.microBatches > 1 { try executor.sum(run.plan, in: sums.buffer(of: leaf)) }
                }
                if size > 0 {
                    guard let batch = try run.spans.measure(.wait, { try next() }) else { throw Interrupted() }
                    if let capacity = model.deferredCapacity, executor.deferredSamples + size > capacity {
                        try makeDeferred(&deferrals, scalars, run.spans)
                    }
                    try take(batch, size, part, run, label: scalars.step, &result)
                    losses.append(Double(try executor.loss(run.plan)))
                } else {
                    if number == 0 { try executor.summedGradients(sums.buffer(of: leaf)).update(repeating: 0) }
                    losses.append(0)
                }
                guard number == share.sizes.count - 1 else { continue }
                for addition in sums.additions(after: leaf) {
                    try run.spans.measure(.sums) { try executor.addSums(of: addition.from, to: addition.into) }
                }
            }
        }
    }

    /// How the pieces of a step are run.
    private struct PieceRun {
        var plan: PlanHandle
        var look: Look
        var spans: SpanRecorder?
        var recorder: RunRecorder?
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
            if let fault = poisoned.fault { throw TrainerError("the memory of this step is not sound: \(fault)") }
        }
    }

    /// Makes the gradients that runs of the step have left. The first time begins sums anew, further ones add to them.
    private func makeDeferred(_ times: inout Int, _ scalars: StepScalars, _ spans: SpanRecorder?) throws {
        var scalars = scalars
        scalars.keepsGradients = times > 0
        times += 1
        guard executor.deferredSamples > 0 else { return }
        try spans.measure(.deferred) { try executor.runDeferred(scalars: scalars) }
    }

    /// Takes the step with the sums of gradients, scaled as PyTorch's `clip_grad_norm_` does.
    private func update(
        _ result: inout StepResult, _ settings: StepSettings, _ scalars: StepScalars, _ spans: SpanRecorder?
    ) throws {
        var scalars = scalars
        if let clip = settings.clip {
            let norm = try spans.measure(.gradientNorm) { try executor.gradientNorm() }
            result.gradientNorm = norm
            scalars.gradientScale = min(1, clip / (norm + 1e-6))
        }
        if result.fault == nil {
            try spans.measure(.optimizer) { try executor.applyUpdates(scalars: scalars) }
        }
    }

    /// Lets `body` use the average of the parameters in their place, where there is one.
    package func withAverage<Result>(_ body: () throws -> Result) rethrows -> Result {
        parameters.exchangeAverage()
        defer { parameters.exchangeAverage() }
        return try body()
    }
}
