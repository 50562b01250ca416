import Emission
import GraphIR
import Runtime

/// Every kernel of every plan, at its real shape, against the oracle.
struct KernelChecks {
    let subject: Subject

    func run() throws -> Finding {
        var finding = Finding()
        var seen: Set<String> = []
        var (values, sampled) = (0, 0)
        var worst = (share: 0.0, name: "")
        for (plan, lowered) in subject.plans {
            let trial = try StepTrial(subject, plan: plan)
            for id in lowered.plan.steps where lowered.graph[id].op != .update {
                let steps = trial.steps(of: id)
                let functions = steps.compactMap { subject.compiled.kernels[plan][$0]?.function }
                // Plans share most of their kernels.
                guard seen.insert(functions.joined(separator: " ")).inserted else { continue }
                let comparison = try trial.compare(id)
                finding.count += functions.count
                values += comparison.count
                sampled += comparison.isSampled ? 1 : 0
                if comparison.worst > worst.share { worst = (comparison.worst, lowered.graph[id].name) }
                if let message = comparison.message, let step = steps.last {
                    finding.faults.append(fault(plan: plan, steps: steps, last: step, message))
                }
            }
        }
        finding.worst = worst.share
        finding.detail =
            "kernels at their real shapes on random operands, \(values) values (\(sampled) convolutions by samples)"
            + (worst.name.isEmpty ? "" : "; nearest its bound: \(worst.name)")
        return finding
    }

    /// Of a value that several kernels make the last one is named, and the others with it.
    private func fault(plan: Int, steps: [Int], last: Int, _ message: String) -> VerificationFault {
        let others = steps.dropLast().compactMap { subject.compiled.kernels[plan][$0]?.function }
        let note = others.isEmpty ? "" : "; it works on what \(others.joined(separator: ", ")) made"
        return subject.fault(plan: plan, step: last, message + note)
    }
}
