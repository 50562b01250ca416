import Base
import GraphIR
import Passes
import Programs
import TestSupport
import Testing

@testable import MemoryPlanning

@Suite struct StepOrderTests {
    /// What every order has to keep.
    private func violations(of program: Program, natural: Program) -> [String] {
        let graph = program.graph
        var violations: [String] = []
        if Set(program.steps) != Set(natural.steps) || program.steps.count != natural.steps.count {
            violations.append("other steps")
        }
        var place = [Int](repeating: -1, count: graph.nodes.count)
        for (step, id) in program.steps.enumerated() { place[id.index] = step }
        for (step, id) in program.steps.enumerated() {
            for operand in graph[id].operands where place[operand.index] > step {
                violations.append("\(graph[id].name) before \(graph[operand].name)")
            }
            if let host = graph[id].host {
                let between = program.steps[(place[host.index] + 1)..<step]
                if !between.allSatisfy({ graph[$0].host == host }) {
                    violations.append("\(graph[id].name) away from its host")
                }
            }
            guard graph[id].op.isEffect, let parameter = graph[id].inputs.first else { continue }
            for reader in program.steps[step...]
            where !graph[reader].op.isEffect && graph[reader].operands.contains(parameter) {
                violations.append("\(graph[reader].name) reads \(graph[parameter].name) after its update")
            }
        }
        return violations
    }

    @Test(arguments: (0..<40).map(UInt64.init))
    func ordersKeepTheContractAndNeverAskForMore(_ seed: UInt64) throws {
        let graph = try compiled(randomGraphText(seed: seed))
        for kind in PlanKind.allCases where kind != .train || graph.loss != nil {
            var natural = try runPipeline(graph, for: kind).program
            let options = PlanningOptions(batchCapacity: 2)
            var random = SplitMix64(seed: seed)
            for id in natural.steps where !natural.graph[id].op.isEffect && natural.graph[id].host == nil {
                natural[id].scratchBytes = Int.random(in: 0...4000, using: &random)
            }
            let ordered = orderSteps(natural, options: options)
            #expect(violations(of: ordered, natural: natural) == [], "\(kind)")
            #expect(
                memoryLowerBound(ordered, options: options) <= memoryLowerBound(natural, options: options))
            #expect(orderSteps(natural, options: options) == ordered, "ordered again")
            let order = StepOrder(natural)
            #expect(order.program(Array(order.units.indices)).steps.count == natural.steps.count)
        }
    }

    /// Two branches that grow large inside: one after the other is better than side by side.
    @Test func branchesRunOneAfterTheOther() throws {
        let graph = try compiled(
            """
            graph g() {
              input x: [2, 16, 16]
              a = conv(x, 16, kernel: 3, padding: 1)
              b = conv(x, 16, kernel: 3, padding: 1)
              c = conv(a, 1, kernel: 3, padding: 1)
              d = conv(b, 1, kernel: 3, padding: 1)
              output y = c + d
            }
            """)
        let natural = try runPipeline(graph, for: .infer).program
        let options = PlanningOptions(batchCapacity: 1)
        let plan = planMemory(natural, options: options)
        #expect(verifyPlan(plan) == [])
        let before = memoryLowerBound(natural, options: options)
        #expect(plan.report.lowerBoundBytes < before)
        #expect(plan.report.savings.orderBytes == before - plan.report.lowerBoundBytes)
        var greedy = options
        greedy.strategy = .greedy
        #expect(planMemory(natural, options: greedy).program == natural, "other strategies keep the order")
    }

    @Test func theBoundIsThatOfThePlan() throws {
        let program = try runPipeline(try SampleGraph.smallUNet(), for: .train).program
        for strategy in [PlanningOptions.Strategy.greedy, .best] {
            let options = PlanningOptions(strategy: strategy, batchCapacity: 3)
            let plan = planMemory(program, options: options)
            #expect(memoryLowerBound(plan.program, options: options) == plan.report.lowerBoundBytes)
        }
    }
}
