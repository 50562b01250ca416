import Driver
import GraphIR
import Interpreter
import Passes
import Runtime
import TestSupport
import Testing

extension CompiledTests {
    /// The graphs of the folder `graphs`, small, through the C compiler.
    @Suite struct BundledNetTests {
        private static let batch = 2

        /// The long run has all of them. The others are like these but for one operator, which random graphs have as well,
        /// or have tests of their own.
        private static let nets = BundledNet.all.filter { isLongRun || quick.contains($0.name) }
        private static let quick = [
            "attention-unet", "autoencoder", "resunet", "unet-camvid", "unet-unpool", "unet-valid",
        ]

        @Test(arguments: nets)
        func agreesWithTheInterpreterAndLearns(_ net: BundledNet) throws {
            let compiled = try CompiledGraph(
                net.text(), overrides: net.overrides, plans: [.train, .gradients, .infer], batch: Self.batch,
                name: net.name + ".graph"
            ) { $0.withRespectTo = [] }
            let graph = compiled.session.graph
            let differentiated = try differentiate(graph)
            let leaves = try calmLeaves(
                of: graph, differentiated: differentiated, batch: Self.batch, seed: 11, attempts: 5)
            let expected = try interpretedResults(differentiated, leaves, batch: Self.batch)
            let found = try compiled.run(.gradients, leaves, batch: Self.batch)
            #expect(resultMismatch(expected: expected, found: found, tolerance: 2e-5, gradientTolerance: 2e-4) == nil)

            let inference = try interpretedResults(inferenceGraph(graph), leaves, batch: Self.batch)
            let outputs = try compiled.run(.infer, leaves, batch: Self.batch)
            #expect(resultMismatch(expected: inference, found: outputs, tolerance: 5e-5) == nil)

            let losses = try losses(compiled, steps: 8)
            #expect(try #require(losses.last) < losses[0], "\(losses)")
        }

        /// Of steps of Adam on one batch.
        private func losses(_ compiled: CompiledGraph, steps: Int) throws -> [Float] {
            let parameters = try ParameterStore(model: compiled.model, initialValues: .he, seed: 3)
            let executor = try Executor(
                model: compiled.model, parameters: parameters, plans: ["train"], threads: 2, optimizer: "adam")
            let plan = try executor.plan("train")
            let inputs = try compiled.model.plan("train").inputs
            let leaves = randomLeaves(of: compiled.session.graph, batch: Self.batch, seed: 17)
            return try (1...steps).map { step in
                try compiled.feed(inputs, leaves, executor, plan, batch: Self.batch)
                let scalars = StepScalars.adam(step: step, learningRate: 3e-3)
                #expect(try executor.runWatched(plan, batch: Self.batch, scalars: scalars) == nil)
                return try executor.loss(plan)
            }
        }
    }
}
