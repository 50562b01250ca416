import GraphIR
import MemoryPlanning
import Passes
import Programs
import TestSupport
import Testing

@Suite struct PlanTests {
    @Test(arguments: PlanCase.all)
    func wholeNetsArePlannedSoundly(_ test: PlanCase) throws {
        let plan = try test.plan()
        #expect(verifyPlan(plan) == [])
        let report = plan.report
        #expect(report.lowerBoundBytes <= plan.arenaBytes)
        #expect(plan.arenaBytes <= report.separateBytes)
        #expect(report.arenaBytes == plan.arenaBytes)
        #expect(report.gapPercent >= 0)
        #expect(try test.plan() == plan, "planned again")
        switch test.strategy {
        case .naive:
            #expect(plan.arenaBytes == report.separateBytes)
            #expect(report.sharedBytes == 0)
            let graph = plan.program.graph
            #expect(plan.steps == plan.program.steps.filter { graph[$0].host == nil }, "every step runs")
        case .greedy, .best:
            #expect(report.sharedBytes > 0)
            #expect(plan.arenaBytes < report.separateBytes)
            let concats = plan.steps.filter { plan.program.graph[$0].op == .concat }
            #expect(concats.isEmpty, "all operands of concats are written into their slices")
        }
    }

    @Test(arguments: PlanCase.all.filter { $0.strategy == .best })
    func theBestPlansAreProvenToBe(_ test: PlanCase) throws {
        let plan = try test.plan()
        #expect(plan.report.isOptimal, "\(plan.report.certificate)")
        var greedy = test
        greedy.strategy = .greedy
        #expect(plan.arenaBytes <= (try greedy.plan()).arenaBytes)
        #expect(plan.report.savings.orderBytes >= 0)
        #expect(plan.report.savings.streamedUpdateBytes >= 0 && plan.report.savings.fusedBytes > 0)
    }

    @Test(arguments: (0..<60).map(UInt64.init), PlanningOptions.Strategy.allCases)
    func randomGraphsArePlannedSoundly(_ seed: UInt64, _ strategy: PlanningOptions.Strategy) throws {
        let graph = try compiled(randomGraphText(seed: seed))
        for kind in PlanKind.allCases where kind != .train || graph.loss != nil {
            for fuses in [true, false] {
                let plan = try planned(graph, kind, strategy: strategy, batch: 2, fuses: fuses)
                #expect(verifyPlan(plan) == [], "\(kind), fused: \(fuses)")
            }
        }
    }

    @Test func aConcatsOperandsAreViewsOfIt() throws {
        let plan = try planned(try SampleGraph.smallUNet(), .train)
        let graph = plan.program.graph
        let joined = try #require(graph.id(named: "skip1"))
        let whole = try #require(plan.locations[joined.index])
        let plane = 64
        var channel = 0
        for operand in graph[joined].inputs {
            let place = try #require(plan.locations[operand.index])
            #expect(place.buffer == whole.buffer)
            #expect(place.elementOffset == whole.elementOffset + channel * plane)
            #expect(place.sampleStride == whole.sampleStride)
            channel += graph[operand].type.shape[0]
        }
        #expect(channel == 8)
        #expect(!plan.steps.contains(joined))
        let slices = plan.program.steps.filter { graph[$0].op.mnemonic == "channel_slice" }
        #expect(slices.count == 2 && slices.allSatisfy { !plan.steps.contains($0) })
    }

    @Test func anElementwiseResultTakesTheOperandsPlace() throws {
        let graph = try compiled(
            """
            graph g() {
              input x: [3, 6, 6]
              a = conv(x, 4, kernel: 3)
              b = tanh(a)
              c = sigmoid(a)
              d = b + c
              output y = d
            }
            """)
        let plan = try planned(graph, .forward, fuses: false)
        let place = { (name: String) in
            plan.program.graph.id(named: name).flatMap { plan.locations[$0.index] }
        }
        #expect(place("b") != place("a"), "a is read again")
        #expect(place("c") == place("a"))
        #expect(place("d") == place("b"))
        #expect(verifyPlan(plan) == [])
    }

    /// A pool's gradient may take the place of an epilogue's operand only where each position is read and written once.
    @Test(arguments: [
        "kernel: 2", "kernel: 3", "kernel: 2, padding: 1", "kernel: 2, stride: 3", "kernel: 3, stride: 1",
    ])
    func poolGradientsBehindAReLU(_ arguments: String) throws {
        let graph = try compiled(
            """
            graph g() {
              input x: [3, 7, 7]
              a = relu(conv(x, 4, kernel: 3, padding: 1))
              p = max_pool(a, \(arguments))
              q = tanh(a)
              output y = p
              output z = conv(q, 1, kernel: 1)
            }
            """)
        for fuses in [true, false] {
            let plan = try planned(graph, .gradients, fuses: fuses)
            #expect(verifyPlan(plan) == [])
        }
        let plan = try planned(graph, .gradients)
        let id = try #require(plan.program.graph.id(named: "d_a.conv"))
        let node = plan.program.graph[id]
        #expect(node.op.mnemonic == "max_unpool" && node.epilogue.count == 2)
        let summand = try #require(node.epilogue.first?.operands.first)
        let isTiled = arguments == "kernel: 2" || arguments == "kernel: 3"
        #expect((plan.locations[id.index] == plan.locations[summand.index]) == isTiled)
    }

    @Test func anInputIsNotOverwritten() throws {
        let graph = try compiled(
            """
            graph g() {
              input x: [3, 6, 6]
              a = relu(x)
              b = concat(x, a)
              output y = b
            }
            """)
        let plan = try planned(graph, .forward)
        #expect(verifyPlan(plan) == [])
        let joined = try #require(plan.program.graph.id(named: "b"))
        #expect(plan.steps.contains(joined), "an input is written by the caller, so it is copied")
        let copies = plan.program.graph.concatCopies(joined, locations: plan.locations)
        #expect(copies.map(\.operand) == [0] && copies.map(\.channel) == [0])
    }

    @Test func theReportSaysWhereThePeakIs() throws {
        let plan = try planned(try SampleGraph.smallUNet(), .train, batch: 2)
        #expect(plan.program.graph.id(named: plan.report.peakStep) != nil)
        #expect(!plan.report.largestAtPeak.isEmpty)
        let sizes = plan.report.largestAtPeak.map(\.bytes)
        #expect(sizes == sizes.sorted(by: >))
        let text = plan.report.description
        #expect(text.contains("lower bound") && text.contains("peak at \(plan.report.peakStep)"))
    }

    @Test func parametersLieSideBySideInTheirOwnRegion() throws {
        for kind in PlanKind.allCases {
            let plan = try planned(try SampleGraph.smallUNet(), kind)
            let buffers = plan.buffers.filter { $0.region == .parameters }
            var end = 0
            for buffer in buffers {
                #expect(buffer.offset == end)
                end += buffer.bytes
            }
            #expect(end == plan.parameterBytes)
            #expect(
                buffers.map { plan.program.graph[$0.root].name } == [
                    "enc1.weight", "enc1.bias", "enc2.weight", "enc2.bias", "up1.weight", "up1.bias", "dec1.weight",
                    "dec1.bias", "dec2.weight", "dec2.bias",
                ])
        }
    }
}
