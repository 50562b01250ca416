import Base
import Recipes
import Runtime

/// Parameters that `--freeze` holds as they are although the model was compiled to train them, and what leaving them out of
/// the plan would save.
package struct HeldParameters {
    /// Names, of those that an optimizer would change.
    package let names: [String]
    /// Numbers in them.
    let count: Int
    /// The share of a step's work that makes their gradients.
    let work: Double
    /// Bytes of the optimizer's state.
    let state: Int
    /// Running means and variances that stay as they are, while training normalises by the batch.
    package let heldMoments: [String]

    /// nil when a model has been compiled without them, or nothing is frozen.
    /// - Throws: `RuntimeError` for a model without that optimizer.
    package init?(_ settings: TrainingSettings, of model: Model) throws {
        let frozen = settings.parameters.frozen
        guard let plan = model.plan(for: .train) else { return nil }
        let held = model.trainedParameters.filter { parameter in frozen.contains { $0.matches(parameter.name) } }
        heldMoments = model.parameters.filter { parameter in
            !parameter.kind.isTrained && frozen.contains { $0.matches(parameter.name) }
                && !settings.parameters.leftOut.contains { $0.matches(parameter.name) }
        }.map(\.name)
        guard !held.isEmpty || !heldMoments.isEmpty else { return nil }
        names = held.map(\.name)
        count = held.reduce(0) { $0 + $1.elementCount }
        let gradients = Set(names.map { "grad.\($0)" })
        let batch = plan.batchCapacity
        let all = plan.flops(batch: batch)
        work = plan.steps.reduce(0) { $0 + (gradients.contains($1.name) ? $1.flops(batch: batch) : 0) } / max(all, 1)
        let moments = model.optimizers.first { $0.name == settings.optimizer.kind.rawValue }?.moments ?? 0
        state = moments * held.reduce(0) { $0 + $1.bytes }
    }

    /// `--freeze encoder.* holds 62 parameters (21,284,672 numbers) still; …`; nil where it holds running moments alone.
    package func text(_ patterns: [NamePattern]) -> String? {
        guard !names.isEmpty else { return nil }
        let flags = patterns.freezeFlags
        return
            "\(flags) holds \(Text.count(names.count, "parameter")) (\(Text.grouped(count)) numbers) still; a trainer compiled with "
            + "it (unetc compile \(flags)) would take steps without at least \(Int(100 * work)) % of their work and without "
            + "\(Text.bytes(state)) of optimizer state"
    }

    /// Why a net that is trained so may be worse than its training looks; nil where nothing is normalised by the batch.
    package func warning(_ patterns: [NamePattern]) -> String? {
        guard let first = heldMoments.first else { return nil }
        let flags = patterns.freezeFlags
        return
            "\(Text.count(heldMoments.count, "running mean and variance", "running means and variances")), such as \(first), "
            + "stay as they are, and tests and predictions normalise by them; this trainer normalises by each batch while it "
            + "trains, so that the rest of the net learns from other maps than it will see. A trainer compiled with \(flags) "
            + "trains with the running ones"
    }
}
