import GraphIR
import KernelIR
import TestSupport
import Testing

@testable import Kernels

/// Deep layers, whose weights are transformed as they are needed: lowered for caches so small that layers of a test's
/// size are deep.
@Suite struct StreamedWinogradTests {
    /// Every width of vector, with all samples in one group, and with several groups.
    static let setups: [Setup] = [
        setup(.x86v1, l2: 32 << 10, .winograd4), setup(.x86v3, l2: 32 << 10, .winograd4),
        setup(.x86v3, l2: 23 << 10, .winograd2), setup(.x86v4, l2: 32 << 10, .winograd4),
    ]

    private static func setup(_ target: Target, l2: Int, _ choice: ConvolutionChoice) -> Setup {
        var small = target
        small.l2Bytes = l2
        return Setup(target: small, isSliced: true, convolutions: choice)
    }

    @Test(arguments: NamedGeometry.deepWinograd.flatMap(\.cases), setups)
    func deepConvolutions(_ test: KernelCase, _ setup: Setup) throws {
        let trial = try KernelTrial(test, setup)
        let problem = try trial.problem(tolerance: 5e-5)
        #expect(problem == nil)
    }

    /// The convolutions above really are of the kind that this suite is about.
    @Test(arguments: NamedGeometry.deepWinograd.flatMap(\.cases), setups)
    func deepConvolutionsAreStreamed(_ test: KernelCase, _ setup: Setup) throws {
        if case .convWeightGradient = test.op { return }
        let stages = lower(try KernelTrial(test, setup).request).stages
        #expect(stages.map(\.algorithm).contains { $0.hasSuffix("streamed") })
        #expect(stages.map(\.algorithm).contains("winograd inputs"))
    }
}
