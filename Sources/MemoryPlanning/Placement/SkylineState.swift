/// Blocks on their way into a memory of some capacity, placed from below: where the next one could lie in each section,
/// and what follows from it. Every change can be taken back.
///
/// The *skyline* of a section is the lowest offset that a block without a place could have there. All below it is
/// taken, or lost.
final class SkylineState {
    let blockCount: Int
    let sectionCount: Int
    let capacity: Int

    // By block.
    let size: FlatArray<Int>
    let first: FlatArray<Int>
    /// The section behind its last one.
    let end: FlatArray<Int>
    /// The lowest offset it could have; `unreachable` once it has its place, so that it sorts behind the others.
    let lowest: FlatArray<Int>
    /// Its place; −1 before it has one.
    let offset: FlatArray<Int>

    // By section.
    let skyline: FlatArray<Int>
    /// Bytes of the blocks that have no place yet.
    let remaining: FlatArray<Int>
    /// How many these are.
    let openCount: FlatArray<Int>
    /// How many of these are alive in the section before as well.
    let crossing: FlatArray<Int>

    /// The blocks alive in a section, those without a place first, by their lowest offsets as of the last `settle`.
    let alive: FlatArray<Int32>
    let aliveStart: FlatArray<Int>
    /// The blocks alive together with a block.
    let rivals: FlatArray<Int32>
    let rivalStart: FlatArray<Int>

    private var trail = ContiguousArray<Change>()

    static let unreachable = Int.max / 4

    private struct Change {
        enum Kind: UInt8 { case lowest, skyline, place }
        var kind: Kind
        var index: Int32
        var old: Int
    }

    init(_ problem: PlacementProblem, capacity: Int) {
        let blocks = problem.blocks
        blockCount = blocks.count
        sectionCount = problem.sectionCount
        self.capacity = capacity
        size = FlatArray(blocks.map(\.size), or: 0)
        first = FlatArray(blocks.map(\.sections.lowerBound), or: 0)
        end = FlatArray(blocks.map(\.sections.upperBound), or: 0)
        lowest = FlatArray(repeating: 0, count: blockCount)
        offset = FlatArray(repeating: -1, count: blockCount)
        skyline = FlatArray(repeating: 0, count: sectionCount + 1)
        remaining = FlatArray(problem.loads, or: 0)
        openCount = FlatArray(repeating: 0, count: sectionCount + 1)
        crossing = FlatArray(repeating: 0, count: sectionCount + 1)
        (alive, aliveStart) = Self.lists(
            (0..<sectionCount).map { section in
                blocks.indices.filter { blocks[$0].sections.contains(section) }
            })
        (rivals, rivalStart) = Self.lists(
            blocks.indices.map { index in
                blocks.indices.filter { $0 != index && blocks[$0].sections.overlaps(blocks[index].sections) }
            })
        for block in blocks {
            for section in block.sections {
                openCount[section] += 1
                if section > block.sections.lowerBound { crossing[section] += 1 }
            }
        }
        trail.reserveCapacity(1 << 12)
    }

    deinit {
        for array in [
            size, first, end, lowest, offset, skyline, remaining, openCount, crossing, aliveStart, rivalStart,
        ] {
            array.deallocate()
        }
        alive.deallocate()
        rivals.deallocate()
    }

    /// Lists behind each other, and where each begins.
    private static func lists(_ lists: [[Int]]) -> (FlatArray<Int32>, FlatArray<Int>) {
        var starts = [0]
        for list in lists { starts.append((starts.last ?? 0) + list.count) }
        return (FlatArray(lists.joined().map(Int32.init), or: 0), FlatArray(starts, or: 0))
    }

    /// Bytes that a section can still lose.
    @inline(__always)
    func slack(_ section: Int) -> Int { capacity - skyline[section] - remaining[section] }

    // MARK: Changes

    /// What `undo` returns to.
    var mark: Int { trail.count }

    func undo(to mark: Int) {
        while trail.count > mark {
            let change = trail.removeLast()
            let index = Int(change.index)
            switch change.kind {
            case .lowest: lowest[index] = change.old
            case .skyline: skyline[index] = change.old
            case .place:
                offset[index] = -1
                lowest[index] = change.old
                for section in first[index]..<end[index] {
                    remaining[section] += size[index]
                    openCount[section] += 1
                    if section > first[index] { crossing[section] += 1 }
                }
            }
        }
    }

    /// Puts a block at its lowest offset.
    /// - Returns: false if the others then have no place.
    func place(_ block: Int) -> Bool {
        let top = lowest[block] + size[block]
        trail.append(Change(kind: .place, index: Int32(truncatingIfNeeded: block), old: lowest[block]))
        offset[block] = lowest[block]
        lowest[block] = Self.unreachable
        for section in first[block]..<end[block] {
            remaining[section] -= size[block]
            openCount[section] -= 1
            if section > first[block] { crossing[section] -= 1 }
            setSkyline(section, top)
        }
        var changed = first[block]..<end[block]
        for position in rivalStart[block]..<rivalStart[block + 1] {
            lift(Int(rivals[position]), to: top, &changed)
        }
        return settle(changed)
    }

    /// Loses what lies below `level` in a section.
    /// - Returns: false if the blocks then have no place.
    func raise(_ section: Int, to level: Int) -> Bool {
        setSkyline(section, level)
        var changed = section..<section + 1
        for position in aliveStart[section]..<aliveStart[section + 1] {
            lift(Int(alive[position]), to: level, &changed)
        }
        return settle(changed)
    }

    @inline(__always)
    private func lift(_ block: Int, to level: Int, _ changed: inout Range<Int>) {
        guard lowest[block] < level else { return }
        trail.append(Change(kind: .lowest, index: Int32(truncatingIfNeeded: block), old: lowest[block]))
        lowest[block] = level
        changed = min(changed.lowerBound, first[block])..<max(changed.upperBound, end[block])
    }

    @inline(__always)
    private func setSkyline(_ section: Int, _ level: Int) {
        trail.append(Change(kind: .skyline, index: Int32(truncatingIfNeeded: section), old: skyline[section]))
        skyline[section] = level
    }

    // MARK: What follows

    /// Brings sections up to date in which blocks have changed: their order, and their skylines, which are no lower than
    /// the lowest block could be.
    /// - Returns: false if the blocks of a section cannot all be placed, each at its lowest offset or above, one after
    ///   the other. (Seen as jobs with release times on one machine: taken in the order of release, they are done the
    ///   earliest.)
    func settle(_ sections: Range<Int>) -> Bool {
        for section in sections where openCount[section] > 0 {
            sortAlive(section)
            let start = aliveStart[section]
            let level = lowest[Int(alive[start])]
            if skyline[section] < level { setSkyline(section, level) }
            var top = 0
            for position in start..<start + openCount[section] {
                let block = Int(alive[position])
                top = max(top, lowest[block]) + size[block]
            }
            if top > capacity { return false }
        }
        return true
    }

    /// By insertion: little has changed since the last time.
    private func sortAlive(_ section: Int) {
        let start = aliveStart[section]
        var position = start + 1
        while position < aliveStart[section + 1] {
            let block = alive[position]
            let key = lowest[Int(block)]
            var hole = position
            while hole > start, lowest[Int(alive[hole - 1])] > key {
                alive[hole] = alive[hole - 1]
                hole -= 1
            }
            alive[hole] = block
            position += 1
        }
    }
}
