import Runtime

/// Steps of training.
extension Net {
    /// What a step saw.
    struct StepResult: Hashable, Sendable {
        /// Of all its samples, before the step.
        var loss: Double
        /// Of all gradients together, before clipping; nil when it was not asked for.
        var gradientNorm: Double?

        var isFinite: Bool { loss.isFinite && gradientNorm?.isFinite ?? true }
    }

    /// One step of the optimiser on batches of at most the batch capacity each; a net that does not sum gradients takes
    /// one batch alone. Samples weigh the same, in whichever batch they are.
    ///
    /// With sums of gradients nothing is updated when a loss or the norm is no finite number.
    /// - Throws: `RuntimeError`; `TrainerError` for a net that is not made for training.
    func step(_ batches: [Batch], settings: StepSettings, scalars: StepScalars) throws -> StepResult {
        guard let training else { throw Self.noLoss(model) }
        let samples = batches.reduce(0) { $0 + $1.pictures.count }
        var loss = 0.0
        for (place, batch) in batches.enumerated() {
            var part = scalars
            let share = Double(batch.pictures.count) / Double(samples)
            if settings.extras.sumsGradients {
                // What is random must differ between the batches of a step.
                part.step = (scalars.step - 1) * settings.accumulate + place + 1
                part.gradientWeight = share
                part.keepsGradients = place > 0
            }
            try write(batch, training)
            try executor.run(training, batch: batch.pictures.count, scalars: part)
            let partLoss = Double(try executor.loss(training))
            loss = batches.count == 1 ? partLoss : loss + partLoss * share
        }
        var result = StepResult(loss: loss)
        if settings.extras.sumsGradients { try update(&result, settings, scalars) }
        if settings.ema != nil && result.isFinite {
            var average = scalars
            average.averageWeight = settings.averageWeight(step: scalars.step)
            try executor.averageParameters(scalars: average)
        }
        return result
    }

    /// Takes the step with the sums of gradients, scaled as PyTorch's `clip_grad_norm_` does.
    private func update(_ result: inout StepResult, _ settings: StepSettings, _ scalars: StepScalars) throws {
        var scalars = scalars
        if let clip = settings.clip {
            let norm = try executor.gradientNorm()
            result.gradientNorm = norm
            scalars.gradientScale = min(1, clip / (norm + 1e-6))
        }
        if result.isFinite { try executor.applyUpdates(scalars: scalars) }
    }

    /// Lets `body` use the average of the parameters in their place, where there is one.
    func withAverage<Result>(_ body: () throws -> Result) rethrows -> Result {
        parameters.exchangeAverage()
        defer { parameters.exchangeAverage() }
        return try body()
    }
}
