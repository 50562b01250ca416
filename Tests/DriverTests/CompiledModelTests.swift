import Driver
import Strategy
import GraphIR
import Interpreter
import Kernels
import MemoryPlanning
import Passes
import Runtime
import TestSupport
import Testing

extension CompiledTests {
    /// The bundled net through the real C compiler.
    @Suite struct CompiledModelTests {
        private static let overrides = [(name: "width", value: "3"), (name: "size", value: "12")]

        private func compiled(
            _ plans: [PlanKind] = [.train, .infer, .forward, .gradients], batch: Int,
            configure: (inout CompileOptions) -> Void = { _ in }
        ) throws -> CompiledGraph {
            try CompiledGraph(
                try bundledText("unet-small.graph"), overrides: Self.overrides, plans: plans, batch: batch,
                name: "unet-small.graph", configure: configure)
        }

        private func leaves(_ graph: Graph, batch: Int) throws -> (differentiated: Graph, leaves: [String: Tensor]) {
            let differentiated = try differentiate(graph, withRespectTo: ["image"])
            return (
                differentiated, try calmLeaves(of: graph, differentiated: differentiated, batch: batch, seed: 5)
            )
        }

        /// The first samples of batched leaves.
        private func first(_ batch: Int, of leaves: [String: Tensor], _ graph: Graph) -> [String: Tensor] {
            var part = leaves
            for node in graph.nodes where node.op.isLeaf && node.type.isBatched {
                guard let all = leaves[node.name] else { continue }
                part[node.name] = Tensor(
                    shape: [batch] + all.shape.dropFirst(),
                    values: Array(all.values.prefix(batch * node.type.elementCount)))
            }
            return part
        }

        @Test func agreesWithTheInterpreterHoweverItIsPlanned() throws {
            let plain = try compiled(batch: 3)
            let graph = plain.session.graph
            let (differentiated, leaves) = try leaves(graph, batch: 3)
            let expected = try interpretedResults(differentiated, leaves, batch: 3)
            let found = try plain.run(.gradients, leaves, batch: 3)
            #expect(resultMismatch(expected: expected, found: found, tolerance: 2e-5) == nil)

            // Each plan chooses algorithms for itself, and direct convolutions are cut by what the plan is for. The same ones
            // give the same bits.
            let chosen = try compiled([.infer, .forward, .gradients], batch: 3) { $0.convolutions = .winograd2 }
            let results = try chosen.run(.gradients, leaves, batch: 3)
            #expect(resultMismatch(expected: expected, found: results, tolerance: 2e-5) == nil)
            let forward = try chosen.run(.forward, leaves, batch: 3)
            #expect(forward == results.filter { !$0.key.hasPrefix("grad.") }, "the forward plan gives the same bits")
            let outputs = try chosen.run(.infer, leaves, batch: 3)
            #expect(outputs == ["logits": try #require(results["logits"])], "and so does inference")

            let naive = try compiled([.gradients], batch: 3) {
                $0.strategy = .naive
                $0.fuses = false
            }
            let unfused = try naive.run(.gradients, leaves, batch: 3)
            #expect(resultMismatch(expected: unfused, found: found, tolerance: 1e-5) == nil)
        }

        /// Channels that fill vectors: convolutions make the maxima of their results, weight gradients those of biases.
        @Test func valuesMadeBesideOthers() throws {
            let text = """
                graph companions(width = 16) {
                  input image: [3, 16, 16]
                  target mask: [1, 16, 16]
                  a = relu(conv(image, width, kernel: 3, padding: 1))
                  b = relu(conv(a, width, kernel: 3, padding: 1))
                  c = relu(conv(max_pool(b, kernel: 2), width, kernel: 3, padding: 1))
                  up = conv_transpose(c, width, kernel: 2, stride: 2)
                  output logits = conv(concat(up, b), 1, kernel: 1)
                  loss bce_with_logits(logits, mask)
                }
                """
            let compiled = { (fuses: Bool) in
                try CompiledGraph(text, plans: [.gradients, .infer], batch: 3) {
                    $0.fuses = fuses
                    $0.convolutions = .winograd4
                }
            }
            let (fused, plain) = (try compiled(true), try compiled(false))
            let (differentiated, leaves) = try leaves(fused.session.graph, batch: 3)
            let expected = try interpretedResults(differentiated, leaves, batch: 3)
            let found = try fused.run(.gradients, leaves, batch: 3)
            #expect(resultMismatch(expected: expected, found: found, tolerance: 5e-5) == nil)
            #expect(try fused.run(.gradients, leaves, batch: 3, threads: 1) == found, "on one thread")
            let separate = try plain.run(.gradients, leaves, batch: 3)
            #expect(found["logits"] == separate["logits"], "maxima have the bits of a pooling step")
            #expect(try fused.run(.infer, leaves, batch: 3)["logits"] == found["logits"])

            let steps = try fused.session.lowered(.gradients, fused.options)
            let made = steps.graph.ids.filter { steps.graph[$0].host != nil }
            #expect(made.contains { steps.graph[$0].op.mnemonic == "max_pool" })
            #expect(made.contains { steps.graph[$0].op == .channelSum })
            #expect(Set(steps.steps.map(\.node)).isDisjoint(with: made))
        }

        /// One algorithm throughout: left alone, the cost model may take another for another capacity.
        @Test(arguments: [ConvolutionChoice.winograd4, .direct, .gemm])
        func aSmallerBatchGivesTheSameBits(_ choice: ConvolutionChoice) throws {
            // Models that differ in the batch alone share their objects in the cache.
            let large = try compiled([.gradients], batch: 4) { $0.convolutions = choice }
            let exact = try compiled([.gradients], batch: 2) { $0.convolutions = choice }
            let single = try compiled([.gradients], batch: 1) { $0.convolutions = choice }
            let graph = large.session.graph
            let (differentiated, all) = try leaves(graph, batch: 4)
            let two = first(2, of: all, differentiated)
            #expect(try large.run(.gradients, two, batch: 2) == exact.run(.gradients, two, batch: 2))
            let one = first(1, of: all, differentiated)
            let found = try large.run(.gradients, one, batch: 1)
            #expect(try found == exact.run(.gradients, one, batch: 1))
            #expect(try found == single.run(.gradients, one, batch: 1))
            let expected = try interpretedResults(differentiated, one, batch: 1)
            #expect(resultMismatch(expected: expected, found: found, tolerance: 2e-5) == nil)
        }

        /// Losses and all parameters after some steps of Adam.
        private func train(_ compiled: CompiledGraph, threads: Int) throws -> [String: [Float]] {
            let parameters = try ParameterStore(model: compiled.model, initialValues: .he, seed: 3)
            let executor = try Executor(
                model: compiled.model, parameters: parameters, plans: ["train"], threads: threads, optimizer: "adam")
            let plan = try executor.plan("train")
            let inputs = try compiled.model.plan("train").inputs
            var results: [String: [Float]] = ["losses": []]
            for step in 1...4 {
                let batch = step % 2 + 2
                let leaves = randomLeaves(of: compiled.session.graph, batch: batch, seed: UInt64(step))
                try compiled.feed(inputs, leaves, executor, plan, batch: batch)
                try executor.run(plan, batch: batch, scalars: .adam(step: step, learningRate: 0.01))
                results["losses"]?.append(try executor.loss(plan))
            }
            for parameter in compiled.model.parameters {
                results[parameter.name] = try parameters.values(of: parameter.name)
                results["m." + parameter.name] = try parameters.moment(1, of: parameter.name)
                results["v." + parameter.name] = try parameters.moment(2, of: parameter.name)
            }
            return results
        }

        @Test func theNumberOfThreadsChangesNoBit() throws {
            let compiled = try compiled(batch: 3)
            let one = try train(compiled, threads: 1)
            #expect(one.values.allSatisfy { $0.allSatisfy(\.isFinite) })
            for threads in [2, 3] {
                let other = try train(compiled, threads: threads)
                let different = one.keys.sorted().filter { name in
                    one[name]?.map(\.bitPattern) != other[name]?.map(\.bitPattern)
                }
                #expect(different == [], "\(threads) threads")
            }
            #expect(try train(compiled, threads: 1) == one, "again")
        }

        /// Rows of one to five floats, copied under a condition: GCC 12's own vectors get some of these wrong.
        @Test func narrowMapsWithGaps() throws {
            var text = "graph narrow() {\n"
            for width in 1...5 {
                text += "input v_x\(width): [2, 12, \(width)]\n"
                for kernel in 1...3 {
                    let name = "v_\(width)\(kernel)"
                    text += "\(name) = conv(v_x\(width), 2, kernel: [3, \(kernel)], padding: same, dilation: 2)\n"
                    text += "output \(name)_out = \(name)\n"
                }
            }
            let compiled = try CompiledGraph(text + "}\n", plans: [.gradients], batch: 2)
            let differentiated = try differentiate(
                compiled.session.graph, withRespectTo: compiled.session.inputs)
            let leaves = try calmLeaves(
                of: compiled.session.graph, differentiated: differentiated, batch: 2, seed: 1)
            let expected = try interpretedResults(differentiated, leaves, batch: 2)
            let found = try compiled.run(.gradients, leaves, batch: 2)
            #expect(resultMismatch(expected: expected, found: found, tolerance: 2e-5) == nil)
        }

        /// Statements whose names give one C identifier, and the names of files and functions that are there already.
        @Test func namesThatMeetInC() throws {
            let text = """
                block one(x) {
                  b = relu(conv(x, 2, kernel: 3, padding: same))
                  b_c = conv(b, 2, kernel: 3, padding: same)
                  return b_c
                }
                block two(x) {
                  c = conv(x, 2, kernel: 1)
                  return c
                }
                graph names() {
                  input x: [2, 7, 5]
                  target t: [2, 7, 5]
                  a = one(x)
                  a_b = two(a)
                  a_b_c = conv(a_b, 2, kernel: [1, 3], padding: [0, 1])
                  optimizers = sigmoid(conv(a_b_c, 2, kernel: 3, padding: same))
                  main = relu(conv(concat(optimizers, a_b), 2, kernel: 3, padding: 1))
                  update_adam = conv(main, 2, kernel: 1)
                  int = update_adam + a_b_c
                  output model = int
                  loss bce_with_logits(int, t)
                }
                """
            let compiled = try CompiledGraph(
                text, plans: [.train, .infer, .gradients], batch: 2, name: "names.graph")
            let differentiated = try differentiate(compiled.session.graph, withRespectTo: ["x"])
            let leaves = try calmLeaves(
                of: compiled.session.graph, differentiated: differentiated, batch: 2, seed: 1)
            let expected = try interpretedResults(differentiated, leaves, batch: 2)
            let found = try compiled.run(.gradients, leaves, batch: 2)
            #expect(resultMismatch(expected: expected, found: found, tolerance: 2e-5) == nil)
            for kind in [PlanKind.infer, .train] {
                let other = try compiled.run(kind, leaves, batch: 2)
                #expect(other["model"] == found["model"], "\(kind)")
            }
        }
    }
}
