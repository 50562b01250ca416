/// Exact search for a placement within a capacity: finds one, or proves that there is none.
///
/// It fills the memory from below, as MiniMalloc does (Moffitt, 2023), but decides locally. A *valley* is a run of
/// sections with one skyline between higher ones. What lies directly on its ground, at one of its sections, is a block
/// alive there whose life is within the valley, or nothing. These are the branches; they exclude each other, so that no
/// placement is met twice. Any valley will do, whatever its height: the search takes the section that leaves the fewest
/// choices. Blocks that have no section in common with the rest, as soon as no block ties them to it, are placed on
/// their own. States that lead nowhere are remembered.
///
/// It is enough to look at placements in which every block lies on the ground or on another block: any placement
/// can be pushed down until that is so.
final class SkylineSearch {
    enum Outcome: Hashable {
        case found
        case impossible
        /// Out of nodes, or told to stop.
        case stopped
    }

    /// Which section is decided first.
    enum Choice: Hashable, CaseIterable {
        /// That with the fewest branches, then that with the least slack.
        case fewestBranches
        /// That with the least slack, then that with the fewest branches.
        case leastSlack
    }

    private let state: SkylineState
    private let failed: FailedStates
    /// By block, its place in the order in which branches are tried.
    private let rank: FlatArray<Int>
    /// By block, what it adds to the hash of a state in which it has no place.
    private let blockHash: FlatArray<UInt64>
    /// By section, the section behind its run of equal skylines.
    private let runEnd: FlatArray<Int>
    /// By section, blocks that could lie directly on its ground.
    private let fitting: FlatArray<Int>
    /// The branches not tried yet of all nodes on the way, one node's behind the other's.
    private var branches = ContiguousArray<Int>()
    private var choice = Choice.fewestBranches
    private var depth = 0
    private var nodeLimit = 0
    private let shouldStop: () -> Bool

    /// States looked at, in all runs.
    private(set) var nodes = 0

    /// Blocks that the search takes on: more would need a deeper stack.
    static let blockLimit = 2048
    private static let depthLimit = 2 * blockLimit
    /// Nodes between two questions whether to stop.
    private static let stopInterval = 1024

    /// - Parameter shouldStop: asked now and then.
    init(_ problem: PlacementProblem, capacity: Int, shouldStop: @escaping () -> Bool) {
        state = SkylineState(problem, capacity: capacity)
        failed = FailedStates(bits: 18)
        rank = FlatArray(repeating: 0, count: state.blockCount)
        blockHash = FlatArray((0..<state.blockCount).map { scrambled(~UInt64($0)) }, or: 0)
        runEnd = FlatArray(repeating: 0, count: state.sectionCount + 1)
        fitting = FlatArray(repeating: 0, count: state.sectionCount + 1)
        self.shouldStop = shouldStop
    }

    deinit {
        rank.deallocate()
        blockHash.deallocate()
        runEnd.deallocate()
        fitting.deallocate()
    }

    /// Searches from the beginning, for `nodeLimit` more nodes at most. What earlier runs have found to lead nowhere is
    /// not looked at again.
    ///
    /// - Parameter order: the blocks in the order in which they are tried.
    func run(_ choice: Choice, order: [Int], nodeLimit: Int) -> Outcome {
        self.choice = choice
        self.nodeLimit = nodes + nodeLimit
        for (position, block) in order.enumerated() { rank[block] = position }
        state.undo(to: 0)
        branches.removeAll(keepingCapacity: true)
        depth = 0
        guard state.settle(0..<state.sectionCount) else { return .impossible }
        return placeAll(0..<state.sectionCount)
    }

    /// Where the blocks lie, after a run that found a placement.
    var placement: Placement {
        let offsets = (0..<state.blockCount).map { state.offset[$0] }
        return Placement(
            offsets: offsets, total: offsets.indices.reduce(0) { max($0, offsets[$1] + state.size[$1]) })
    }

    // MARK: Nodes

    /// Places what has no place yet, one set of sections that blocks tie together after the other. What one set leaves
    /// undecided does not matter to the next, so that the first failure is final.
    private func placeAll(_ sections: Range<Int>) -> Outcome {
        var start = sections.lowerBound
        while start < sections.upperBound {
            guard state.openCount[start] > 0 else {
                start += 1
                continue
            }
            var end = start + 1
            while end < sections.upperBound, state.crossing[end] > 0 { end += 1 }
            let outcome = decide(start..<end)
            if outcome != .found { return outcome }
            start = end
        }
        return .found
    }

    /// Decides what lies on the ground of one section, and then the rest.
    private func decide(_ sections: Range<Int>) -> Outcome {
        nodes += 1
        if nodes > nodeLimit || depth >= Self.depthLimit { return .stopped }
        if nodes % Self.stopInterval == 0, shouldStop() { return .stopped }
        let key = key(sections)
        if failed.contains(key) { return .impossible }
        findRuns(sections)
        countFitting(sections)
        let section = mostConstrained(sections)
        let start = branches.count
        appendBranches(section)
        depth += 1
        defer {
            depth -= 1
            branches.removeLast(branches.count - start)
        }
        for position in start..<branches.count where !isRepeated(position, since: start) {
            let outcome = attempt(sections) { state.place(branches[position]) }
            if outcome != .impossible { return outcome }
        }
        if let level = levelWithoutBlock(on: section) {
            let outcome = attempt(sections) { state.raise(section, to: level) }
            if outcome != .impossible { return outcome }
        }
        failed.insert(key)
        return .impossible
    }

    /// Makes a change and places the rest; takes it back if that is impossible.
    @inline(__always)
    private func attempt(_ sections: Range<Int>, _ change: () -> Bool) -> Outcome {
        let mark = state.mark
        if change() {
            let outcome = placeAll(sections)
            if outcome != .impossible { return outcome }
        }
        state.undo(to: mark)
        return .impossible
    }

    /// A state is the blocks that have no place, and the skylines.
    private func key(_ sections: Range<Int>) -> FailedStates.Key {
        var key = FailedStates.Key(low: 0, high: 0)
        for section in sections {
            let value = scrambled(UInt64(truncatingIfNeeded: state.skyline[section] | section << 44))
            key.low &+= value
            key.high ^= value
        }
        for block in 0..<state.blockCount where isOpen(block, sections) {
            key.low &+= blockHash[block]
            key.high ^= blockHash[block]
        }
        return key
    }

    @inline(__always)
    private func isOpen(_ block: Int, _ sections: Range<Int>) -> Bool {
        state.offset[block] < 0 && state.first[block] >= sections.lowerBound && state.end[block] <= sections.upperBound
    }

    // MARK: Valleys

    private func findRuns(_ sections: Range<Int>) {
        var section = sections.upperBound - 1
        runEnd[section] = section + 1
        while section > sections.lowerBound {
            section -= 1
            runEnd[section] =
                state.skyline[section] == state.skyline[section + 1] ? runEnd[section + 1] : section + 1
        }
    }

    /// Whether a block without a place could lie directly on the ground all along.
    @inline(__always)
    private func fits(_ block: Int) -> Bool {
        state.lowest[block] == state.skyline[state.first[block]] && runEnd[state.first[block]] >= state.end[block]
    }

    private func countFitting(_ sections: Range<Int>) {
        for section in sections.lowerBound...sections.upperBound { fitting[section] = 0 }
        for block in 0..<state.blockCount where isOpen(block, sections) && fits(block) {
            fitting[state.first[block]] += 1
            fitting[state.end[block]] -= 1
        }
        var count = 0
        for section in sections {
            count += fitting[section]
            fitting[section] = count
        }
    }

    private func mostConstrained(_ sections: Range<Int>) -> Int {
        var best = sections.lowerBound
        var bestScore = (Int.max, Int.max, Int.max)
        var start = sections.lowerBound
        while start < sections.upperBound {
            let end = runEnd[start]
            let level = state.skyline[start]
            let isValley =
                (start == sections.lowerBound || state.skyline[start - 1] > level)
                && (end == sections.upperBound || state.skyline[end] > level)
            if isValley {
                for section in start..<end {
                    let slack = state.slack(section)
                    let count = fitting[section] + (slack > 0 ? 1 : 0)
                    let score =
                        switch choice {
                        case .fewestBranches: (count, slack, level)
                        case .leastSlack: (slack, count, level)
                        }
                    if score < bestScore { (best, bestScore) = (section, score) }
                }
            }
            start = end
        }
        return best
    }

    // MARK: Branches

    private func appendBranches(_ section: Int) {
        let start = branches.count
        for position in state.aliveStart[section]..<state.aliveStart[section + 1] {
            let block = Int(state.alive[position])
            if state.offset[block] < 0, fits(block) { branches.append(block) }
        }
        branches[start...].sort { rank[$0] < rank[$1] }
    }

    /// True for a block that differs in nothing from one tried before at this node.
    private func isRepeated(_ position: Int, since start: Int) -> Bool {
        let block = branches[position]
        for other in branches[start..<position]
        where state.first[other] == state.first[block] && state.end[other] == state.end[block]
            && state.size[other] == state.size[block]
        {
            return true
        }
        return false
    }

    /// The skyline that a section has if no block lies on its ground; nil if that loses more than can be lost.
    ///
    /// A block that would fit there lies on a rival then, one that would not no lower than it could.
    private func levelWithoutBlock(on section: Int) -> Int? {
        let ground = state.skyline[section]
        let highest = state.capacity - state.remaining[section]
        guard ground < highest else { return nil }
        var level = highest + 1
        for position in state.aliveStart[section]..<state.aliveStart[section + 1] {
            let block = Int(state.alive[position])
            guard state.offset[block] < 0 else { continue }
            if state.lowest[block] > ground {
                level = min(level, state.lowest[block])
                continue
            }
            for place in state.rivalStart[block]..<state.rivalStart[block + 1] {
                let rival = Int(state.rivals[place])
                if state.offset[rival] < 0 { level = min(level, state.lowest[rival] + state.size[rival]) }
            }
        }
        return level <= highest ? level : nil
    }
}
