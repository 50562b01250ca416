import GraphIR
import KernelIR
import Testing

@testable import Kernels

/// Maps made larger or smaller without parameters, and their gradients, against the interpreter.
@Suite struct ResamplingTests {
    @Test(arguments: KernelCase.resampling + KernelCase.resamplingEpilogues + KernelCase.picking, Setup.wide)
    func rowMajorMaps(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    /// The same loops with narrower vectors, for small maps.
    @Test(arguments: KernelCase.resampling + KernelCase.resamplingEpilogues + KernelCase.picking)
    func narrowTargets(_ test: KernelCase) throws {
        guard test.inputs.allSatisfy({ $0.elementCount < 120 }) else { return }
        try expectOracle(test, Setup.all[0])
    }

    @Test(
        arguments: KernelCase.blockedResampling + KernelCase.blockedPicking,
        Setup.direct.filter { $0.target != .aarch64 })
    func blockedMaps(_ test: KernelCase, _ setup: Setup) throws {
        let trial = try KernelTrial(test, setup)
        #expect(trial.request.result.layout == .blocked(setup.target.vectorWidth))
        let problem = try trial.problem()
        #expect(problem == nil)
    }

    @Test(arguments: KernelCase.resampledStrips)
    func strips(_ test: KernelCase) throws {
        let trial = try KernelTrial(test, Setup.all[3])
        let problem = try trial.problem()
        #expect(problem == nil)
        #expect(lower(trial.request).stages[0].kernel.tasksPerSample > 1)
    }

    /// How places are computed, which may decide about a last bit, hangs on the ratio of two sizes and not on the sizes: tiles
    /// have smaller ones than whole pictures, but two repetitions of all weights at least.
    @Test(arguments: [Interpolation.bilinear, .bilinearAsymmetric])
    func placesOfTilesAreComputedAsThoseOfPictures(interpolation: Interpolation) {
        func isComputed(_ input: Int, _ output: Int, _ count: Int) -> Bool {
            let (small, large) = (Extent(input * count), Extent(output * count))
            let map = Resampling(channels: 1, input: small, output: large, .resize(interpolation, followsPicture: true))
            let gather = AxisGather(AxisMap(map, isVertical: true), isGradient: false)
            if case .positions = gather.places { return true }
            return false
        }
        for input in 1...24 {
            for output in 1...24 where greatestCommonDivisor(input, output) == 1 {
                let ways = Set([2, 3, 4, 7, 20].map { isComputed(input, output, $0) })
                #expect(ways.count == 1, "\(input) to \(output)")
            }
        }
    }

    /// Of equal values the first is picked.
    @Test(arguments: Setup.all)
    func tiesPickTheFirst(_ setup: Setup) throws {
        let g = PoolGeometry(channels: 1, input: Extent(2), kernel: Extent(2), stride: Extent(2))
        let test = KernelCase("ties", .maxPick(g), [g.inputType, g.inputType])
        let request = try KernelTrial(test, Setup(target: setup.target, isSliced: false)).request
        var operands = [
            [Float](repeating: .nan, count: request.result.extent(batch: 3)), (0..<12).map { Float($0) + 1 },
            [Float](repeating: 0.5, count: 12),
        ]
        try KernelEvaluator(batch: 1).run(lower(request).stages[0].kernel, operands: &operands)
        #expect(operands[0][0] == 1)
    }
}
