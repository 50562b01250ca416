import Emission
import Passes
import Programs
import Runtime
import TestSupport
import Testing

@testable import Driver
@testable import Strategy

extension CompiledTests {
    /// Training plans that compute values twice.
    @Suite struct RecomputationTests {
        private static func session(_ net: BundledNet) throws -> Session {
            let path = try TestFolder.write(try bundledText(net.name + ".graph"), name: net.name + ".graph")
            return try Session(path: path, overrides: net.overrides)
        }

        /// The program that takes at most two thirds, or as little as the search can do.
        private static func lean(_ session: Session, _ options: CompileOptions) throws -> Program {
            let compilation = Compilation(session, options)
            var search = compilation.recomputeSearch(try compilation.selected(.train), batch: compilation.batch)
            _ = search.reduce(to: search.state.peak / 3 * 2)
            return search.state.program
        }

        private static func steps(_ model: Model, _ session: Session, batch: Int) throws -> [String: [Float]] {
            let parameters = try ParameterStore(model: model, initialValues: .he, seed: 3)
            let executor = try Executor(
                model: model, parameters: parameters, plans: ["train"], threads: 2, optimizer: "adam")
            let plan = try executor.plan("train")
            let info = try model.plan("train")
            for step in 1...2 {
                let leaves = randomLeaves(of: session.graph, batch: batch, seed: UInt64(step))
                for tensor in info.inputs {
                    let values = try #require(leaves[tensor.name]).floats
                    for sample in 0..<batch {
                        let start = sample * tensor.elementCount
                        try executor.write(
                            tensor.name, plan: plan, sample: sample,
                            from: Array(values[start..<start + tensor.elementCount]))
                    }
                }
                try executor.run(plan, batch: batch, scalars: .adam(step: step, learningRate: 1e-2))
            }
            var values: [String: [Float]] = [:]
            for parameter in model.parameters { values[parameter.name] = try parameters.values(of: parameter.name) }
            return values
        }

        /// Convolutions on blocked maps with companions, concats, batch normalisation and dropout.
        @Test(arguments: [("unet-small", 16), ("unet-camvid", 2)])
        func theBitsAreThoseWithout(_ name: String, width: Int) throws {
            var net = try #require(BundledNet.all.first { $0.name == name })
            net.overrides = net.overrides.map { ($0.name, $0.name == "width" ? "\(width)" : $0.value) }
            let text = try bundledText(name + ".graph")
            var results: [[String: [Float]]] = []
            var counts: [Int] = []
            for recomputation in [Recomputation?.some(.none), .nearlyFree, nil] {
                let compiled = try CompiledGraph(
                    text, overrides: net.overrides, plans: [.train], batch: 2, name: name + ".graph"
                ) { options in
                    options.recomputation = recomputation ?? .none
                    guard recomputation == nil, let session = try? Self.session(net),
                        let graph = try? Self.lean(session, options)
                    else { return }
                    options.recomputation = .chosen(graph)
                }
                counts.append(try compiled.model.plan("train").steps.count)
                results.append(try Self.steps(compiled.model, compiled.session, batch: 2))
            }
            #expect(counts[0] < counts[2], "the lean plan computes nothing twice")
            for (name, values) in results[0].sorted(by: { $0.key < $1.key }) {
                #expect(values == results[1][name], "\(name), nearly free")
                #expect(values == results[2][name], "\(name), lean")
            }
        }
    }
}
