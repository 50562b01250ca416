import Base
import Driver
import Emission

/// What `unetc compile` says when it is done: what there is, how long it took, what it will take, and what to do next.
struct CompileSummary {
    var compiled: CompiledModel
    var target: String
    /// Whether plans for tiles were asked for by default and could not be made.
    var lacksTiles: Bool
    /// What a budget of memory has come to; nil without one.
    var budget: String?
    var seconds: (all: Double, compiler: Double)

    var lines: [String] {
        [
            ("built", built), ("plans", plans),
            (
                "time",
                "\(Text.fixed(seconds.all, 1)) s, of them the compiler of kernels \(Text.fixed(seconds.compiler, 1)) s"
            ),
            ("memory", budget ?? memory), ("next", next),
        ].map { label, text in label + String(repeating: " ", count: 8 - label.count) + text }
    }

    private var built: String {
        guard let plan = compiled.plans.first else { return compiled.product }
        let elements = plan.graph.parameters.reduce(0) { $0 + plan.graph[$1].type.elementCount }
        let kernels = Set(compiled.kernels.joined().compactMap { $0?.function }).count
        return "\(compiled.product): \(Text.grouped(elements)) parameters, \(kernels) kernels for \(target)"
    }

    private var plans: String {
        let names = compiled.plans.map(\.name).joined(separator: ", ")
        return "\(names), batch \(compiled.plans.first?.plan.batchCapacity ?? 0)"
            + (lacksTiles ? "; no tiles (--verbose says why)" : "")
    }

    /// Of the arena alone: what a run takes besides depends on data and flags, and `trainer info` knows it.
    private var memory: String {
        let known: [(LoweredPlan.Kind, String)] = [(.train, "training"), (.infer, "prediction")]
        let parts = known.compactMap { kind, name in
            compiled.plans.first { $0.kind == kind }.map { "\(name) \(Text.bytes($0.plan.arenaBytes))" }
        }
        let parameters = Text.bytes(compiled.plans.first?.plan.parameterBytes ?? 0)
        return "values of \(parts.joined(separator: ", of ")); parameters \(parameters)"
    }

    private var next: String {
        let product = compiled.product.hasPrefix("/") ? compiled.product : "./" + compiled.product
        return compiled.plans.contains { $0.kind == .train }
            ? "\(product) train --data DIR --out runs/first" : "\(product) info"
    }
}
