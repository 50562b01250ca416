import Base
import Passes
import Runtime
import TestSupport
import Testing

@testable import Driver
@testable import Strategy

extension CompiledTests {
    /// Kernels that run beside each other.
    @Suite struct GroupTests {
        struct Net: Sendable, CustomTestStringConvertible {
            var name: String
            var width: Int
            var precision = ElementType.float32
            var frozen: [String] = []

            var testDescription: String { "\(name), \(width) wide, \(precision.rawValue), frozen \(frozen)" }

            func compiled(_ configure: (inout CompileOptions) -> Void = { _ in }) throws -> CompiledGraph {
                let net = try #require(BundledNet.all.first { $0.name == name })
                let overrides = net.overrides.map { ($0.name, $0.name == "width" ? "\(width)" : $0.value) }
                return try CompiledGraph(
                    try bundledText(name + ".graph"), overrides: overrides, plans: [.train, .infer], batch: 2,
                    name: name + ".graph", frozen: frozen.map(NamePattern.init)
                ) { options in
                    options.precision = precision
                    configure(&options)
                }
            }
        }

        /// With skips, batch normalisation and dropout, arms of blocks.
        static let nets = [
            Net(name: "unet-small", width: 16), Net(name: "unet-small", width: 16, precision: .bfloat16),
            Net(name: "unet-camvid", width: 2), Net(name: "resunet", width: 4),
            Net(name: "attention-unet", width: 2), Net(name: "unet-small", width: 4, frozen: ["enc*"]),
        ]

        private static func bits(_ compiled: CompiledGraph, threads: Int, inTurn: Bool = false) throws -> [UInt32] {
            let model = compiled.model
            let parameters = try ParameterStore(model: model, initialValues: .he, seed: 3)
            let executor = try Executor(
                model: model, parameters: parameters, plans: ["train", "infer"], threads: threads, optimizer: "adam")
            executor.runsGroupsInTurn = inTurn
            let leaves = randomLeaves(of: compiled.session.graph, batch: 2, seed: 1)
            let (train, infer) = (try executor.plan("train"), try executor.plan("infer"))
            for step in 1...2 {
                try compiled.feed(try model.plan("train").inputs, leaves, executor, train, batch: 2)
                try executor.run(train, batch: 2, scalars: .adam(step: step, learningRate: 1e-2))
            }
            try compiled.feed(try model.plan("infer").inputs, leaves, executor, infer, batch: 2)
            try executor.run(infer, batch: 2)
            let results = try model.plan("infer").outputs.map { try executor.read($0.name, plan: infer) }
            let values = try model.parameters.map { try parameters.values(of: $0.name) }
            return (results + values).flatMap { $0.map(\.bitPattern) }
        }

        @Test(arguments: nets)
        func theBitsAreThoseOfKernelsInTurn(_ net: Net) throws {
            let compiled = try net.compiled()
            let steps = try compiled.model.plan("train").steps
            let areBeside = steps.contains { $0.isBeside }
            #expect(areBeside)
            let expected = try Self.bits(compiled, threads: 1, inTurn: true)
            for threads in [1, 2, 3, 7, 16, 64] {
                let isSame = try Self.bits(compiled, threads: threads) == expected
                #expect(isSame, "\(threads) threads")
            }
            let apart = try net.compiled { $0.strategy = .greedy }
            let others = try apart.model.plan("train").steps
            let isBeside = others.contains { $0.isBeside }
            #expect(!isBeside)
            let isSame = try Self.bits(apart, threads: 2) == expected
            #expect(isSame, "a plan without groups")
        }
    }
}
