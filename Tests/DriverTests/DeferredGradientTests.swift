import Emission
import GraphIR
import Interpreter
import MemoryPlanning
import Passes
import Runtime
import TestSupport
import Testing

@testable import Driver
@testable import Strategy

extension CompiledTests {
    /// Steps whose batch goes through the net in parts, which leave some weight gradients to the end.
    @Suite struct DeferredGradientTests {
        private static let overrides = [(name: "width", value: "8"), (name: "size", value: "32")]
        private static let batch = 6
        private static let part = 2

        /// Nets by their texts.
        enum Net: CaseIterable {
            case unet
            /// A map that a convolution and a transposed one read, whose weights' gradients both wait: it is the second
            /// operand of one and the first of the other.
            case sharedMap

            func text() throws -> String {
                switch self {
                case .unet: try bundledText("unet.graph")
                case .sharedMap:
                    """
                    graph shared(width = 8, size = 32) {
                      input image: [3, size, size]
                      target mask: [1, size, size]
                      a = relu(conv(max_pool(image, kernel: 4), 8 * width, kernel: 3, padding: same))
                      bottom = relu(conv(max_pool(a, kernel: 4), 16 * width, kernel: 3, padding: same))
                      side = relu(conv(bottom, 16 * width, kernel: 3, padding: same))
                      up = conv_transpose(bottom, 2 * width, kernel: 4, stride: 4)
                      up2 = conv_transpose(side, 2 * width, kernel: 4, stride: 4)
                      c = relu(conv(up + up2, width, kernel: 3, padding: same))
                      fine = conv_transpose(c, width, kernel: 4, stride: 4)
                      output logits = conv(fine, 1, kernel: 1)
                      loss bce_with_logits(logits, mask)
                    }
                    """
                }
            }

            var whole: Result<CompiledGraph, any Error> {
                self == .unet ? DeferredGradientTests.whole : DeferredGradientTests.wholeShared
            }
            var lean: Result<CompiledGraph, any Error> {
                self == .unet ? DeferredGradientTests.lean : DeferredGradientTests.leanShared
            }
        }

        private static func compiled(_ net: Net = .unet, batch: Int, inParts: Bool) throws -> CompiledGraph {
            let text = try net.text()
            let path = try TestFolder.write(text, name: "unet.graph")
            let session = try Session(path: path, overrides: overrides)
            return try CompiledGraph(text, overrides: overrides, plans: [.train], batch: batch, name: "unet.graph") {
                options in
                // All of it reads the shared map in one layout: a copy in another one would wait in its place.
                if net == .sharedMap { options.convolutions = .gemm }
                guard inParts else { return }
                var plain = options
                plain.recomputation = .none
                options.stepBatch = Self.batch
                options.deferred = (try? session.program(.train, plain)).flatMap {
                    DeferredGradients(of: $0.graph, batch: Self.batch)
                }
            }
        }

        private static let whole = Result { try compiled(batch: batch, inParts: false) }
        private static let lean = Result { try compiled(batch: part, inParts: true) }
        private static let wholeShared = Result { try compiled(.sharedMap, batch: batch, inParts: false) }
        private static let leanShared = Result { try compiled(.sharedMap, batch: part, inParts: true) }

        /// How a step's gradients come together.
        enum Sums: CaseIterable {
            /// Those that wait are made once.
            case atOnce
            /// They are summed as well, as for a norm of all gradients.
            case norm
            /// Two batches make a step, so that they are made twice.
            case twoBatches

            var batches: Int { self == .twoBatches ? 2 : 1 }
            var stepSamples: Int? { self == .norm ? nil : batches * DeferredGradientTests.batch }
        }

        /// Parameters after two steps, and the norms of the gradients.
        private static func train(
            _ compiled: CompiledGraph, part: Int, _ sums: Sums, threads: Int = 2, poisons: Bool = false
        ) throws -> (parameters: [[Float]], norms: [Double]) {
            let model = compiled.model
            let parameters = try ParameterStore(model: model, initialValues: .he, seed: 3)
            let executor = try Executor(
                model: model, parameters: parameters, plans: ["train"], threads: threads, optimizer: "sgd",
                extras: TrainingExtras(sumsGradients: true, stepSamples: sums.stepSamples))
            let plan = try executor.plan("train")
            let inputs = try model.plan("train").inputs
            var norms: [Double] = []
            for step in 1...2 {
                var scalars = StepScalars.sgd(step: step, learningRate: 0.05)
                scalars.gradientWeight = Double(part) / Double(sums.batches * batch)
                var deferrals = 0
                for number in 0..<sums.batches {
                    let leaves = randomLeaves(of: compiled.session.graph, batch: batch, seed: UInt64(2 * step + number))
                    for first in stride(from: 0, to: batch, by: part) {
                        let samples = leaves.mapValues { $0.samples(first..<first + part, of: batch) }
                        try compiled.feed(inputs, samples, executor, plan, batch: part)
                        scalars.keepsGradients = number + first > 0
                        if poisons {
                            let run = try executor.runPoisoned(plan, batch: part, scalars: scalars)
                            #expect(run.fault == nil)
                        } else {
                            try executor.run(plan, batch: part, scalars: scalars)
                        }
                    }
                    scalars.keepsGradients = deferrals > 0
                    deferrals += 1
                    try executor.runDeferred(scalars: scalars)
                }
                if sums == .norm { norms.append(try executor.gradientNorm()) }
                try executor.applyUpdates(scalars: scalars)
            }
            return (try model.parameters.map { try parameters.values(of: $0.name) }, norms)
        }

        @Test(arguments: Sums.allCases, Net.allCases)
        func theStepIsThatOfTheWholeBatch(_ sums: Sums, _ net: Net) throws {
            let (whole, lean) = (try net.whole.get(), try net.lean.get())
            if net == .sharedMap {
                let gradients = try #require(lean.options.deferred).gradients
                #expect(gradients.contains("grad.side.weight") && gradients.contains("grad.up.weight"))
            }
            #expect(lean.model.deferredCapacity == Self.batch && whole.model.deferredCapacity == nil)
            let expected = try Self.train(whole, part: Self.batch, sums)
            let found = try Self.train(lean, part: Self.part, sums)
            for (place, parameter) in whole.model.parameters.enumerated() {
                let distance = zip(expected.parameters[place], found.parameters[place]).map { abs($0 - $1) }.max() ?? 0
                #expect(distance <= 2e-6, "\(parameter.name)")
            }
            for (a, b) in zip(expected.norms, found.norms) { #expect(abs(a - b) <= 1e-5 * a) }
            #expect(expected.norms.count == found.norms.count)
            // Whatever runs, and whoever looks, the bits are the same.
            let alone = try Self.train(lean, part: Self.part, sums, threads: 1)
            #expect(alone.parameters == found.parameters && alone.norms == found.norms)
            let poisoned = try Self.train(lean, part: Self.part, sums, poisons: true)
            #expect(poisoned.parameters == found.parameters)
        }

        @Test func memoryIsWhatIsSummedAndKept() throws {
            let model = try Self.lean.get().model
            let deferred = try #require(try Self.lean.get().options.deferred)
            let use = { (extras: TrainingExtras) in
                try MemoryUse(model: model, plans: ["train"], threads: 1, optimizer: "sgd", extras: extras)
            }
            let all = try use(TrainingExtras(sumsGradients: true))
            let lean = try use(TrainingExtras(sumsGradients: true, stepSamples: Self.batch))
            #expect(all.sums - lean.sums == deferred.sumBytes)
            #expect(lean.kept == Self.batch * deferred.sampleBytes)
            #expect(lean.kept < deferred.sumBytes)
        }

        @Test func moreSamplesThanFitAreRefused() throws {
            let compiled = try Self.lean.get()
            let parameters = try ParameterStore(model: compiled.model, initialValues: .he, seed: 3)
            let executor = try Executor(
                model: compiled.model, parameters: parameters, plans: ["train"], threads: 1, optimizer: "sgd",
                extras: TrainingExtras(sumsGradients: true, stepSamples: Self.batch))
            let plan = try executor.plan("train")
            for _ in 0..<3 { try executor.run(plan, batch: 2) }
            #expect(executor.deferredSamples == 6)
            let error = #expect(throws: RuntimeError.self) { try executor.run(plan, batch: 1) }
            #expect(error?.message.contains("6 samples wait") == true, "\(error?.message ?? "")")
            executor.dropDeferred()
            try executor.run(plan, batch: 1)
            // Memory that was given back is there again, and what waited in it is not.
            executor.giveBackWorkingMemory()
            #expect(executor.deferredSamples == 0)
            try executor.run(plan, batch: 2)
        }
    }
}

extension Tensor {
    /// Some samples of a batched value; a value of another kind as it is.
    fileprivate func samples(_ range: Range<Int>, of batch: Int) -> Tensor {
        guard shape.first == batch, shape.count == 4 else { return self }
        let size = values.count / batch
        return Tensor(
            shape: [range.count] + shape.dropFirst(),
            values: Array(values[range.lowerBound * size..<range.upperBound * size]))
    }
}
