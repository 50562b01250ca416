import Base
import Driver
import Foundation
import TestSupport
import Testing

@testable import Runtime

extension CompiledTests {
    /// Batches that several runs share out: the bits of one run that has all of it.
    @Suite struct SharedBatchTests {
        /// What in a net looks at more than a sample.
        enum Net: String, CaseIterable {
            case plain, batchNorm, groupNorm, classes, dropout

            var text: String {
                """
                graph shared {
                  input x: [3, 12, 20]
                  target t: \(self == .classes ? "classes[12, 20]" : "[1, 12, 20]")
                  a = conv(x, 8, kernel: 3, padding: same)
                  b = \(inner)
                  c = relu(conv(max_pool(b, kernel: 2), 12, kernel: 3, padding: same))
                  d = conv_transpose(c, 8, kernel: 2, stride: 2)
                  output y = conv(concat(d, b), \(self == .classes ? 4 : 1), kernel: 1)
                  loss \(loss)
                  train { optimizer: adam(lr: 1e-2) }
                }
                """
            }

            private var inner: String {
                switch self {
                case .plain, .classes: "relu(a)"
                case .batchNorm: "relu(batch_norm(a))"
                case .groupNorm: "relu(group_norm(a, groups: 2))"
                case .dropout: "dropout(relu(a), rate: 0.4)"
                }
            }

            private var loss: String {
                switch self {
                case .classes: "cross_entropy(y, t, ignore: 3, weights: [1, 2, 0.5, 1])"
                default: "0.5 * bce_with_logits(y, t) + 0.5 * dice_loss(y, t)"
                }
            }
        }

        /// Runs that wait for each other's samples.
        private final class Meeting: @unchecked Sendable {
            private let condition = NSCondition()
            private let count: Int
            private var arrived = 0
            private var round = 0
            private var blocks: [[UInt8]]

            init(count: Int) {
                self.count = count
                blocks = Array(repeating: [], count: count)
            }

            func join(_ rank: Int, _ samples: SharedSamples, _ owned: [Range<Int>]) {
                let bytes = { (rank: Int) in
                    UnsafeMutableRawBufferPointer(
                        start: samples.base + owned[rank].lowerBound * samples.stride,
                        count: owned[rank].count * samples.stride)
                }
                condition.withLock { blocks[rank] = Array(bytes(rank)) }
                wait()
                for other in 0..<count where other != rank { bytes(other).copyBytes(from: blocks[other]) }
                wait()
            }

            private func wait() {
                condition.withLock {
                    arrived += 1
                    let own = round
                    if arrived == count {
                        arrived = 0
                        round += 1
                        condition.broadcast()
                    }
                    while round == own { condition.wait() }
                }
            }
        }

        /// Four parts of seven samples, one of them alone.
        private static let parts = [0..<2, 2..<4, 4..<6, 6..<7]

        /// What a run has when it is done.
        private struct Outcome: @unchecked Sendable {
            var loss: [UInt32] = []
            var sums: [Float] = []
            var parameters: [[UInt32]] = []
        }

        private func executor(_ model: Model, buffers: Int) throws -> Executor {
            var extras = TrainingExtras(sumsGradients: true)
            extras.sumBuffers = buffers
            extras.sharesBatches = true
            return try Executor(
                model: model, parameters: try ParameterStore(model: model, initialValues: .he, seed: 3),
                plans: ["train"], threads: 2, optimizer: "adam", extras: extras)
        }

        private func feed(_ executor: Executor, _ plan: PlanHandle, _ samples: Range<Int>, _ net: Net) throws {
            for sample in samples {
                var random = SplitMix64(seed: UInt64(sample))
                try executor.write(
                    "x", plan: plan, sample: sample, from: (0..<720).map { _ in Float(random.unit() - 0.5) })
                let target = (0..<240).map { place in
                    net == .classes ? Float((place / 7 + sample) % 4) : Float((place / 50 + sample) % 2)
                }
                try executor.write("t", plan: plan, sample: sample, from: target)
            }
        }

        private func scalars() -> StepScalars {
            var scalars = StepScalars.adam(step: 1, learningRate: 1e-2)
            scalars.seed = 11
            return scalars
        }

        /// Of all parameters, without what is between them.
        private func sums(_ executor: Executor) throws -> [Float] {
            let all = Array(try executor.summedGradients(0))
            let tensors = executor.model.plans[0].tensors.filter { $0.region == .parameters }
            return tensors.compactMap { executor.sums?.range(of: $0) }.flatMap { all[$0] }
        }

        private func outcome(_ executor: Executor, _ plan: PlanHandle) throws -> Outcome {
            Outcome(
                loss: [try executor.loss(plan).bitPattern], sums: try sums(executor),
                parameters: try executor.model.parameters.map {
                    try executor.parameters.values(of: $0.name).map(\.bitPattern)
                })
        }

        /// The batch in one run that does not part it.
        private func whole(_ model: Model, _ net: Net) throws -> Outcome {
            let executor = try executor(model, buffers: 1)
            let plan = try executor.plan("train")
            try feed(executor, plan, 0..<7, net)
            try executor.run(plan, batch: 7, scalars: scalars())
            return try outcome(executor, plan)
        }

        /// One of `count` runs, each of which has as many parts.
        private func run(
            _ rank: Int, of count: Int, _ model: Model, _ net: Net, _ meeting: Meeting
        ) throws -> Outcome {
            let executor = try executor(model, buffers: 3)
            let plan = try executor.plan("train")
            let own = rank * 4 / count..<(rank + 1) * 4 / count
            let additions: [[(from: Int, into: Int)]] =
                count == 1
                ? [[], [(1, 0)], [], [(2, 1), (1, 0)]]
                : count == 2 ? [[], [(1, 0)], [], [(1, 0)]] : [[], [], [], []]
            let buffers = count == 1 ? [0, 1, 1, 2] : count == 2 ? [0, 1, 0, 1] : [0, 0, 0, 0]
            let share = BatchShare(
                batch: 7,
                pieces: own.map { leaf in
                    BatchShare.Piece(
                        samples: Self.parts[leaf], countsWhole: leaf == 0, buffer: buffers[leaf],
                        additions: additions[leaf])
                })
            try feed(executor, plan, share.samples, net)
            let owned = (0..<count).map { rank in
                Self.parts[rank * 4 / count].lowerBound..<Self.parts[(rank + 1) * 4 / count - 1].upperBound
            }
            try executor.run(
                plan, share: share, scalars: scalars(),
                Executor.Others(join: { if count > 1 { meeting.join(rank, $0, owned) } }))
            return try outcome(executor, plan)
        }

        private func together(_ count: Int, _ model: Model, _ net: Net) throws -> [Outcome] {
            let meeting = Meeting(count: count)
            let results = Results(count: count)
            let threads = (0..<count).map { rank in
                let thread = Thread { results.set(rank, Result { try run(rank, of: count, model, net, meeting) }) }
                thread.stackSize = 8 << 20
                thread.start()
                return thread
            }
            withExtendedLifetime(threads) { results.wait() }
            return try results.all.map { try $0.get() }
        }

        private final class Results: @unchecked Sendable {
            private let condition = NSCondition()
            private var results: [Result<Outcome, any Error>?]
            init(count: Int) { results = Array(repeating: nil, count: count) }
            func set(_ rank: Int, _ result: Result<Outcome, any Error>) {
                condition.withLock {
                    results[rank] = result
                    condition.signal()
                }
            }
            func wait() { condition.withLock { while results.contains(where: { $0 == nil }) { condition.wait() } } }
            var all: [Result<Outcome, any Error>] { results.compactMap { $0 } }
        }

        private func sum(_ all: [[Float]]) -> [Float] {
            guard all.count > 1 else { return all[0] }
            let middle = all.count / 2
            return zip(sum(Array(all[..<middle])), sum(Array(all[middle...]))).map { $0 + $1 }
        }

        @Test(arguments: Net.allCases)
        func anyNumberOfRunsHasTheSameBits(net: Net) throws {
            let model = try CompiledGraph(net.text, plans: [.train], batch: 8, name: "shared.graph").model
            #expect(model.obstacleToSharing == nil)
            let whole = try whole(model, net)
            let alone = try together(1, model, net)[0]
            #expect(alone.loss == whole.loss, "the loss of the whole batch has its bits")
            #expect(alone.parameters == whole.parameters, "and so have running moments")
            let largest = whole.sums.map(abs).max() ?? 0
            #expect(largest > 0)
            for (place, (one, other)) in zip(alone.sums, whole.sums).enumerated() {
                try #require(abs(one - other) <= 1e-5 * largest, "gradient \(place): \(one), as a whole \(other)")
            }
            for count in [2, 4] {
                let all = try together(count, model, net)
                for (rank, outcome) in all.enumerated() {
                    #expect(outcome.loss == alone.loss, "rank \(rank) of \(count)")
                    #expect(outcome.parameters == alone.parameters, "rank \(rank) of \(count)")
                }
                #expect(sum(all.map(\.sums)).map(\.bitPattern) == alone.sums.map(\.bitPattern), "\(count) runs")
            }
        }

        /// A part without samples adds nothing, and a run after it on a whole batch is what it was.
        @Test func partsMayBeEmpty() throws {
            let model = try CompiledGraph(Net.batchNorm.text, plans: [.train], batch: 8, name: "shared.graph").model
            let executor = try executor(model, buffers: 2)
            let plan = try executor.plan("train")
            try feed(executor, plan, 0..<2, .batchNorm)
            let share = BatchShare(
                batch: 2,
                pieces: [
                    BatchShare.Piece(samples: 0..<0, countsWhole: true, buffer: 0, additions: []),
                    BatchShare.Piece(samples: 0..<2, countsWhole: false, buffer: 1, additions: [(1, 0)]),
                ])
            try executor.run(plan, share: share, scalars: scalars(), Executor.Others(join: { _ in }))
            let shared = try sums(executor)
            try feed(executor, plan, 0..<2, .batchNorm)
            try executor.run(plan, batch: 2, scalars: scalars())
            #expect(try sums(executor) == shared)
        }

        @Test func runsThatWereNotPreparedForItAreRefused() throws {
            let model = try CompiledGraph(Net.plain.text, plans: [.train], batch: 8, name: "shared.graph").model
            let executor = try Executor(
                model: model, parameters: try ParameterStore(model: model, initialValues: .he, seed: 3),
                plans: ["train"], threads: 1, optimizer: "adam", extras: TrainingExtras(sumsGradients: true))
            let plan = try executor.plan("train")
            let share = BatchShare(
                batch: 9, pieces: [BatchShare.Piece(samples: 0..<9, countsWhole: true, buffer: 0, additions: [])])
            #expect(throws: RuntimeError.self) {
                try executor.run(plan, share: share, scalars: scalars(), Executor.Others(join: { _ in }))
            }
        }
    }
}
