import Base

/// What sums of gradients take on their way between processes, counted from the plan of messages.
package struct SumTraffic: Hashable, Sendable {
    /// Floats of each bucket.
    package let buckets: [Range<Int>]
    /// What the busiest process sends or receives, whichever is more, for each byte of sums.
    package let load: Double
    /// Messages that wait for each other, from a process's part of a sum to the whole one at all.
    package let hops: Int

    /// - Parameters:
    ///   - floats: of a buffer of sums.
    ///   - leaves: micro-batches.
    ///   - ranks: processes, at most as many.
    package init(floats: Int, leaves: Int, ranks: Int) {
        let size = max(1, RankGroup.bucket(of: MemoryLayout<Float>.stride * floats) / MemoryLayout<Float>.stride)
        buckets = stride(from: 0, to: floats, by: size).map { $0..<min($0 + size, floats) }
        hops = 2 * Self.levels(ranks)
        let exchange = SumExchange(SumTree(leaves: leaves), ranks: ranks, keepsLeaves: false)
        var most = 0
        for rank in 0..<ranks {
            var (sent, received) = (0, 0)
            for (number, bucket) in buckets.enumerated() {
                for action in exchange.actions(of: rank, bucket: number) {
                    switch action {
                    case .send: sent += bucket.count
                    case .add, .receive: received += bucket.count
                    case .addBuffer, .copyBuffer: break
                    }
                }
            }
            most = max(most, sent, received)
        }
        load = floats > 0 ? Double(most) / Double(floats) : 0
    }

    /// Levels of a binary tree over so many processes.
    package static func levels(_ ranks: Int) -> Int {
        var levels = 0
        while 1 << levels < ranks { levels += 1 }
        return levels
    }
}
