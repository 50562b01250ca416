import GraphIR
import MemoryPlanning
import Passes
import Programs
import TestSupport
import Testing

/// Companions have a place from their host's step on, and no step of their own.
@Suite struct CompanionPlanTests {
    /// A convolution with its maxima, and a weight gradient with the bias's, planned.
    private func planWithCompanions(_ strategy: PlanningOptions.Strategy = .greedy) throws -> Plan {
        var program = Program(try SampleGraph.companions())
        let scratch = try #require(program.graph.id(named: "y"))
        program[scratch].scratchBytes = 256
        return planMemory(program, options: PlanningOptions(strategy: strategy, batchCapacity: 2))
    }

    @Test(arguments: PlanningOptions.Strategy.allCases)
    func companionsHaveAPlaceButNoStep(_ strategy: PlanningOptions.Strategy) throws {
        let plan = try planWithCompanions(strategy)
        #expect(verifyPlan(plan) == [])
        #expect(plan.steps.map { plan.program.graph[$0].name } == ["y", "d_weight"])
        let names = plan.program.steps.map { plan.program.graph[$0].name }
        #expect(names == ["y", "pooled", "d_weight", "d_bias"])
    }

    /// What a host reads or makes must not share memory with its companion, although the companion comes later.
    @Test(arguments: [("pooled", "x"), ("pooled", "y"), ("d_bias", "d_weight"), ("d_bias", "y"), ("d_bias", "pooled")])
    func aCompanionOverWhatItsHostNeeds(_ companion: String, _ other: String) throws {
        let sound = try planWithCompanions()
        let ids = try [companion, other].map { try #require(sound.program.graph.id(named: $0)) }
        let buffers = try ids.map { try #require(sound.locations[$0.index]).buffer }
        var broken = sound
        broken.buffers[buffers[0]].offset = broken.buffers[buffers[1]].offset
        #expect(!verifyPlan(broken).isEmpty)
    }

    @Test func aCompanionOverItsHostsScratchMemory() throws {
        var broken = try planWithCompanions()
        let graph = broken.program.graph
        let (host, companion) = (try #require(graph.id(named: "y")), try #require(graph.id(named: "pooled")))
        let scratch = try #require(broken.scratch[host.index])
        let buffer = try #require(broken.locations[companion.index]).buffer
        broken.buffers[scratch].offset = broken.buffers[buffer].offset
        #expect(verifyPlan(broken).contains { $0.message.contains("overlaps its scratch memory") })
    }

    @Test func aCompanionThatIsAStepOrHasNoHost() throws {
        let sound = try planWithCompanions()
        var broken = sound
        broken.steps.insert(try #require(sound.program.graph.id(named: "pooled")), at: 1)
        #expect(verifyPlan(broken).map(\.message) == ["is a companion, but has a step of its own"])
        broken = sound
        broken.steps.removeFirst()
        #expect(verifyPlan(broken).contains { $0.step == "pooled" && $0.message.contains("as is its host") })
    }
}
