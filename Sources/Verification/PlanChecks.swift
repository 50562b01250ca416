import Driver
import Emission
import MemoryPlanning
import Runtime

/// Checks of plans: places, poison, threads.
struct PlanChecks {
    let subject: Subject

    /// The verifiers of plans, preparations and kernels, once more.
    func places() throws -> Finding {
        var finding = Finding()
        var values = 0
        for (_, lowered) in subject.plans {
            finding.count += lowered.steps.count
            values += lowered.tensors.count
            let violations = verifyPlan(lowered.plan) + lowered.preparationViolations()
            finding.faults += violations.map {
                VerificationFault(step: $0.step, message: "plan \(lowered.name): \($0.message)")
            }
            finding.faults += lowered.kernelViolations().map {
                VerificationFault(step: lowered.name, message: $0.description)
            }
        }
        finding.detail =
            "steps of \(subject.plans.count) plans, \(values) tensors: lifetimes, places, bounds of every access"
        return finding
    }

    /// A run with poison in all memory that holds no value is clean and gives the same bits.
    func poison() throws -> Finding {
        var finding = Finding()
        for (plan, lowered) in subject.plans {
            let plain = try subject.run(plan) { try $0.runFingerprinted($1, batch: subject.batch, scalars: $2) }
            let poisoned = try subject.run(plan) { try $0.runPoisoned($1, batch: subject.batch, scalars: $2) }
            finding.count += lowered.steps.count
            if let fault = poisoned.fault {
                finding.faults.append(self.fault(fault, plan: plan))
            } else if let step = firstDifference(plain, poisoned.fingerprints) {
                finding.faults.append(
                    subject.fault(plan: plan, step: step, "gives other bits where memory without a value holds NaN"))
            }
        }
        finding.detail = "steps with NaN in all memory that holds no value; results of the same bits"
        return finding
    }

    private func fault(_ fault: MemoryFault, plan: Int) -> VerificationFault {
        guard let step = model(plan).steps.firstIndex(where: { $0 == fault.step }) else {
            return VerificationFault(step: fault.tensor, message: fault.description)
        }
        return subject.fault(plan: plan, step: step, fault.description)
    }

    /// One thread, as many as are to be used, and more than there are tasks in many steps give the same bits at each step.
    func threads() throws -> Finding { try threads(Set([3, max(2, subject.threads), 64]).sorted()) }

    /// One thread and each of these numbers of threads give the same bits at each step.
    func threads(_ counts: [Int]) throws -> Finding {
        var finding = Finding()
        for (plan, lowered) in subject.plans {
            let one = try subject.run(plan, threads: 1) {
                try $0.runFingerprinted($1, batch: subject.batch, scalars: $2)
            }
            finding.count += lowered.steps.count
            for several in counts {
                let many = try subject.run(plan, threads: several) {
                    try $0.runFingerprinted($1, batch: subject.batch, scalars: $2)
                }
                if let step = firstDifference(one, many) {
                    finding.faults.append(
                        subject.fault(plan: plan, step: step, "gives other bits on \(several) threads than on one"))
                }
            }
        }
        finding.detail =
            "steps, 1 thread against \(counts.map(String.init).joined(separator: ", ")), bit for bit"
        return finding
    }

    private func model(_ plan: Int) -> PlanInfo { subject.model.plans[plan] }

    private func firstDifference(_ a: StepFingerprints, _ b: StepFingerprints) -> Int? {
        zip(a.values, b.values).enumerated().first { $1.0 != $1.1 }?.offset
    }
}

/// What a check has found.
struct Finding {
    var count = 0
    var detail = ""
    var worst: Double?
    var faults: [VerificationFault] = []
}
