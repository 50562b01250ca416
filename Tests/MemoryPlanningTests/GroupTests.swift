import Base
import GraphIR
import Passes
import Programs
import TestSupport
import Testing

@testable import MemoryPlanning

/// Kernels that run beside each other.
@Suite struct GroupTests {
    private static let options = PlanningOptions(batchCapacity: 2)

    /// A plan's program with kernels such as the families have: some with preparations, some in stages, of few or many tasks.
    private func measured(_ graph: Graph, _ kind: PlanKind, seed: UInt64) throws -> Program {
        var program = try runPipeline(graph, for: kind).program
        var random = SplitMix64(seed: seed)
        for id in program.steps where program.graph[id].host == nil {
            let isConvolution = program.graph[id].op.convGeometry != nil
            let prepares = isConvolution && Bool.random(using: &random)
            let count = (prepares ? 1 : 0) + (isConvolution ? Int.random(in: 1...2, using: &random) : 1)
            program[id].kernels = (0..<count).map { _ in
                KernelLoad(
                    tasks: [1, 4, 32, 64, 200].randomElement(using: &random) ?? 1,
                    milliseconds: Double.random(in: 0...4, using: &random))
            }
            program[id].preparations = prepares ? 1 : 0
            if prepares { program[id].preparedBytes = Int.random(in: 64...4000, using: &random) }
            if count > 1 { program[id].scratchBytes = Int.random(in: 0...4000, using: &random) }
        }
        return program
    }

    @Test(arguments: UInt64(0)..<(isLongRun ? 400 : 40))
    func groupsAreSoundAndTakeNoMemory(_ seed: UInt64) throws {
        let graph = try compiled(randomGraphText(seed: seed))
        for kind in PlanKind.allCases where kind != .train || graph.loss != nil {
            let program = try measured(graph, kind, seed: seed)
            let plan = planMemory(program, options: Self.options)
            #expect(verifyPlan(plan) == [], "\(kind)")
            let isSame = plan == planMemory(program, options: Self.options)
            #expect(isSame, "\(kind), planned again")
            let ordered = memoryLowerBound(orderSteps(program, options: Self.options), options: Self.options)
            #expect(plan.report.lowerBoundBytes <= ordered, "\(kind)")
            let listing = PlanListing(name: "p", plan: plan)
            let readsBack = try PlanListing(parsing: listing.text) == listing
            #expect(readsBack, "\(kind)")
            #expect(plan.program.ungrouped.steps.sorted() == program.steps.sorted())
        }
    }

    /// Several kernels of different steps share a group, and the more so the fewer tasks they have.
    @Test func kernelsOfFewTasksFindCompany() throws {
        let counts = try [1, 32, 6400].map { tasks in
            var program = try runPipeline(try SampleGraph.smallUNet(), for: .train).program
            for id in program.steps where program.graph[id].host == nil {
                program[id].kernels = [KernelLoad(tasks: tasks, milliseconds: 50)]
            }
            let plan = planMemory(program, options: Self.options)
            #expect(verifyPlan(plan) == [])
            return Double(plan.program.momentCount) / Double(plan.steps.count)
        }
        #expect(counts[0] < 0.8 && counts[1] < 0.9, "\(counts)")
        #expect(counts[0] <= counts[1] && counts[1] <= counts[2], "\(counts)")
    }

    @Test func kernelsThatNobodyHasAskedRunInTurn() throws {
        let program = try runPipeline(try SampleGraph.smallUNet(), for: .train).program
        let plan = planMemory(program, options: Self.options)
        let (isGrouped, count) = (plan.program.isGrouped, plan.program.momentCount)
        #expect(!isGrouped && count == program.steps.count)
        var partly = program
        let first = try #require(partly.steps.first { partly.graph[$0].host == nil })
        partly[first].kernels = [KernelLoad(tasks: 1, milliseconds: 1)]
        let isPartlyGrouped = planMemory(partly, options: Self.options).program.isGrouped
        #expect(!isPartlyGrouped)
        let greedy = PlanningOptions(strategy: .greedy, batchCapacity: 2)
        let known = try measured(try SampleGraph.smallUNet(), .train, seed: 1)
        let isGreedyGrouped = planMemory(known, options: greedy).program.isGrouped
        #expect(!isGreedyGrouped)
    }

    // MARK: Broken plans

    private func soundPlan() throws -> Plan {
        planMemory(try measured(try SampleGraph.smallUNet(), .train, seed: 3), options: Self.options)
    }

    /// A step that begins with one that makes what it reads.
    @Test func aStepThatDoesNotWait() throws {
        let sound = try soundPlan()
        let graph = sound.program.graph
        let executed = Set(sound.steps)
        var tried = 0
        for id in sound.steps where sound.program[id].kernels.count == 1 {
            for operand in graph[id].operands where executed.contains(operand) && graph[operand].type.isBatched {
                var broken = sound
                broken.program[id].groups = [try #require(sound.program[operand].groups.last)]
                tried += 1
                #expect(!verifyPlan(broken).isEmpty, "\(graph[id].name) beside \(graph[operand].name)")
            }
        }
        #expect(tried > 5)
    }

    /// A step that is put beside another one with which it shares memory.
    @Test func stepsThatHurtEachOther() throws {
        let sound = try soundPlan()
        let program = sound.program
        var found = 0
        for (a, b) in zip(sound.steps, sound.steps.dropFirst()) {
            guard let first = sound.locations[a.index], let second = sound.locations[b.index],
                first.buffer != second.buffer, sound.buffers[second.buffer].region == .arena,
                program.moments[a.index].overlaps(program.moments[b.index])
            else { continue }
            var broken = sound
            broken.buffers[second.buffer].offset = broken.buffers[first.buffer].offset
            broken.arenaBytes *= 2
            found += 1
            #expect(!verifyPlan(broken).isEmpty)
        }
        #expect(found > 0)
    }

    /// Scratch memory of a step in the place of what another one uses beside it.
    @Test func scratchThatHurtsAnother() throws {
        let sound = try soundPlan()
        let program = sound.program
        var found = 0
        for id in sound.steps {
            guard let scratch = sound.scratch[id.index] else { continue }
            let moments = program.mainMoments
            for other in sound.steps where other != id && moments[other.index].overlaps(moments[id.index]) {
                guard let location = sound.locations[other.index], sound.buffers[location.buffer].region == .arena
                else {
                    continue
                }
                var broken = sound
                broken.buffers[scratch].offset = broken.buffers[location.buffer].offset
                broken.arenaBytes *= 2
                found += 1
                #expect(!verifyPlan(broken).isEmpty)
            }
        }
        #expect(found > 0)
    }

    @Test(arguments: [[], [-1], [5, 5], [0, 1, 2, 3]])
    func groupsThatAreNone(_ groups: [Int]) throws {
        var broken = try soundPlan()
        let id = try #require(broken.steps.first { broken.program[$0].kernels.count == 2 })
        broken.program[id].groups = groups
        #expect(!verifyPlan(broken).isEmpty)
        #expect(throws: GraphTextError.self) { try Program(parsing: broken.program.text) }
    }

    // MARK: Time

    @Test(arguments: [
        ([(32, 4.0)], 32, 0.125), ([(32, 4.0)], 64, 0.125), ([(32, 4.0), (64, 4.0)], 64, 0.125),
        ([(3, 3.0)], 2, 2.0), ([(1, 5.0), (10, 5.0)], 2, 5.0), ([(1000, 1000.0), (7, 14.0)], 8, 127.0),
    ])
    func longTasksFirst(_ loads: [(Int, Double)], cores: Int, expected: Double) {
        let found = GroupTime.milliseconds(
            loads.map { KernelLoad(tasks: $0.0, milliseconds: $0.1) }, cores: cores)
        #expect(abs(found - expected) < 1e-9, "\(found)")
    }
}
