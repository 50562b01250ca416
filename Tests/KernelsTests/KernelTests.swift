import GraphIR
import KernelIR
import TestSupport
import Testing

@testable import Kernels

/// Every operator's kernel passes the verifier and computes what the interpreter does, at shapes that fit no vector.
@Suite struct KernelTests {
    /// Executed for the wide targets here, and verified for the narrow ones below.
    @Test(arguments: (NamedGeometry.plain + NamedGeometry.odd).flatMap(\.cases), Setup.wide)
    func convolutions(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: NamedGeometry.transposedOnes.flatMap(\.cases), Setup.wide)
    func transposedConvolutions(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: NamedGeometry.blocked.flatMap(\.cases), Setup.wide)
    func blockedConvolutions(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: NamedGeometry.winograd.flatMap(\.cases), Setup.blocked)
    func winogradConvolutions(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup, tolerance: 5e-5)
    }

    @Test(arguments: (NamedGeometry.direct + NamedGeometry.grouped).flatMap(\.cases), Setup.direct)
    func directConvolutions(_ test: KernelCase, _ setup: Setup) throws {
        let trial = try KernelTrial(test, setup)
        #expect(lower(trial.request).stages.contains { $0.algorithm == "direct" })
        let problem = try trial.problem()
        #expect(problem == nil)
    }

    @Test(arguments: NamedGeometry.depthwise.flatMap(\.cases), Setup.automatic)
    func depthwiseConvolutions(_ test: KernelCase, _ setup: Setup) throws {
        let trial = try KernelTrial(test, setup)
        #expect(lower(trial.request).stages.contains { $0.algorithm == "depthwise" })
        let problem = try trial.problem()
        #expect(problem == nil)
    }

    /// Several panels, blocks of rows and pieces: verified, which is what their bounds need.
    @Test(
        arguments: (NamedGeometry.largeDirect + NamedGeometry.largeGrouped).flatMap(\.cases),
        Setup.direct + Setup.automatic)
    func largeDirectConvolutions(_ test: KernelCase, _ setup: Setup) throws {
        let violation = try KernelTrial(test, setup).violations.first?.description
        #expect(violation == nil)
    }

    @Test(
        .enabled(if: isLongRun, "set UNETC_LONG_TESTS=1"),
        arguments: NamedGeometry.largeWinograd.flatMap(\.cases), Setup.blocked)
    func largeWinogradConvolutions(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup, tolerance: 5e-5)
    }

    /// What the planner counts on where a result takes the place of a map that dies, such as the one whose ReLU's mask it
    /// is multiplied with.
    @Test(
        arguments: ((NamedGeometry.plain + NamedGeometry.blocked + NamedGeometry.winograd + NamedGeometry.direct
            + NamedGeometry.grouped + NamedGeometry.depthwise)
            .flatMap(\.cases) + KernelCase.epilogues + KernelCase.blockedMaps).filter {
                $0.epilogue.contains { $0.operandCount > 1 }
            },
        Array(Setup.blocked.suffix(2)) + Array(Setup.direct.suffix(1)) + Array(Setup.automatic.suffix(1)))
    func resultsMayTakeThePlaceOfFusedOperands(_ test: KernelCase, _ setup: Setup) throws {
        let trial = try KernelTrial(test, setup)
        guard trial.mayOverwriteFusedOperands else { return }
        let unfit = try trial.unfitPlace()
        #expect(unfit == nil)
    }

    /// Of all families, whose kernels are executed simplified everywhere else here.
    @Test(
        arguments: ((NamedGeometry.plain + NamedGeometry.blocked + NamedGeometry.winograd + NamedGeometry.direct
            + NamedGeometry.grouped + NamedGeometry.depthwise)
            .flatMap(\.cases) + KernelCase.epilogues + KernelCase.blockedMaps),
        [Setup.wide[0], Setup.blocked[0], Setup.automatic[2]])
    func simplifiedKernelsMakeTheSameBits(_ test: KernelCase, _ setup: Setup) throws {
        let change = try KernelTrial(test, setup).changeBySimplification()
        #expect(change == nil)
    }

    @Test(arguments: KernelCase.blockedMaps, Setup.blocked)
    func blockedMaps(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup, tolerance: 5e-5)
    }

    @Test(arguments: [1, 4, 8, 16], [1, 4, 8, 16])
    func relayouts(_ source: Int, _ result: Int) throws {
        guard source != result else { return }
        let layout = { (block: Int) in block == 1 ? Layout.nchw : .blocked(block) }
        let type = TensorType.batched([32, 3, 5])
        let operand = { (name: String, block: Int) in
            Operand(name: name, type: type, sampleStride: type.elementCount + 3, layout: layout(block))
        }
        let request = KernelRequest(
            node: Node(op: .relayout, inputs: [], type: type, name: "copy", origin: Origin()),
            result: operand("copy", result), inputs: [operand("map", source)], epilogueOperands: [], batchCapacity: 2,
            target: .x86v4)
        let kernel = lower(request).stages[0].kernel
        #expect(verify(kernel, batchCapacity: 2, count: 0...0).isEmpty)
        let place = { (block: Int, channel: Int, pixel: Int) in
            (channel / block * 15 + pixel) * block + channel % block
        }
        var buffers = [
            [Float](repeating: .nan, count: request.result.extent(batch: 2)),
            (0..<request.inputs[0].extent(batch: 2)).map(Float.init),
        ]
        try KernelEvaluator(batch: 2).run(kernel, operands: &buffers)
        for sample in 0..<2 {
            for (channel, pixel) in (0..<32).flatMap({ channel in (0..<15).map { (channel, $0) } }) {
                let base = sample * (type.elementCount + 3)
                let found = buffers[0][base + place(result, channel, pixel)]
                #expect(found == Float(base + place(source, channel, pixel)))
            }
        }
    }

    @Test(arguments: NamedGeometry.largeCases + KernelCase.largeMaps + KernelCase.largeClassMaps)
    func largeMaps(_ test: KernelCase) throws {
        try expectOracle(test, Setup.all[3])
    }

    /// The same loops with narrower vectors: verified everywhere, executed for small maps.
    @Test(
        arguments: (NamedGeometry.plain + NamedGeometry.odd + NamedGeometry.blocked + NamedGeometry.transposedOnes)
            .flatMap(\.cases) + NamedGeometry.largeCases + KernelCase.largeMaps + KernelCase.largeClassMaps
            + KernelCase.pooling + KernelCase.epilogues)
    func narrowTargets(_ test: KernelCase) throws {
        for setup in Setup.narrow {
            let trial = try KernelTrial(test, setup)
            let isSmall = test.inputs.allSatisfy { $0.elementCount < 120 }
            let problem = isSmall ? try trial.problem() : trial.violations.first?.description
            #expect(problem == nil, "\(setup)")
        }
    }

    @Test(arguments: KernelCase.elementwise, Setup.all)
    func elementwise(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: KernelCase.epilogues, Setup.wide)
    func epilogues(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: KernelCase.pooling, Setup.wide)
    func pooling(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: KernelCase.losses, Setup.all)
    func losses(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: KernelCase.classes, Setup.all)
    func classes(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: KernelCase.channels, Setup.all)
    func channels(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    /// The two ways to cut a convolution into tasks are both among the cases.
    @Test func smallMapsKeepTheirWeightsAndLargeOnesHaveSeveralBlocks() throws {
        let tasks = { (geometry: ConvGeometry, op: (ConvGeometry) -> Op) throws -> (fixed: Int, perSample: Int) in
            let isForward = op(geometry) == .conv(geometry)
            let test = KernelCase(
                "", op(geometry), [isForward ? geometry.inputType : geometry.outputType, geometry.weightType])
            let kernel = lower(try KernelTrial(test, Setup.all[2]).request).stages[0].kernel
            return (kernel.tasksFixed, kernel.tasksPerSample)
        }
        let small = NamedGeometry.blocked.map(\.geometry)
        #expect(try small.contains { try tasks($0, Op.conv).fixed > 1 })
        #expect(try small.contains { try tasks($0, Op.convDataGradient).fixed > 1 })
        #expect(try tasks(NamedGeometry.large[0].geometry.geometry, Op.conv).perSample > 1)
    }

    /// What a stage makes of weights alone comes first, at any batch, and from nothing else.
    @Test(arguments: NamedGeometry.winograd.flatMap(\.cases) + KernelCase.blockedMaps, Setup.blocked)
    func preparationsReadParametersAlone(_ test: KernelCase, _ setup: Setup) throws {
        let request = try KernelTrial(test, setup).request
        let step = lower(request)
        let preparations = step.stages.prefix { $0.isPreparation }
        #expect(preparations.count == step.stages.filter(\.isPreparation).count)
        #expect((step.prepared > 0) == !preparations.isEmpty)
        switch test.op {
        case .conv, .convTranspose, .convDataGradient:
            let isStreamed = step.stages.contains { $0.algorithm.hasSuffix("streamed") }
            #expect(preparations.count == (isStreamed ? 0 : 1))
        default: #expect(preparations.isEmpty)
        }
        for stage in preparations {
            #expect(stage.operands == [.prepared, .input(1)])
            #expect(!request.inputs[1].type.isBatched)
            #expect(stage.kernel.tasksPerSample == 0)
        }
    }

    /// The gradient of a window goes to the first of its equal maxima.
    @Test(arguments: Setup.all)
    func tiesGoToTheFirst(_ setup: Setup) throws {
        for (stride, padding) in [(2, 0), (1, 0), (2, 1)] {
            let g = PoolGeometry(
                channels: 1, input: Extent(2), kernel: Extent(2), stride: Extent(stride), padding: Padding(padding))
            let test = KernelCase("ties", .maxUnpool(g), [g.outputType, g.inputType])
            let request = try KernelTrial(test, Setup(target: setup.target, isSliced: false)).request
            var operands = [
                [Float](repeating: .nan, count: request.result.extent(batch: 3)),
                [Float](repeating: 1, count: request.inputs[0].extent(batch: 3)),
                [Float](repeating: 0.5, count: request.inputs[1].extent(batch: 3)),
            ]
            try KernelEvaluator(batch: 1).run(lower(request).stages[0].kernel, operands: &operands)
            // With padding, each of the four windows sees one position.
            #expect(Array(operands[0].prefix(4)) == (padding == 0 ? [1, 0, 0, 0] : [1, 1, 1, 1]))
        }
    }
}
