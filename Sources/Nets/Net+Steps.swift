import DataSets
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

    /// What a step saw.
    package struct StepResult: Sendable {
        /// Of all its samples, before the step.
        package var loss: Double
        /// Of all gradients together, before clipping; nil when it was not asked for.
        var gradientNorm: Double?

        /// The first result that is no number, of a watched step.
        package var broken: BrokenValue?

        /// What is no number; nil when all is well.
        package var fault: String? {
            if !loss.isFinite { return "the loss became \(loss.isNaN ? "nan" : "\(loss)")" }
            guard let gradientNorm, !gradientNorm.isFinite else { return nil }
            return "the norm of the gradients became \(gradientNorm.isNaN ? "nan" : "\(gradientNorm)")"
        }
    }

    /// One step of the optimiser on batches of at most the batch capacity each; a net that does not sum gradients takes
    /// one batch alone. Samples weigh the same, in whichever batch they are.
    ///
    /// With sums of gradients the optimiser does nothing when a loss or the norm is no finite number.
    /// - Parameters:
    ///   - sizes: samples of the batches.
    ///   - look: looks at every result, which takes longer and gives the same.
    ///   - spans: where it is noted what the thread does.
    ///   - recorder: where it is noted what the threads that run plans do.
    ///   - next: gives one batch after the other, so that the next is made while one is at work.
    /// - Throws: `RuntimeError`; `TrainerError` for a net that is not made for training.
    package func step(
        _ sizes: [Int], settings: StepSettings, scalars: StepScalars, look: Look = .none,
        spans: SpanRecorder? = nil, recorder: RunRecorder? = nil, next: () throws -> Batch?
    ) throws -> StepResult {
        guard let training else { throw Self.noLoss(model) }
        let samples = sizes.reduce(0, +)
        var result = StepResult(loss: 0)
        var deferrals = 0
        for (place, size) in sizes.enumerated() {
            guard let batch = try spans.measure(.wait, { try next() }) else { break }
            var part = scalars
            let share = Double(size) / Double(samples)
            if settings.extras.sumsGradients {
                // What is random must differ between the batches of a step.
                part.step = (scalars.step - 1) * settings.runs + place + 1
                part.gradientWeight = share
                part.keepsGradients = place > 0
            }
            if let capacity = model.deferredCapacity, executor.deferredSamples + size > capacity {
                try makeDeferred(&deferrals, scalars, spans)
            }
            try spans.measure(.feed) { try write(batch, training) }
            switch look {
            case .none:
                if let recorder {
                    try executor.runRecorded(
                        training, batch: size, scalars: part, label: scalars.step, in: recorder)
                } else {
                    try executor.run(training, batch: size, scalars: part)
                }
            case .values:
                let broken = try executor.runWatched(training, batch: size, scalars: part)
                result.broken = result.broken ?? broken
            case .memory:
                let run = try executor.runPoisoned(training, batch: size, scalars: part)
                if let fault = run.fault { throw TrainerError("the memory of this step is not sound: \(fault)") }
            }
            let loss = Double(try executor.loss(training))
            result.loss = sizes.count == 1 ? loss : result.loss + loss * share
        }
        if settings.extras.sumsGradients && result.fault != nil {
            executor.dropDeferred()
        } else {
            try makeDeferred(&deferrals, scalars, spans)
        }
        if settings.extras.sumsGradients { try update(&result, settings, scalars, spans) }
        if settings.ema != nil && result.fault == nil {
            var average = scalars
            average.averageWeight = settings.averageWeight(step: scalars.step)
            try spans.measure(.average) { try executor.averageParameters(scalars: average) }
        }
        return result
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
