import Kernels

/// What a trial of OpenBLAS found, and what that means.
struct OpenBLASCheck {
    /// What the trial program prints.
    struct Trial: Hashable {
        var version: String
        /// The processor whose kernels run.
        var kernel: String
        /// Of a product on one thread.
        var gigaflops: Double
        /// Whether a product of two small matrices is what it must be.
        var isRight: Bool

        init(version: String, kernel: String, gigaflops: Double, isRight: Bool) {
            self.version = version
            self.kernel = kernel
            self.gigaflops = gigaflops
            self.isRight = isRight
        }

        /// - Parameter output: four lines: version, kernel, GFLOP/s, `right` or `wrong`.
        init?(output: String) {
            let lines = output.split(separator: "\n").map(String.init)
            guard lines.count == 4, let gigaflops = Double(lines[2]) else { return nil }
            self.init(version: lines[0], kernel: lines[1], gigaflops: gigaflops, isRight: lines[3] == "right")
        }

        /// Floats of the vectors that its kernels use; nil for a name that is not known here.
        var vectorWidth: Int? {
            switch kernel.lowercased() {
            case "skylakex", "cooperlake", "sapphirerapids": 16
            case "haswell", "zen", "sandybridge", "bulldozer", "piledriver", "steamroller", "excavator": 8
            case "prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "nano", "katmai", "coppermine",
                "northwood",
                "banias", "opteron", "opteron_sse3", "athlon", "barcelona", "bobcat", "generic":
                4
            default: nil
            }
        }
    }

    var target: Target
    /// `OPENBLAS_CORETYPE`, as it is set; nil where it is not.
    var coreType: String?

    /// The value of `OPENBLAS_CORETYPE` that asks for kernels as wide as the target's vectors; nil for none.
    var remedy: String? {
        switch target.vectorWidth {
        case 16: "SkylakeX"
        case 8...: "Haswell"
        default: nil
        }
    }

    /// Whether the kernels leave a part of the vectors unused.
    func isNarrow(_ trial: Trial) -> Bool { trial.vectorWidth.map { $0 < target.vectorWidth } ?? false }

    /// What it means.
    /// - Parameter remedied: the same trial with `remedy`; nil where it was not tried, or did not end well.
    func judgement(_ trial: Trial, remedied: Trial?) -> HealthCheck {
        let text = "\(trial.version), kernel \(trial.kernel), \(Self.speed(trial)) on one thread"
        guard trial.isRight else {
            return HealthCheck(
                "openblas", .error, text + ", and its product of two small matrices is wrong",
                advice: coreType == nil
                    ? "set OPENBLAS_CORETYPE=Haswell, or install a newer libopenblas"
                    : "unset OPENBLAS_CORETYPE, or install a newer libopenblas")
        }
        guard isNarrow(trial), let width = trial.vectorWidth else { return HealthCheck("openblas", text) }
        let fault = text + ", which uses \(width) of the \(target.vectorWidth) floats of the processor's vectors"
        return HealthCheck("openblas", .warning, fault, advice: advice(trial, remedied: remedied))
    }

    private func advice(_ trial: Trial, remedied: Trial?) -> String {
        let scope = "nets whose plan has a step with gemm are slower for it"
        if coreType != nil { return "unset OPENBLAS_CORETYPE; " + scope }
        guard let remedy, let remedied, remedied.isRight, remedied.gigaflops > 1.2 * trial.gigaflops else {
            return "it takes this processor for an older one; a newer libopenblas may know it; " + scope
        }
        return "it takes this processor for an older one: export OPENBLAS_CORETYPE=\(remedy), which gives "
            + "\(Self.speed(remedied)) here; " + scope
    }

    private static func speed(_ trial: Trial) -> String { "\(Int(trial.gigaflops.rounded())) GFLOP/s" }
}
