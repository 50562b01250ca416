import GraphIR
import KernelIR
import TestSupport
import Testing

@testable import Kernels

/// All ways to cut a Winograd convolution into stages and tasks, those included that no layer of a test's size would take.
@Suite struct WinogradCutTests {
    /// Every width of vector; caches so small that maps of a test's size have several groups and chunks of channels.
    static let setups: [Setup] = [
        setup(.x86v1, l2: 32 << 10, .winograd4), setup(.x86v3, l2: 46 << 10, .winograd2),
        setup(.x86v4, l2: 64 << 10, .winograd4),
    ]
    /// Of words of two bf16 as well.
    static let allSetups: [Setup] = setups.flatMap { setup -> [Setup] in
        var pairs = setup
        pairs.precision = .bfloat16
        return [setup, pairs]
    }
    static let geometries = [NamedGeometry.deepWinograd[1], NamedGeometry.winograd[0], NamedGeometry.winograd[4]]

    private static func setup(_ target: Target, l2: Int, _ choice: ConvolutionChoice) -> Setup {
        var small = target
        small.l2Bytes = l2
        return Setup(target: small, isSliced: true, convolutions: choice)
    }

    private func tile(_ setup: Setup) -> Int { setup.convolutions == .winograd2 ? 2 : 4 }

    /// Those that the case has, lowered; nil where the algorithm does not apply.
    private func cuts(_ test: KernelCase, _ setup: Setup) throws -> [LoweredStep]? {
        guard let g = test.op.convGeometry, g.inputChannels % setup.target.vectorWidth == 0,
            g.outputChannels % setup.target.vectorWidth == 0
        else { return nil }
        let request = try KernelTrial(test, setup).request
        switch test.op {
        case .convWeightGradient:
            return WinogradSumsBlocking.cuts(
                WinogradShape(forward: g, tile: tile(setup)), width: setup.target.vectorWidth,
                batchCapacity: request.batchCapacity
            ).map { winogradWeightGradient(request, g, tile: tile(setup), $0) }
        case .convDataGradient, .convTranspose:
            return lowered(request, WinogradShape(dataGradient: g, tile: tile(setup)))
        default: return lowered(request, WinogradShape(forward: g, tile: tile(setup)))
        }
    }

    /// One of each kind: with one vector a panel or more, one share or group or more.
    private func lowered(_ request: KernelRequest, _ shape: WinogradShape) -> [LoweredStep] {
        var shape = shape
        shape.factors = request.factors
        var kinds: Set<[Int]> = []
        return WinogradCut.all(request, shape).reversed().filter { cut in
            switch cut {
            case .own(let b): kinds.insert([0, b.block.vectors, min(2, b.shares), min(2, b.blocksPerSample)]).inserted
            case .staged(let b): kinds.insert([b.isStreamed ? 1 : 2, b.block.vectors, min(2, b.groups)]).inserted
            }
        }.map { $0.lowered(request, shape, flops: 1) }
    }

    /// Only sums over the whole batch may be cut so that they round differently.
    @Test(arguments: geometries.flatMap(\.cases), allSetups)
    func everyCutComputesTheSame(_ test: KernelCase, _ setup: Setup) throws {
        let trial = try KernelTrial(test, setup)
        let tolerance = setup.precision == .float32 ? 5e-5 : PairProductTests.tolerance(test, setup)
        var bits: Set<[UInt32]> = []
        for var step in try cuts(test, setup) ?? [] {
            for stage in step.stages.indices { step.stages[stage].kernel = step.stages[stage].kernel.simplified() }
            let problem = try trial.problem(of: step, tolerance: tolerance)
            let stages = step.stages.map { "\($0.algorithm) \($0.kernel.tasksPerSample) \($0.kernel.tasksFixed)" }
            #expect(problem == nil, "\(stages)")
            if case .convWeightGradient = test.op { continue }
            bits.insert(try trial.bits(of: step))
        }
        #expect(bits.count <= 1)
    }

    /// The cuts above are of all kinds.
    @Test func cutsAreOfAllKinds() throws {
        let steps = try Self.geometries.flatMap(\.cases).flatMap { test in
            try Self.setups.flatMap { try cuts(test, $0) ?? [] }
        }
        let stages = steps.flatMap(\.stages)
        for suffix in ["F(4,3)", "streamed", "staged", "sums", "inputs", "weights"] {
            #expect(stages.contains { $0.algorithm.hasSuffix(suffix) }, "\(suffix)")
        }
        let main = stages.filter { $0.algorithm.hasSuffix("F(4,3)") }.map(\.kernel)
        #expect(main.contains { $0.tasksPerSample > 1 } && main.contains { $0.tasksFixed > 1 })
    }

    /// Layers of the full net have tasks for many cores, and far fewer than they have tiles.
    @Test(arguments: [(64, 128, 1), (128, 64, 4), (256, 32, 4), (512, 16, 4), (512, 16, 16)])
    func layersHaveTasksForManyCores(_ channels: Int, _ size: Int, _ batch: Int) {
        let g = ConvGeometry(
            inputChannels: channels, input: Extent(size), outputChannels: channels, kernel: Extent(3),
            padding: Padding(1))
        let shape = WinogradShape(forward: g, tile: 4)
        let own = WinogradBlocking.cuts(shape, target: .x86v4, batchCapacity: batch, isInference: false)
        let best = own.min { $0.effort < $1.effort }
        let tasks = best.map { ($0.blocksPerSample * batch + $0.sampleBlocks) * $0.shares } ?? 0
        #expect(TaskCuts.share(of: 16, tasks: tasks) > 0.9 && tasks <= 512)
        let sums = WinogradSumsBlocking.cuts(shape, width: 16, batchCapacity: batch).min { $0.effort < $1.effort }
        #expect(TaskCuts.share(of: 16, tasks: sums.map { $0.parts * $0.ranges } ?? 0) > 0.9)
    }
}

/// What the number of tasks says.
@Suite struct TaskCutTests {
    @Test func sharesAreThoseOfWholeRounds() {
        #expect(TaskCuts.share(of: 8, tasks: 8) == 1)
        #expect(TaskCuts.share(of: 8, tasks: 9) == 9.0 / 16)
        #expect(TaskCuts.share(of: 64, tasks: 16) == 0.25)
        #expect(TaskCuts.share(of: 2, tasks: 0) == 0)
        #expect(TaskCuts.balance(64) == 1)
        #expect(TaskCuts.balance(32) > TaskCuts.balance(33))
    }

    @Test func stepsAreCutOnlyAsFarAsIsWanted() {
        #expect(TaskCuts.parts(ofEachOf: TaskCuts.wanted, most: 8) == 1)
        #expect(TaskCuts.parts(ofEachOf: 1, most: 8) == 8)
        #expect(TaskCuts.parts(ofEachOf: 8, most: 100) == 4)
        #expect(TaskCuts.parts(ofEachOf: 0, most: 0) == 1)
    }
}
