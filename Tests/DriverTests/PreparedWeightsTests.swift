import Driver
import Strategy
import GraphIR
import Passes
import Runtime
import TestSupport
import Testing

@testable import Emission

extension CompiledTests {
    /// Weights that inference prepares once, in the bundled net at a width at which its convolutions do.
    @Suite struct PreparedWeightsTests {
        private static let overrides = [(name: "width", value: "16"), (name: "size", value: "16")]

        private func compiled() throws -> CompiledGraph {
            try CompiledGraph(
                try bundledText("unet-small.graph"), overrides: Self.overrides, plans: [.train, .infer, .forward],
                batch: 3, name: "unet-small.graph")
        }

        private func lowered(_ kind: PlanKind) throws -> LoweredPlan {
            let path = try TestFolder.write(try bundledText("unet-small.graph"), name: "prepared.graph")
            let session = try Session(path: path, overrides: Self.overrides)
            return try session.lowered(kind, CompileOptions(target: .named("x86-64-v3"), batch: 2, jobs: 1))
        }

        /// A run's results by name.
        private func results(
            _ executor: Executor, _ kind: PlanKind, _ compiled: CompiledGraph, batch: Int, seed: UInt64
        ) throws -> [String: [UInt32]] {
            let plan = try executor.plan(kind.rawValue)
            let info = try compiled.model.plan(kind.rawValue)
            let leaves = randomLeaves(of: compiled.session.graph, batch: batch, seed: seed)
            try compiled.feed(info.inputs, leaves, executor, plan, batch: batch)
            try executor.run(plan, batch: batch, scalars: .adam(step: 1, learningRate: 0.01))
            var results: [String: [UInt32]] = [:]
            for tensor in info.outputs {
                results[tensor.name] = try executor.read(tensor.name, plan: plan).map(\.bitPattern)
            }
            return results
        }

        /// Names what differs, instead of printing thousands of numbers.
        private func expectSame(_ found: [String: [UInt32]], _ expected: [String: [UInt32]], _ comment: Comment) {
            let names = Set(found.keys).union(expected.keys).sorted()
            let different = names.filter { found[$0] != expected[$0] }
            #expect(different == [], comment)
        }

        @Test func keptAndRecomputedGiveTheSameBits() throws {
            let compiled = try compiled()
            let parameters = try ParameterStore(model: compiled.model, initialValues: .he, seed: 1)
            let plans = ["train", "infer", "forward"]
            let kept = try Executor(
                model: compiled.model, parameters: parameters, plans: plans, threads: 2, optimizer: "adam",
                preparedWeights: .kept)
            let recomputed = try Executor(
                model: compiled.model, parameters: parameters, plans: plans, threads: 1, optimizer: "adam",
                preparedWeights: .recomputed)
            var seen: [[UInt32]] = []
            for (number, kind) in [PlanKind.infer, .infer, .forward, .infer, .forward].enumerated() {
                let batch = number % 3 + 1
                let found = try results(kept, kind, compiled, batch: batch, seed: 9)
                let expected = try results(recomputed, kind, compiled, batch: batch, seed: 9)
                expectSame(found, expected, "run \(number)")
            }
            for step in 0..<3 {
                let found = try results(kept, .infer, compiled, batch: 2, seed: 4)
                let expected = try results(recomputed, .infer, compiled, batch: 2, seed: 4)
                expectSame(found, expected, "after \(step) training steps")
                seen.append(try #require(found["logits"]))
                _ = try results(step == 0 ? kept : recomputed, .train, compiled, batch: 3, seed: UInt64(step))
            }
            #expect(Set(seen).count == 3, "each training step changes the prediction")
            parameters.initialize(.pytorch, seed: 8)
            let found = try results(kept, .infer, compiled, batch: 2, seed: 4)
            expectSame(found, try results(recomputed, .infer, compiled, batch: 2, seed: 4), "other weights")
            #expect(found["logits"] != seen[2])
        }

        @Test func theTablesSayWhatIsPrepared() throws {
            let model = try compiled().model
            for kind in [PlanKind.infer, .forward] {
                let plan = try model.plan(kind.rawValue)
                let tensors = plan.tensors.filter { $0.region == .prepared }
                #expect(tensors.count > 5)
                #expect(plan.steps.filter(\.isPreparation).count == tensors.count)
                #expect(plan.preparedBytes == tensors.reduce(0) { $0 + $1.bytes })
                #expect(plan.largestPreparedBytes == tensors.map(\.bytes).max())
            }
            let train = try model.plan("train")
            #expect(train.preparedBytes == 0 && !train.steps.contains(where: \.isPreparation))
            let kept = try MemoryUse(model: model, plans: ["infer"], threads: 1, preparedWeights: .kept)
            let recomputed = try MemoryUse(model: model, plans: ["infer"], threads: 1, preparedWeights: .recomputed)
            let infer = try model.plan("infer")
            #expect(kept.prepared == infer.preparedBytes && recomputed.prepared == 0)
            #expect(recomputed.arena == kept.arena + infer.largestPreparedBytes)
        }

        @Test func theDumpsShowIt() throws {
            let plan = try lowered(.infer)
            #expect(plan.table.contains("prepared weights, outside the arena"))
            let row = try #require(plan.table.split(separator: "\n").first { $0.contains("winograd weights") })
            #expect(row.contains("  prepared+"))
            #expect(plan.json.text.contains("\"region\": \"prepared\""))
            #expect(plan.json.text.contains("\"preparation\": true"))
            #expect(try !lowered(.train).table.contains("prepared+"))
        }

        @Test func preparationsOutOfOrderAreFound() throws {
            let sound = try lowered(.infer)
            #expect(sound.preparationViolations() == [])
            let positions = sound.steps.indices.filter { sound.steps[$0].isPreparation }
            #expect(positions.count > 5)
            for (number, position) in positions.enumerated() {
                var broken = sound
                broken.steps.swapAt(position, position + 1)
                #expect(!broken.preparationViolations().isEmpty, "after its reader")
                broken = sound
                broken.steps.remove(at: position)
                #expect(!broken.preparationViolations().isEmpty, "left out")
                broken = sound
                broken.steps[position].isPreparation = false
                #expect(broken.preparationViolations().contains { $0.message.contains("another step has prepared") })
                broken = sound
                let map = try #require(sound.tensors.firstIndex { $0.role == .input })
                broken.steps[position].operands[1] = map
                #expect(broken.preparationViolations().contains { $0.message.contains("no parameter") })
                guard number > 0 else { continue }
                broken = sound
                broken.steps.insert(broken.steps.remove(at: position), at: positions[number - 1] + 1)
                #expect(!broken.preparationViolations().isEmpty, "before the reader of the one before")
            }
        }
    }
}
