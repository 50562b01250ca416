/// A process among those of a run.
package struct RankPlace: Hashable, Sendable {
    package var rank: Int
    package var count: Int

    package init(rank: Int, count: Int) {
        self.rank = rank
        self.count = count
    }

    /// Of a run that is one process.
    package static let alone = RankPlace(rank: 0, count: 1)
}

/// What a process does so that all get the sum of all leaves: messages along the tree's edges, up and then down.
///
/// An inner node whose leaves are of several processes is added up at one of its children's. Which one differs from bucket to
/// bucket, so that both directions of a connection carry as much: recursive halving and doubling (Thakur, Rabenseifner and Gropp
/// 2005, Optimization of Collective Communication Operations in MPICH, section 4.3), with an order of sums that is the tree's.
package struct SumExchange: Hashable, Sendable {
    /// One thing to do, behind those before it.
    package enum Action: Hashable, Sendable {
        case send(to: Int, buffer: Int)
        /// Adds what comes to a buffer.
        case add(from: Int, buffer: Int)
        /// Overwrites the buffer.
        case receive(from: Int, buffer: Int)
        /// Adds one buffer to another, or copies it there.
        case addBuffer(Int, into: Int)
        case copyBuffer(Int, into: Int)
    }

    /// The leaves of each process, one after the other.
    package let owners: [Range<Int>]
    private let tree: SumTree
    private let roots: [[LocalSums.Root]]

    /// - Parameters:
    ///   - ranks: processes, at most as many as there are leaves.
    ///   - keepsLeaves: as of `LocalSums`.
    package init(_ tree: SumTree, ranks: Int, keepsLeaves: Bool) {
        self.tree = tree
        let owners = Self.owners(of: tree.leaves, ranks: ranks)
        self.owners = owners
        roots = owners.map { LocalSums(tree, own: $0, keepsLeaves: keepsLeaves).roots }
    }

    /// Contiguous shares, as even as they can be.
    package static func owners(of leaves: Int, ranks: Int) -> [Range<Int>] {
        (0..<ranks).map { $0 * leaves / ranks..<($0 + 1) * leaves / ranks }
    }

    /// Where a node's sum is.
    private struct Place {
        var rank: Int
        var buffer: Int
    }

    /// What that process does for a bucket of numbers; then their sum is in its buffer 0.
    package func actions(of rank: Int, bucket: Int) -> [Action] {
        var actions: [Action] = []
        var meetings: [(holder: Int, other: Int)] = []
        guard let top = gather(tree.all, depth: 0, bucket, rank, &actions, &meetings) else { return [] }
        var having: Set<Int> = [top.rank]
        if top.rank == rank, top.buffer != 0 { actions.append(.copyBuffer(top.buffer, into: 0)) }
        // From the top down: a node comes behind its children in the list, and its sum, or one above it, has come to its holder.
        for (giver, taker) in meetings.reversed() where having.insert(taker).inserted {
            if giver == rank { actions.append(.send(to: taker, buffer: 0)) }
            if taker == rank { actions.append(.receive(from: giver, buffer: 0)) }
        }
        return actions
    }

    /// Adds up a node; nil for one without leaves.
    private func gather(
        _ node: Range<Int>, depth: Int, _ bucket: Int, _ rank: Int, _ actions: inout [Action],
        _ meetings: inout [(holder: Int, other: Int)]
    ) -> Place? {
        guard !node.isEmpty else { return nil }
        for (owner, roots) in roots.enumerated() {
            if let root = roots.first(where: { $0.node == node }) { return Place(rank: owner, buffer: root.buffer) }
        }
        let middle = SumTree.middle(of: node)
        guard let left = gather(node.lowerBound..<middle, depth: depth + 1, bucket, rank, &actions, &meetings),
            let right = gather(middle..<node.upperBound, depth: depth + 1, bucket, rank, &actions, &meetings)
        else { return nil }
        if left.rank == right.rank {
            if left.rank == rank { actions.append(.addBuffer(right.buffer, into: left.buffer)) }
            return left
        }
        let isRight = bucket >> min(depth, 62) & 1 == 1
        let (holder, other) = isRight ? (right, left) : (left, right)
        if other.rank == rank { actions.append(.send(to: holder.rank, buffer: other.buffer)) }
        if holder.rank == rank { actions.append(.add(from: other.rank, buffer: holder.buffer)) }
        meetings.append((holder.rank, other.rank))
        return holder
    }
}

extension SumExchange {
    /// One end of a message.
    enum Passing: Hashable, Sendable {
        case send(to: Int)
        case receive(from: Int)
    }

    /// What that rank does so that all get what one has, along a binomial tree.
    static func spreading(from first: Int, ranks: Int, of rank: Int) -> [Passing] {
        var actions: [Passing] = []
        var step = 1
        while step < ranks { step *= 2 }
        while step > 1 {
            step /= 2
            for giver in stride(from: 0, to: ranks - step, by: 2 * step) {
                let pair = [giver, giver + step].map { ($0 + first) % ranks }
                if pair[0] == rank { actions.append(.send(to: pair[1])) }
                if pair[1] == rank { actions.append(.receive(from: pair[0])) }
            }
        }
        return actions
    }

    /// What that rank does so that all have what each has: up a binomial tree, whose nodes have what ranks next to each other have,
    /// and down again. Whose it is that goes a way, goes with it.
    static func joining(ranks: Int, of rank: Int) -> [(passing: Passing, owners: Range<Int>)] {
        var actions: [(passing: Passing, owners: Range<Int>)] = []
        var step = 1
        while step < ranks {
            if rank % (2 * step) == step {
                actions.append((.send(to: rank - step), rank..<min(rank + step, ranks)))
            } else if rank % (2 * step) == 0, rank + step < ranks {
                actions.append((.receive(from: rank + step), rank + step..<min(rank + 2 * step, ranks)))
            }
            step *= 2
        }
        return actions + spreading(from: 0, ranks: ranks, of: rank).map { ($0, 0..<ranks) }
    }
}
