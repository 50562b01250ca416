/// The order in which a step's sums over micro-batches are made: a binary tree over them that depends on their number alone.
///
/// A node over several leaves has the largest power of two below their number on its left, so that leaves which come one after the
/// other are merged as a binary counter carries: pairwise summation (Higham, Accuracy and Stability of Numerical Algorithms, section
/// 4.2). Who computes which leaves moves sums from one process to another, and changes no sum.
package struct SumTree: Hashable, Sendable {
    /// Micro-batches, from 1.
    package var leaves: Int

    package init(leaves: Int) { self.leaves = leaves }

    var all: Range<Int> { 0..<leaves }

    /// Where a node of several leaves is parted.
    static func middle(of node: Range<Int>) -> Int {
        var left = 1
        while 2 * left < node.count { left *= 2 }
        return node.lowerBound + left
    }
}

/// The sums over one process's micro-batches: into which buffer each one goes, and which buffers are added to which.
package struct LocalSums: Hashable, Sendable {
    /// Adds one buffer to another, which comes before it in the tree.
    package struct Addition: Hashable, Sendable {
        package var into: Int
        package var from: Int
    }

    /// A node of the tree whose leaves are all here, and whose parent's are not.
    struct Root: Hashable, Sendable {
        var node: Range<Int>
        var buffer: Int
    }

    /// The buffer of each leaf, from the first one here on.
    package var buffers: [Int] = []
    /// What may be added once that leaf is done.
    package var additions: [[Addition]] = []
    /// What is left, in the order of leaves.
    var roots: [Root] = []
    /// Buffers at most.
    package private(set) var count = 0
    private let own: Range<Int>
    private let keepsLeaves: Bool

    /// - Parameters:
    ///   - own: the leaves that are computed here.
    ///   - keepsLeaves: whether nothing is added before all leaves are done, because each of them grows until then.
    package init(_ tree: SumTree, own: Range<Int>, keepsLeaves: Bool) {
        self.own = own
        self.keepsLeaves = keepsLeaves
        var top = 0
        visit(tree.all, isRoot: true, &top)
        guard keepsLeaves, !additions.isEmpty else { return }
        let all = additions.flatMap { $0 }
        additions = additions.map { _ in [] }
        additions[additions.count - 1] = all
    }

    /// The additions of leaf i, as the tree counts it.
    package func additions(after leaf: Int) -> [Addition] { additions[leaf - own.lowerBound] }
    package func buffer(of leaf: Int) -> Int { buffers[leaf - own.lowerBound] }

    /// - Parameter top: the first buffer that is free.
    /// - Returns: the buffer of the node's sum, when all of it is here.
    @discardableResult
    private mutating func visit(_ node: Range<Int>, isRoot: Bool, _ top: inout Int) -> Int? {
        guard node.overlaps(own), !node.isEmpty else { return nil }
        let isHere = own.lowerBound <= node.lowerBound && node.upperBound <= own.upperBound
        var buffer: Int?
        if node.count == 1 {
            buffer = keepsLeaves ? node.lowerBound - own.lowerBound : top
            top += 1
            buffers.append(buffer ?? 0)
            additions.append([])
        } else {
            let middle = SumTree.middle(of: node)
            let left = visit(node.lowerBound..<middle, isRoot: !isHere, &top)
            let right = visit(middle..<node.upperBound, isRoot: !isHere, &top)
            if isHere, let left, let right {
                additions[additions.count - 1].append(Addition(into: left, from: right))
                top -= 1
                buffer = left
            }
        }
        count = max(count, keepsLeaves ? buffers.count : top)
        if isHere && isRoot, let buffer { roots.append(Root(node: node, buffer: buffer)) }
        return buffer
    }
}
