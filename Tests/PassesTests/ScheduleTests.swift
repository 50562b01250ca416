import GraphIR
import Passes
import Programs
import TestSupport
import Testing

@Suite struct ScheduleTests {
    /// What is wrong with a program; nil when all is well.
    private func problem(_ program: Program) -> String? {
        let graph = program.graph
        var position = [Int?](repeating: nil, count: graph.nodes.count)
        for (step, id) in program.steps.enumerated() {
            if graph[id].op.isLeaf { return "the leaf \(graph[id].name) is a step" }
            if let host = graph[id].host {
                let companions = graph.companions(of: host)
                let distance = (companions.firstIndex(of: id) ?? 0) + 1
                if position[host.index] != step - distance { return "\(graph[id].name) is not behind its host" }
            }
            if position[id.index] != nil { return "\(graph[id].name) runs twice" }
            position[id.index] = step
        }
        for id in graph.ids where !graph[id].op.isLeaf {
            guard let own = position[id.index] else { return "\(graph[id].name) does not run" }
            for operand in graph[id].operands where !graph[operand].op.isLeaf {
                if (position[operand.index] ?? .max) >= own {
                    return "\(graph[id].name) runs before \(graph[operand].name)"
                }
            }
            guard graph[id].op == .update else { continue }
            for reader in graph.users()[graph[id].inputs[0].index] where reader != id {
                if (position[reader.index] ?? .max) > own {
                    return "\(graph[reader].name) reads after \(graph[id].name)"
                }
            }
        }
        return nil
    }

    @Test(arguments: NamedGraph.nets + NamedGraph.random, PlanKind.allCases)
    func orderIsSound(_ named: NamedGraph, _ kind: PlanKind) throws {
        let graph = try named.build()
        if kind == .train && graph.loss == nil { return }
        for fuses in [true, false] {
            let program = try runPipeline(graph, for: kind, fuses: fuses).program
            #expect(problem(program) == nil)
        }
    }

    @Test func anUpdateFollowsTheLastReaderOfItsParameterAtOnce() throws {
        let program = try runPipeline(try SampleGraph.smallUNet(), for: .train).program
        let names = program.steps.map { program.graph[$0].name }
        // dec2.weight is read by the forward pass, by the data gradient, and its own gradient comes before that.
        let update = try #require(names.firstIndex(of: "update.dec2.weight"))
        #expect(names[update - 1] == "d_dec1")
        // The first convolution has no data gradient: its update follows the weight gradient and what is made beside it.
        let first = try #require(names.firstIndex(of: "update.enc1.weight"))
        #expect(names[first - 2...first - 1] == ["grad.enc1.weight", "grad.enc1.bias"])
    }

    @Test func resultsAreListedOnce() throws {
        var b = GraphBuilder()
        let x = b.input("x", [2])
        let y = try b.apply(.tanh, [x], "y")
        b.output("a", y)
        b.output("b", y)
        let program = Program(b.graph)
        #expect(program.results == [y])
        #expect(program.steps == [y])
    }
}
