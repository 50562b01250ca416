import Driver
import GraphIR
import Passes
import TestSupport
import Testing

extension CompiledTests {
    /// Random graphs of all operators: the compiled kernels compute what the interpreter does, in training and as after it.
    @Suite struct RandomGraphTests {
        /// Eighty nets: graphs of twenty, which are cheaper to compile; in the long run two hundred graphs of one.
        @Test(arguments: 0..<UInt64(isLongRun ? 200 : 4))
        func agreesWithTheInterpreter(_ seed: UInt64) throws {
            let text = randomGraphText(seed: seed, parts: isLongRun ? 1 : 20)
            let batch = Int(seed % 3) + 1
            let compiled = try CompiledGraph(
                text, plans: [.gradients, seed % 4 == 3 ? .infer : .forward], batch: batch, name: "random.graph")
            let graph = compiled.session.graph
            let differentiated = try differentiate(graph, withRespectTo: compiled.session.inputs)
            let leaves = try calmLeaves(of: graph, differentiated: differentiated, batch: batch, seed: seed)
            let expected = try interpretedResults(differentiated, leaves, batch: batch)
            let found = try compiled.run(.gradients, leaves, batch: batch)
            let problem = resultMismatch(expected: expected, found: found, tolerance: 2e-5, gradientTolerance: 1e-4)
            #expect(problem == nil, "\(text)")

            let kind: PlanKind = graph.loss == nil ? .infer : .forward
            let evaluation = try interpretedResults(evaluationGraph(graph), leaves, batch: batch)
            let evaluated = try compiled.run(kind, leaves, batch: batch)
            let difference = resultMismatch(expected: evaluation, found: evaluated, tolerance: 5e-5)
            #expect(difference == nil, "\(text)")
        }
    }
}
