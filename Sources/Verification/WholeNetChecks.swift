import Driver
import Emission
import GraphIR
import Passes
import Runtime
import Strategy

/// The net as it is compiled against the same net compiled in a plainer way: first with every value in a place of its own,
/// then with nothing fused.
struct WholeNetChecks {
    let subject: Subject

    // MARK: Placement

    /// Every plan against its steps in the graph's order, one after the other, nothing made again, and every value in a place
    /// of its own. A kernel's sums do not depend on where its operands lie, or on what runs beside it, so that each step makes
    /// the same bits, however values are stored.
    func placement() throws -> Finding {
        var finding = Finding()
        var options = subject.options
        options.strategy = .naive
        options.recomputation = .none
        options.plantedFault = nil
        let naive = try Subject(subject.session, options)
        for (plan, lowered) in subject.plans {
            guard let other = naive.plans.first(where: { $0.lowered.name == lowered.name })?.index else { continue }
            let (expected, found) = (try Run(naive, plan: other), try Run(subject, plan: plan))
            let shared = found.steps.indices.filter { expected.byStep[found.steps[$0].name] != nil }
            finding.count += shared.count + expected.results.count
            // What follows from a step's other bits has them as well.
            if let step = shared.first(where: { expected.byStep[found.steps[$0].name] != found.steps[$0].bits }) {
                finding.faults.append(
                    subject.fault(
                        plan: plan, step: step, "gives other bits than where every value has a place of its own"))
                continue
            }
            for name in expected.results.keys.sorted() where found.results[name] != expected.results[name] {
                finding.faults.append(
                    VerificationFault(
                        step: name,
                        message: "plan \(lowered.name): has other bits behind the last step than where every value "
                            + "has a place of its own"))
            }
        }
        finding.detail =
            "steps and results of \(subject.plans.count) plans against every value in a place of its own, bit for bit"
        return finding
    }

    /// The bits of what a plan has made.
    private struct Run {
        /// As each step ended, by names, which a plan has once.
        var steps: [(name: String, bits: UInt64)] = []
        var byStep: [String: UInt64] = [:]
        /// Behind the last step: outputs, loss, gradients, and parameters after an update.
        var results: [String: [UInt32]] = [:]

        init(_ subject: Subject, plan: Int) throws {
            let info = subject.model.plans[plan]
            try subject.run(plan) { executor, handle, scalars in
                let bits = try executor.runFingerprinted(handle, batch: subject.batch, scalars: scalars).values
                steps = zip(info.steps, bits).map { ($0.name, $1) }
                for output in info.outputs {
                    results[output.role == .loss ? "loss" : output.name] =
                        try executor.read(output.role == .loss ? "loss" : output.name, plan: handle).map(\.bitPattern)
                }
                guard info.updatesParameters else { return }
                for parameter in subject.model.parameters {
                    results["parameter \(parameter.name)"] =
                        try executor.parameters.values(of: parameter.name).map(\.bitPattern)
                }
            }
            byStep = Dictionary(steps.map { ($0.name, $0.bits) }) { first, _ in first }
        }
    }

    // MARK: Fusion

    /// Of the 2-norm of a result's difference, relative to that of the result. What is fused makes the bits that steps of its
    /// own would; companions sum in another order, which the layers behind carry on. In the bundled nets that is at most
    /// 3e-6.
    private static let tolerance = 1e-5
    /// The same, relative to the largest gradient: that of a bias in front of a normalisation is zero but for rounding.
    private static let floor = 1e-7

    /// The net against one with nothing fused, all values stored as 32-bit floats: with fewer bits, what steps of their own
    /// hand on is rounded where fused ones round nothing, and gates and the like make any difference of that.
    func fusion() throws -> Finding {
        var finding = Finding()
        var options = subject.options
        options.plans = [.gradients]
        options.precision = .float32
        options.elements = [:]
        let fused = subject.storesFloatsAlone ? subject : try Subject(subject.session, options)
        options.strategy = .naive
        options.fuses = false
        options.plantedFault = nil
        let plain = try Subject(subject.session, options)
        guard let plan = fused.plan(.gradients) else { return finding }
        let expected = try results(plain, plan: 0)
        let found = try results(fused, plan: plan)
        let largest = expected.filter { $0.name.hasPrefix("grad.") }.map { norm($0.values) }.max() ?? 0
        for (name, values) in expected {
            finding.count += 1
            guard let others = found.first(where: { $0.name == name })?.values, others.count == values.count else {
                finding.faults.append(
                    VerificationFault(step: name, message: "is a result of one of the two plans alone"))
                continue
            }
            let difference = norm(zip(values, others).map { $0 - $1 })
            let size = norm(values)
            // Of two results that are all zeros nothing differs.
            let share = difference == 0 ? 0 : difference / max(Self.tolerance * size, Self.floor * largest)
            finding.worst = max(finding.worst ?? 0, share.isNaN ? .infinity : share)
            if !(share <= 1) {
                finding.faults.append(
                    VerificationFault(
                        step: name,
                        message: "fused it differs by \(difference) from unfused, whose norm is \(size)"))
            }
        }
        finding.detail =
            "outputs, loss and gradients against a plan without fusion, by their norms"
            + (subject.storesFloatsAlone ? "" : "; both in 32-bit floats")
        return finding
    }

    private func results(_ subject: Subject, plan: Int) throws -> [(name: String, values: [Float])] {
        try subject.run(plan) { executor, handle, scalars in
            try executor.run(handle, batch: subject.batch, scalars: scalars)
            return try subject.model.plans[plan].outputs.map {
                ($0.role == .loss ? "loss" : $0.name, try executor.read($0.name, plan: handle))
            }
        }
    }

    private func norm(_ values: [Float]) -> Double {
        values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
}

extension Subject {
    /// Whether no value is stored with fewer bits.
    fileprivate var storesFloatsAlone: Bool {
        (options.precision ?? session.graph.training.precision) == .float32
            && options.elements.values.allSatisfy { $0 == .float32 }
    }
}
