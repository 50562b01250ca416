import Base
import GraphIR
import KernelIR
import Programs
import TestSupport
import Testing

@testable import Kernels

/// Convolutions that multiply words of two bf16.
@Suite struct PairProductTests {
    /// Roundings of factors: of each product at most two units, six standard deviations of their sum, by the algorithm's
    /// growth, beside the largest of values that are three times as large as their mean square's root.
    static func tolerance(_ test: KernelCase, _ setup: Setup) -> Double {
        let algorithm: ConvolutionAlgorithm = setup.convolutions == .winograd2 ? .winograd2 : .winograd4
        return 6 * ElementType.bfloat16.roundingUnit * (2.0 / 3).squareRoot() * algorithm.errorGrowth(test.op) / 3
    }

    @Test(arguments: NamedGeometry.winograd.flatMap(\.cases) + CompanionTests.biases, Setup.pairs)
    func agreeWithTheOracle(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup, tolerance: Self.tolerance(test, setup))
    }

    /// Of integers that bf16 holds, transformed ones too, no sum is rounded: nothing may be left out, doubled or misplaced.
    @Test(arguments: NamedGeometry.winograd.flatMap(\.cases), [Target.x86v1, .x86v3, .x86v4])
    func integersAreExact(_ test: KernelCase, _ target: Target) throws {
        let setup = Setup(target: target, isSliced: true, convolutions: .winograd2, precision: .bfloat16)
        let trial = try KernelTrial(test, setup) { 4 * ($0 * 2).rounded() }
        let isPair = trial.request.factors == .bfloat16
        #expect(isPair == (trial.request.algorithm == .winograd2))
        let problem = try trial.problem(tolerance: isPair ? 0 : 2e-5)
        #expect(problem == nil)
    }
}
