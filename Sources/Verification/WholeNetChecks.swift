import Driver
import Emission
import GraphIR
import Passes
import Runtime

/// The net as it is compiled against the same net with nothing fused, and every value in a place of its own.
struct WholeNetChecks {
    let subject: Subject

    /// Of the 2-norm of a result's difference, relative to that of the result. What is fused makes the bits that steps of its
    /// own would; companions sum in another order, which the layers behind carry on. In the bundled nets that is at most
    /// 3e-6.
    private static let tolerance = 1e-5
    /// The same, relative to the largest gradient: that of a bias in front of a normalisation is zero but for rounding.
    private static let floor = 1e-7

    /// As `tolerance`; of values that are stored with fewer bits one may be rounded the other way.
    private var tolerance: Double {
        let precision = subject.options.precision ?? subject.session.graph.training.precision
        let stored = Array(subject.options.elements.values) + [precision]
        return stored.reduce(Self.tolerance) { max($0, $1 == .float32 ? 0 : $1.roundingUnit) }
    }

    func run() throws -> Finding {
        var finding = Finding()
        var plain = subject.options
        plain.plans = [.gradients]
        plain.strategy = .naive
        plain.fuses = false
        // Companions and epilogues aside, the same algorithms: what is compared is fusion and planning.
        let naive = try Subject(subject.session, plain)
        guard let plan = subject.plan(.gradients) else { return finding }
        let expected = try results(naive, plan: 0)
        let found = try results(subject, plan: plan)
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
            let share = difference == 0 ? 0 : difference / max(tolerance * size, Self.floor * largest)
            finding.worst = max(finding.worst ?? 0, share.isNaN ? .infinity : share)
            if !(share <= 1) {
                finding.faults.append(
                    VerificationFault(
                        step: name,
                        message: "fused and planned it differs by \(difference) from unfused and unplanned, whose norm "
                            + "is \(size)"))
            }
        }
        finding.detail = "outputs, loss and gradients against a plan without fusion and shared memory, by their norms"
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
