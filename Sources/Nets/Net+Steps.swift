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
    ///   - trace: notes when a share of the step has made what other processes need.
    ///   - next: gives one piece of this share after the other, so that the next is made while one is at work.
    /// - Throws: `RuntimeError`; `TrainerError` for a net that is not made for training; `RankLost`.
    package func step(
        _ share: StepShare, settings: StepSettings, scalars: StepScalars, look: Look = .none,
        spans: SpanRecorder? = nil, recorder: RunRecorder? = nil, ranks: RankGroup? = nil, word: UInt8 = 0,
        trace: ShareTrace? = nil, next: () throws -> Batch?
    ) throws -> StepResult {
        guard let training else { throw Self.noLoss(model) }
        let run = PieceRun(
            plan: training, settings: settings, look: look, spans: spans, recorder: recorder, ranks: ranks,
            trace: trace)
        var result =
            try share.isAtOnce
            ? takeShares(of: share, run, scalars, word: word, next)
            : takePieces(of: share, run, scalars, word: word, next)
        if settings.extras.sumsGradients { try update(&result, settings, scalars, spans) }
        if settings.ema != nil && result.fault == nil {
            var average = scalars
            average.averageWeight = settings.averageWeight(step: scalars.step)
            try spans.measure(.average) { try executor.averageParameters(scalars: average) }
        }
        return result
    }

    /// How the pieces of a step are run.
    struct PieceRun {
        var plan: PlanHandle
        var settings: StepSettings
        var look: Look
        var spans: SpanRecorder?
        var recorder: RunRecorder?
        var ranks: RankGroup?
        var trace: ShareTrace?
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
