import GraphIR
import MemoryPlanning
import Passes
import Programs
import TestSupport
import Testing

/// Sound plans are broken in one place; the verifier has to notice.
@Suite struct PlanVerifierTests {
    private func plan() throws -> Plan { try planned(try SampleGraph.smallUNet(), .train, batch: 2) }

    /// Pairs of arena buffers that are both needed at some step. Those with several values are left out, since parts of
    /// them may be free before the rest is.
    private func aliveTogether(_ plan: Plan) -> [(Int, Int)] {
        let arena = plan.buffers.indices.filter {
            plan.buffers[$0].region == .arena && plan.buffers[$0].bytes > 0 && plan.buffers[$0].values.count == 1
        }
        return arena.flatMap { a in
            arena.filter { b in
                let (x, y) = (plan.buffers[a], plan.buffers[b])
                return a < b && x.firstStep <= y.lastStep && y.firstStep <= x.lastStep
            }.map { (a, $0) }
        }
    }

    @Test func twoBuffersAliveTogetherInOnePlace() throws {
        let sound = try plan()
        let pairs = aliveTogether(sound)
        #expect(pairs.count > 50)
        for (a, b) in pairs {
            var broken = sound
            broken.buffers[b].offset = broken.buffers[a].offset
            broken.arenaBytes = max(broken.arenaBytes, broken.buffers[b].offset + broken.buffers[b].bytes)
            #expect(!verifyPlan(broken).isEmpty, "\(name(a, sound)) and \(name(b, sound))")
        }
    }

    private func name(_ buffer: Int, _ plan: Plan) -> String { plan.program.graph[plan.buffers[buffer].root].name }

    @Test(arguments: [4, 32, -64, 1 << 40])
    func aShiftedBuffer(_ shift: Int) throws {
        let sound = try plan()
        for index in sound.buffers.indices where sound.buffers[index].bytes > 0 {
            let isFirst = sound.buffers[index].offset == 0
            if shift == -64 && !isFirst { continue }
            var broken = sound
            broken.buffers[index].offset += shift
            #expect(!verifyPlan(broken).isEmpty, "\(name(index, sound))")
        }
    }

    @Test func anArenaThatIsTooSmall() throws {
        var broken = try plan()
        broken.arenaBytes -= 64
        #expect(verifyPlan(broken).contains { $0.message.contains("leaves its region") })
    }

    @Test func aViewInTheWrongPlace() throws {
        let sound = try plan()
        let graph = sound.program.graph
        let views = graph.ids.filter { id in
            guard let place = sound.locations[id.index] else { return false }
            return sound.buffers[place.buffer].root != id
        }
        #expect(views.count >= 4)
        for id in views {
            for change in [-16, 16, 64] {
                var broken = sound
                broken.locations[id.index]?.elementOffset += change
                #expect(!verifyPlan(broken).isEmpty, "\(graph[id].name) moved by \(change)")
            }
            var broken = sound
            broken.locations[id.index]?.sampleStride += 64
            #expect(!verifyPlan(broken).isEmpty, "\(graph[id].name) with another stride")
        }
    }

    @Test func samplesThatOverlap() throws {
        let sound = try plan()
        let graph = sound.program.graph
        for id in graph.ids where graph[id].type.isBatched && sound.locations[id.index] != nil {
            var broken = sound
            broken.locations[id.index]?.sampleStride = graph[id].type.elementCount - 1
            #expect(!verifyPlan(broken).isEmpty, "\(graph[id].name)")
        }
    }

    @Test func aStepThatIsLeftOut() throws {
        let sound = try plan()
        for (position, id) in sound.steps.enumerated() {
            var broken = sound
            broken.steps.remove(at: position)
            #expect(verifyPlan(broken).contains { $0.step == sound.program.graph[id].name })
        }
    }

    @Test func aResultThatIsOverwritten() throws {
        let sound = try plan()
        let graph = sound.program.graph
        let logits = try #require(graph.id(named: "logits") ?? graph.outputs.first?.node)
        let place = try #require(sound.locations[logits.index])
        var caught = 0
        for index in sound.buffers.indices where index != place.buffer && sound.buffers[index].region == .arena {
            guard sound.buffers[index].firstStep > sound.buffers[place.buffer].firstStep else { continue }
            var broken = sound
            broken.buffers[index].offset = broken.buffers[place.buffer].offset
            broken.arenaBytes = max(broken.arenaBytes, broken.buffers[index].offset + broken.buffers[index].bytes)
            #expect(verifyPlan(broken).contains { $0.step == "end" || $0.message.contains("reads") })
            caught += 1
        }
        #expect(caught > 5)
    }

    @Test func aValueWithoutAPlaceOrInTheWrongRegion() throws {
        let sound = try plan()
        let graph = sound.program.graph
        for id in graph.ids where sound.locations[id.index] != nil {
            var broken = sound
            broken.locations[id.index] = nil
            #expect(verifyPlan(broken).contains { $0.message.contains("has no place") })
        }
        let weight = try #require(graph.parameters.first.flatMap { sound.locations[$0.index] })
        var broken = sound
        broken.buffers[weight.buffer].region = .arena
        #expect(!verifyPlan(broken).isEmpty)
    }

    // MARK: What steps prepare

    /// A plan whose convolutions prepare their weights, four times as large.
    private func preparingPlan(_ kind: PlanKind) throws -> Plan {
        var program = try runPipeline(try SampleGraph.smallUNet(), for: kind).program
        let graph = program.graph
        for id in program.steps {
            switch graph[id].op {
            case .conv, .convTranspose, .convDataGradient:
                let bytes = 4 * graph[graph[id].inputs[1]].type.bytes
                program[id].preparedBytes = bytes
                program[id].scratchBytes = bytes / 2
            default: break
            }
        }
        return planMemory(program, options: PlanningOptions(batchCapacity: 2))
    }

    @Test(arguments: [PlanKind.infer, .forward])
    func inferencePreparesOutsideTheArena(_ kind: PlanKind) throws {
        let plan = try preparingPlan(kind)
        #expect(verifyPlan(plan) == [])
        let buffers = plan.prepared.compactMap { $0.map { plan.buffers[$0] } }
        #expect(buffers.count >= 5 && buffers.allSatisfy { $0.region == .prepared })
        #expect(plan.preparedBytes == buffers.reduce(0) { $0 + $1.bytes })
        #expect(plan.largestPreparedBytes == buffers.map(\.bytes).max())
        #expect(plan.report.preparedBytes == plan.preparedBytes)
        #expect(plan.report.description.contains("prepared weights, outside the arena"))
    }

    @Test(arguments: [PlanKind.train, .gradients])
    func elsewhereItIsScratch(_ kind: PlanKind) throws {
        let plan = try preparingPlan(kind)
        #expect(verifyPlan(plan) == [])
        let buffers = plan.prepared.compactMap { $0.map { plan.buffers[$0] } }
        #expect(buffers.count >= 9 && buffers.allSatisfy { $0.region == .arena && $0.firstStep == $0.lastStep })
        #expect(plan.preparedBytes == 0 && plan.largestPreparedBytes == 0)
        #expect(!plan.report.description.contains("prepared weights"))
    }

    @Test func preparedTensorsThatMeetOrLeaveTheirRegion() throws {
        let sound = try preparingPlan(.infer)
        let indices = sound.prepared.compactMap(\.self)
        for (a, b) in zip(indices, indices.dropFirst()) {
            var broken = sound
            broken.buffers[b].offset -= 64
            #expect(verifyPlan(broken).contains { $0.message.contains("prepare in one place") }, "\(name(a, sound))")
            broken = sound
            broken.buffers[a].offset += 4
            #expect(!verifyPlan(broken).isEmpty, "\(name(a, sound))")
        }
        let changes: [(inout Plan) -> Void] = [
            { $0.preparedBytes -= 64 }, { $0.largestPreparedBytes -= 64 },
            { $0.buffers[indices[0]].region = .parameters },
        ]
        for change in changes {
            var broken = sound
            change(&broken)
            #expect(verifyPlan(broken).contains { $0.message.contains("prepares is") })
        }
    }

    @Test func valuesAndScratchDoNotLieAmongWhatIsPrepared() throws {
        let sound = try preparingPlan(.infer)
        for index in sound.buffers.indices where sound.buffers[index].region == .arena {
            var broken = sound
            broken.buffers[index].region = .prepared
            #expect(!verifyPlan(broken).isEmpty, "\(name(index, sound))")
        }
    }

    @Test func whatIsPreparedInTheArenaIsLikeScratch() throws {
        let sound = try preparingPlan(.train)
        let graph = sound.program.graph
        for id in sound.steps {
            guard let index = sound.prepared[id.index], let scratch = sound.scratch[id.index] else { continue }
            let neighbours = graph[id].operands.compactMap { sound.locations[$0.index]?.buffer }
            for other in neighbours + [scratch] where sound.buffers[other].region == .arena {
                var broken = sound
                broken.buffers[index].offset = broken.buffers[other].offset
                #expect(!verifyPlan(broken).isEmpty, "\(graph[id].name) over \(name(other, sound))")
            }
            var broken = sound
            broken.buffers[index].region = .prepared
            #expect(verifyPlan(broken).contains { $0.message.contains("wrong region") })
        }
    }

    @Test func anInPlaceResultOfAnOperatorThatReadsAround() throws {
        let graph = try compiled(
            """
            graph g() {
              input x: [3, 6, 6]
              a = tanh(x)
              b = conv(a, 3, kernel: 3, padding: 1)
              c = max_pool(b, kernel: 1)
              output y = c
            }
            """)
        let sound = try planned(graph, .forward, batch: 1)
        #expect(verifyPlan(sound) == [])
        for (result, operand) in [("b", "a"), ("c", "b")] {
            var broken = sound
            let ids = (
                try #require(sound.program.graph.id(named: result)),
                try #require(sound.program.graph.id(named: operand))
            )
            broken.locations[ids.0.index] = broken.locations[ids.1.index]
            #expect(verifyPlan(broken).contains { $0.message.contains("over its operand") })
        }
    }
}
