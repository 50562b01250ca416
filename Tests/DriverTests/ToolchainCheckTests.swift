import Kernels
import Testing

@testable import Driver

/// What `unetc doctor` makes of trials and of the environment.
@Suite struct ToolchainCheckTests {
    private func trial(_ kernel: String, _ gigaflops: Double = 60, isRight: Bool = true) -> OpenBLASCheck.Trial {
        OpenBLASCheck.Trial(version: "0.3.21", kernel: kernel, gigaflops: gigaflops, isRight: isRight)
    }

    private func judged(
        _ kernel: String, on target: Target, coreType: String? = nil, remedied: OpenBLASCheck.Trial? = nil
    ) -> HealthCheck {
        OpenBLASCheck(target: target, coreType: coreType).judgement(trial(kernel), remedied: remedied)
    }

    @Test(arguments: [
        ("SkylakeX", Target.x86v4), ("Haswell", .x86v3), ("Zen", .x86v3), ("Prescott", .x86v1), ("NewLake", .x86v4),
    ])
    func kernelsThatFitAreFine(kernel: String, target: Target) {
        let check = judged(kernel, on: target)
        #expect(check.state == .fine && check.text == "0.3.21, kernel \(kernel), 60 GFLOP/s on one thread", "\(check)")
    }

    /// As it was seen on a machine with AVX-512, on which OpenBLAS 0.3.21 ran its kernels for SSE3.
    @Test func anOlderProcessorsKernelsHaveTheirRemedy() {
        let check = judged("Prescott", on: .x86v4, remedied: trial("SkylakeX", 180))
        #expect(check.state == .warning)
        #expect(check.text.hasSuffix("which uses 4 of the 16 floats of the processor's vectors"), "\(check.text)")
        #expect(
            check.advice?.contains("export OPENBLAS_CORETYPE=SkylakeX, which gives 180 GFLOP/s here") == true,
            "\(check)")
        let avx2 = judged("Nehalem", on: .x86v3, remedied: trial("Haswell", 100))
        #expect(avx2.advice?.contains("export OPENBLAS_CORETYPE=Haswell") == true, "\(avx2)")
    }

    @Test func aRemedyThatDoesNotHelpIsNotAdvised() {
        for remedied in [nil, trial("SkylakeX", 65), trial("SkylakeX", 180, isRight: false)] {
            let advice = judged("Haswell", on: .x86v4, remedied: remedied).advice
            #expect(
                advice?.contains("a newer libopenblas") == true && advice?.contains("export") == false,
                "\(advice ?? "")")
        }
    }

    @Test func kernelsThatWereAskedForAreTheUsersDoing() {
        #expect(judged("Haswell", on: .x86v4, coreType: "Haswell").advice?.hasPrefix("unset OPENBLAS_CORETYPE") == true)
        #expect(judged("SkylakeX", on: .x86v4, coreType: "SkylakeX").state == .fine, "the remedy is no fault")
    }

    @Test(arguments: [(nil, "set OPENBLAS_CORETYPE=Haswell"), ("Zen", "unset OPENBLAS_CORETYPE")])
    func wrongProductsAreAnError(coreType: String?, advice: String) {
        let check = OpenBLASCheck(target: .x86v4, coreType: coreType).judgement(
            trial("SkylakeX", isRight: false), remedied: nil)
        #expect(check.state == .error && check.advice?.hasPrefix(advice) == true, "\(check)")
    }

    @Test(arguments: ["", "0.3.21\nZen\n", "0.3.21\nZen\nfast\nright\n"])
    func outputOfAnotherProgramIsNoTrial(output: String) { #expect(OpenBLASCheck.Trial(output: output) == nil) }

    @Test func trialsAreRead() {
        #expect(OpenBLASCheck.Trial(output: "0.3.21\nZen\n60\nright\n") == trial("Zen"))
        #expect(OpenBLASCheck.Trial(output: "0.3.21\nZen\n60\nwrong\n") == trial("Zen", isRight: false))
    }

    @Test func environmentsAreTold() {
        #expect(EnvironmentCheck(variables: []).check.state == .fine)
        let harmless = EnvironmentCheck(variables: [("CC", "clang"), ("OMP_NUM_THREADS", "4")]).check
        #expect(harmless.state == .fine && harmless.text == "CC=clang OMP_NUM_THREADS=4")
        let harmful = EnvironmentCheck(variables: [("OPENBLAS_MAIN_FREE", "1"), ("LD_PRELOAD", "x.so")]).check
        #expect(harmful.state == .warning)
        #expect(
            harmful.advice?.contains("OPENBLAS_MAIN_FREE") == true
                && harmful.advice?.contains("unset LD_PRELOAD") == true)
    }

    @Test func speedsAreTold() {
        let check = MeasuredSpeed(threads: 2, peakFlops: 386.6e9, bandwidth: 41.26e9).check
        #expect(check.text == "387 GFLOP/s on 2 threads, 41.3 GB/s of memory")
        #expect(
            MeasuredSpeed(threads: 1, peakFlops: 1e9, bandwidth: 0).check.text.contains("1 thread, memory not measured")
        )
    }
}
