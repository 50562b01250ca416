import Driver
import GraphIR
import Passes
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#endif

extension CompiledTests {
    /// Random graphs of all operators: the compiled kernels compute what the interpreter does.
    @Suite struct RandomGraphTests {
        static let isLong = getenv("UNETC_LONG_TESTS").map { String(cString: $0) } == "1"

        /// Graphs of five nets each; the long run has two hundred graphs of one.
        @Test(arguments: 0..<UInt64(isLong ? 200 : 5))
        func agreesWithTheInterpreter(_ seed: UInt64) throws {
            let text = randomGraphText(seed: seed, parts: Self.isLong ? 1 : 5)
            let batch = Int(seed % 3) + 1
            let compiled = try CompiledGraph(text, plans: [.gradients], batch: batch, name: "random.graph")
            let graph = compiled.session.graph
            let differentiated = try differentiate(graph, withRespectTo: compiled.session.inputs)
            let leaves = try calmLeaves(of: graph, differentiated: differentiated, batch: batch, seed: seed)
            let expected = try interpretedResults(differentiated, leaves, batch: batch)
            let found = try compiled.run(.gradients, leaves, batch: batch)
            let problem = resultMismatch(expected: expected, found: found, tolerance: 2e-5, gradientTolerance: 1e-4)
            #expect(problem == nil, "\(text)")
        }
    }
}
