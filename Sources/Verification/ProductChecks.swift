import Runtime

/// OpenBLAS, where the model calls it.
struct ProductChecks {
    let subject: Subject

    func run() throws -> Finding {
        var finding = Finding()
        guard subject.compiled.usesGemm else {
            finding.detail = "no step calls it"
            return finding
        }
        finding.count = 1
        do {
            try subject.model.prepare()
        } catch let error as RuntimeError {
            finding.faults.append(VerificationFault(step: "openblas", kernel: openBLASKernel(), message: error.message))
        }
        finding.detail = "its product of two small matrices; it runs its kernels for \(openBLASKernel() ?? "?")"
        return finding
    }
}
