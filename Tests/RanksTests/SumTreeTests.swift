import Base
import Testing

@testable import Ranks

/// Sums over micro-batches: the same bits, whoever computes which of them.
@Suite struct SumTreeTests {
    /// Processes without MPI: each does its actions as far as messages are there.
    private struct Processes {
        var buffers: [[Float]]
        var actions: [ArraySlice<SumExchange.Action>]
        /// What was sent and has not been received, by sender and receiver.
        var mail: [[Int]: [Float]] = [:]
        var messages = 0

        mutating func run() -> Bool {
            var hasMoved = true
            while hasMoved {
                hasMoved = false
                for rank in actions.indices { while advance(rank) { hasMoved = true } }
            }
            return actions.allSatisfy(\.isEmpty) && mail.values.allSatisfy(\.isEmpty)
        }

        private mutating func advance(_ rank: Int) -> Bool {
            guard let action = actions[rank].first else { return false }
            switch action {
            case .send(let other, let buffer):
                mail[[rank, other], default: []].append(buffers[rank][buffer])
                messages += 1
            case .add(let other, let buffer):
                guard let value = mail[[other, rank]]?.first else { return false }
                mail[[other, rank]]?.removeFirst()
                buffers[rank][buffer] += value
            case .receive(let other, let buffer):
                guard let value = mail[[other, rank]]?.first else { return false }
                mail[[other, rank]]?.removeFirst()
                buffers[rank][buffer] = value
            case .addBuffer(let from, let into): buffers[rank][into] += buffers[rank][from]
            case .copyBuffer(let from, let into): buffers[rank][into] = buffers[rank][from]
            }
            actions[rank].removeFirst()
            return true
        }
    }

    /// The tree's sum as its definition says it.
    private func sum(_ values: ArraySlice<Float>) -> Float {
        guard values.count > 1 else { return values.first ?? 0 }
        let middle = SumTree.middle(of: values.startIndex..<values.endIndex)
        return sum(values[..<middle]) + sum(values[middle...])
    }

    /// Numbers whose sum depends on the order.
    private func numbers(_ count: Int) -> [Float] {
        var random = SplitMix64(seed: UInt64(count))
        return (0..<count).map { _ in Float(random.unit() - 0.4) * Float(1 << random.index(below: 12)) }
    }

    /// What each process has at the end, for a bucket; nil where some wait for ever.
    private func results(_ values: [Float], ranks: Int, bucket: Int, keepsLeaves: Bool) -> (
        sums: [Float], messages: Int
    )? {
        let tree = SumTree(leaves: values.count)
        let exchange = SumExchange(tree, ranks: ranks, keepsLeaves: keepsLeaves)
        let buffers = exchange.owners.map { own -> [Float] in
            let sums = LocalSums(tree, own: own, keepsLeaves: keepsLeaves)
            var buffers = [Float](repeating: .nan, count: sums.count)
            for leaf in own {
                buffers[sums.buffer(of: leaf)] = values[leaf]
                for addition in sums.additions(after: leaf) { buffers[addition.into] += buffers[addition.from] }
            }
            return buffers
        }
        var processes = Processes(
            buffers: buffers, actions: (0..<ranks).map { exchange.actions(of: $0, bucket: bucket)[...] })
        guard processes.run() else { return nil }
        return (processes.buffers.map { $0[0] }, processes.messages)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 11, 16, 24, 33, 64], [false, true])
    func anyNumberOfProcessesHasTheSameBits(leaves: Int, keepsLeaves: Bool) {
        let values = numbers(leaves)
        let expected = sum(values[...])
        for ranks in 1...leaves {
            for bucket in [0, 1, 2, 3, 5, 10, 63] {
                guard let (sums, messages) = results(values, ranks: ranks, bucket: bucket, keepsLeaves: keepsLeaves)
                else {
                    Issue.record("\(leaves) leaves, \(ranks) ranks, bucket \(bucket): some wait for ever")
                    continue
                }
                #expect(
                    sums.allSatisfy { $0.bitPattern == expected.bitPattern },
                    "\(leaves) leaves, \(ranks) ranks, bucket \(bucket): \(sums), expected \(expected)")
                #expect(ranks > 1 || messages == 0)
            }
        }
    }

    @Test func anOtherOrderHasOtherBits() {
        let values = numbers(64)
        #expect(values.reduce(0, +) != sum(values[...]), "the numbers would show no mistake")
    }

    @Test func aProcessHoldsFewSums() {
        for leaves in [1, 2, 8, 64, 1000] {
            let all = LocalSums(SumTree(leaves: leaves), own: 0..<leaves, keepsLeaves: false)
            var depth = 1
            while 1 << (depth - 1) < leaves { depth += 1 }
            #expect(all.count <= depth, "\(leaves) leaves take \(all.count) buffers")
            #expect(all.roots.count == 1 && all.roots[0].buffer == 0)
        }
        #expect(LocalSums(SumTree(leaves: 8), own: 0..<8, keepsLeaves: true).count == 8)
    }

    /// Processes that have whole subtrees send each number once up and get it once.
    @Test(arguments: [2, 4, 8, 16])
    func aPowerOfTwoSendsNoMoreThanItMust(ranks: Int) throws {
        let (_, messages) = try #require(results(numbers(16), ranks: ranks, bucket: 0, keepsLeaves: false))
        #expect(messages == 2 * (ranks - 1))
    }

    /// Nobody adds up more than his share of buckets, so that no connection waits for another one.
    @Test func bucketsAreAddedUpByAll() {
        let exchange = SumExchange(SumTree(leaves: 8), ranks: 8, keepsLeaves: false)
        let ends = (0..<8).map { bucket in
            (0..<8).first { rank in
                exchange.actions(of: rank, bucket: bucket).allSatisfy { if case .receive = $0 { false } else { true } }
            }
        }
        #expect(Set(ends).count == 8, "\(ends)")
    }

    @Test(arguments: [1, 2, 3, 5, 8, 13])
    func spreadingReachesAll(ranks: Int) {
        for first in 0..<ranks {
            var received = [Int](repeating: 0, count: ranks)
            var sent: [[Int]] = []
            for rank in 0..<ranks {
                for action in SumExchange.spreading(from: first, ranks: ranks, of: rank) {
                    switch action {
                    case .send(let other): sent.append([rank, other])
                    case .receive(let other):
                        received[rank] += 1
                        #expect(sent.contains([other, rank]) || other > rank)
                    }
                }
            }
            #expect(received.indices.allSatisfy { received[$0] == ($0 == first ? 0 : 1) })
            #expect(sent.count == ranks - 1)
        }
    }

    /// Every process has every other one's part at the end, and nobody waits for ever.
    @Test(arguments: 1...17) func joiningBringsAllToAll(ranks: Int) {
        var have = (0..<ranks).map { Set([$0]) }
        var actions = (0..<ranks).map { SumExchange.joining(ranks: ranks, of: $0)[...] }
        var mail: [[Int]: [Set<Int>]] = [:]
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            for rank in 0..<ranks {
                guard let action = actions[rank].first else { continue }
                switch action.passing {
                case .send(let other):
                    let sent = Set(action.owners)
                    #expect(sent.isSubset(of: have[rank]), "rank \(rank) sends what it has not")
                    mail[[rank, other], default: []].append(sent)
                case .receive(let other):
                    guard let message = mail[[other, rank]]?.first else { continue }
                    mail[[other, rank]]?.removeFirst()
                    #expect(message == Set(action.owners), "rank \(rank) expects other parts")
                    have[rank].formUnion(message)
                }
                actions[rank].removeFirst()
                hasMoved = true
            }
        }
        #expect(actions.allSatisfy(\.isEmpty) && mail.values.allSatisfy(\.isEmpty))
        #expect(have.allSatisfy { $0 == Set(0..<ranks) })
    }
}
