import Driver
import Strategy
import KernelIR
import Kernels
import Passes
import Runtime
import TestSupport
import Testing

extension CompiledTests {
    /// Kernels in Swift compute the bits of those in C: every operation stands in the kernel, and neither compiler
    /// regroups or fuses any.
    @Suite(.enabled(if: hasSwiftCompiler, "there is no swiftc; set SWIFTC"))
    struct SwiftBackendTests {
        private typealias Bits = [String: [UInt32]]

        private func compiled(
            _ text: String, overrides: [(name: String, value: String)] = [], plans: [PlanKind], backend: Backend,
            target: Target = .native()
        ) throws -> CompiledGraph {
            try CompiledGraph(text, overrides: overrides, plans: plans, batch: 3, name: "backend.graph") {
                $0.backend = backend
                $0.target = target
            }
        }

        /// Names of results that differ, out of at least `count`.
        private func differences(ofAtLeast count: Int, _ results: (Backend) throws -> Bits) throws -> [String] {
            let (c, swift) = (try results(.c), try results(.swift))
            #expect(c.count >= count && c.keys.sorted() == swift.keys.sorted())
            return c.keys.sorted().filter { c[$0] != swift[$0] }
        }

        /// Results of the backward pass for leaves that depend on the seed alone.
        private func gradients(_ compiled: CompiledGraph, seed: UInt64) throws -> Bits {
            let graph = try differentiate(compiled.session.graph, withRespectTo: compiled.session.inputs)
            return try compiled.run(.gradients, randomLeaves(of: graph, batch: 3, seed: seed), batch: 3)
                .mapValues { $0.values.map { Float($0).bitPattern } }
        }

        /// Winograd's convolutions, products, matrix products of the BLAS, pooling, losses and the optimizer.
        @Test func trainingStepsGiveTheBitsOfC() throws {
            let text = try bundledText("unet-small.graph")
            let different = try differences(ofAtLeast: 20) { backend in
                let compiled = try compiled(
                    text, overrides: [("width", "16"), ("size", "16")], plans: [.train], backend: backend)
                let parameters = try ParameterStore(model: compiled.model, initialValues: .he, seed: 3)
                let executor = try Executor(
                    model: compiled.model, parameters: parameters, plans: ["train"], threads: 2, optimizer: "adam")
                let plan = try executor.plan("train")
                var bits: Bits = [:]
                for step in 1...2 {
                    let leaves = randomLeaves(of: compiled.session.graph, batch: 3, seed: UInt64(step))
                    try compiled.feed(try compiled.model.plan("train").inputs, leaves, executor, plan, batch: 3)
                    try executor.run(plan, batch: 3, scalars: .adam(step: step, learningRate: 0.01))
                    bits["loss \(step)"] = [try executor.loss(plan).bitPattern]
                }
                for parameter in compiled.model.parameters {
                    bits[parameter.name] = try parameters.values(of: parameter.name).map(\.bitPattern)
                }
                return bits
            }
            #expect(different == [])
        }

        /// Random graphs of all operators.
        @Test(arguments: 0..<UInt64(isLongRun ? 20 : 1))
        func randomGraphsGiveTheBitsOfC(_ seed: UInt64) throws {
            let text = randomGraphText(seed: seed, parts: 5)
            let different = try differences(ofAtLeast: 5) { backend in
                try gradients(try compiled(text, plans: [.gradients], backend: backend), seed: seed)
            }
            #expect(different == [], "\(text)")
        }

        /// The first has no fused multiply-add.
        @Test(arguments: ["x86-64", "x86-64-v3"])
        func otherTargetsGiveTheBitsOfC(_ name: String) throws {
            let text = """
                graph g() {
                  input x: [4, 9, 7]
                  target t: [1, 9, 7]
                  a = relu(conv(x, 8, kernel: 3, padding: same))
                  b = max_pool(tanh(conv(a, 8, kernel: 1)), kernel: 3, stride: 1, padding: 1)
                  c = conv(b, 1, kernel: 1)
                  output y = c
                  loss bce_with_logits(c, t)
                }
                """
            let target = try Target.named(name)
            let different = try differences(ofAtLeast: 5) { backend in
                try gradients(
                    try compiled(text, plans: [.gradients], backend: backend, target: target), seed: 1)
            }
            #expect(different == [])
        }

        @Test func theFolderHasSwiftKernels() throws {
            let session = try Session(path: try TestFolder.write(try bundledText("unet-small.graph")), overrides: [])
            var options = CompileOptions(target: .x86v3, jobs: 1)
            options.backend = .swift
            let model = try session.emit(options).model
            #expect(model.files.contains { $0.path == "unetc_vectors.swift" })
            #expect(!model.files.contains { $0.path == "unetc_vectors.h" })
            let kernels = model.files.map(\.path).filter { $0.hasPrefix("kernels/") }
            #expect(!kernels.isEmpty && kernels.allSatisfy { $0.hasSuffix(".swift") })
            #expect(kernels.allSatisfy(model.sources.contains))
        }
    }
}

private let hasSwiftCompiler = (try? SwiftToolchain()) != nil
