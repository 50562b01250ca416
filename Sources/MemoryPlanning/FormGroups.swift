import GraphIR
import Programs

/// Lets kernels that do not depend on each other run beside each other where cores would wait otherwise: a weight gradient of
/// a few long tasks beside the next data gradient, updates and preparations of weights beside both, the arms of a block.
///
/// The longest way through the program, its *spine*, stays as it is: a group for each of its kernels. Every other kernel
/// joins the group nearest to its place with which cores are busy together, or runs alone. What that gains is counted for 2 to
/// 64 cores (`GroupTime`), by tasks and cost models; it does not depend on threads. No kernel is moved where more bytes
/// would be alive at once than are at the peak. Kernels that nobody has asked for their tasks stay one after the other.
///
/// The bits of results do not depend on it: a kernel computes the same wherever it runs.
func formGroups(_ program: Program, options: PlanningOptions) -> Program {
    let limit = memoryLowerBound(program, options: options)
    // What has turned out to take too much stays where it is.
    var still: Set<NodeID> = []
    for _ in 0..<attempts {
        guard var formation = GroupFormation(program, options, limit: limit, still: still) else { return program }
        formation.run()
        let grouped = formation.program
        let profile = memoryProfile(ProgramOutline(grouped), options: options)
        let crowded = profile.indices.filter { profile[$0] > limit }
        if crowded.isEmpty { return grouped }
        let steps = grouped.stepsByMoment
        let before = still.count
        for moment in crowded { still.formUnion(steps[moment]) }
        if still.count == before { break }
    }
    return program
}

/// How often it begins anew.
private let attempts = 6

/// Time is counted in the places of kernels in the given order. A group is all that runs at one place.
private struct GroupFormation {
    /// How many kernels a kernel may pass by.
    static let reach = 32
    /// The share of what a kernel takes alone that company has to save.
    private static let leastGain = 0.02
    /// Of that share what is no difference between two groups: the nearer one is taken.
    private static let noDifference = 0.05
    /// Groups whose memory is looked at.
    private static let trials = 6

    private let source: Program
    /// Steps that stay where they are.
    private let still: Set<NodeID>
    private var schedule: KernelRows
    private var memory: MemoryOverTime
    /// By row, the place that it runs at.
    private var places: [Int]
    private var isPlaced: [Bool]
    /// By place, the rows of the group and what it takes.
    private var groups: [[Int]]
    private var costs: [Double]
    private var isStill: [Bool]
    /// By row, the last place that leaves room for those who wait for it.
    private var latest: [Int] = []

    init?(_ program: Program, _ options: PlanningOptions, limit: Int, still: Set<NodeID>) {
        let outline = ProgramOutline(program)
        var apart = StorageAssignment(outline, options: options).resultsThatOthersWaitFor(program)
        apart.subtract(still)
        // Where that takes too much, results stay in the place of operands, and wait.
        var crowded: Set<NodeID>
        repeat {
            let assignment = StorageAssignment(outline, options: options, apart: apart)
            let executed = assignment.executedSteps(of: program, assignment.buffers(of: program).locations)
            guard let rows = KernelRows(program, assignment, executed: executed) else { return nil }
            schedule = rows
            memory = MemoryOverTime(program, outline, assignment, rows, options: options, limit: limit)
            crowded = Set(memory.crowdedRows.map { rows.rows[$0].node }).intersection(apart)
            apart.subtract(crowded)
        } while !crowded.isEmpty
        source = program
        self.still = still
        places = Array(schedule.rows.indices)
        isPlaced = Array(repeating: false, count: places.count)
        groups = Array(repeating: [], count: places.count)
        costs = Array(repeating: 0, count: places.count)
        isStill = isPlaced
    }

    mutating func run() {
        let fixed = Set(spine()).union(places.indices.filter { still.contains(schedule.rows[$0].node) })
        for row in fixed.sorted() { join(row, at: row) }
        findLatest()
        for row in places.indices where !isPlaced[row] { place(row) }
    }

    private func load(_ row: Int) -> KernelLoad { schedule.rows[row].load }

    private mutating func join(_ row: Int, at place: Int) {
        places[row] = place
        isPlaced[row] = true
        groups[place].append(row)
        isStill[place] = isStill[place] || still.contains(schedule.rows[row].node)
        costs[place] = GroupTime.coreMilliseconds(groups[place].map(load))
    }

    /// The rows of the longest way, by the time of one core.
    private func spine() -> [Int] {
        var lengths = [Double](repeating: 0, count: places.count)
        var next = [Int?](repeating: nil, count: places.count)
        for row in places.indices.reversed() {
            let longest = schedule.successors[row].max { (lengths[$0], $1) < (lengths[$1], $0) }
            next[row] = longest
            lengths[row] = load(row).milliseconds + (longest.map { lengths[$0] } ?? 0)
        }
        guard var row = places.indices.max(by: { (lengths[$0], $1) < (lengths[$1], $0) }) else { return [] }
        var spine = [row]
        while let following = next[row] {
            row = following
            spine.append(row)
        }
        return spine
    }

    private mutating func findLatest() {
        latest = Array(repeating: places.count - 1, count: places.count)
        for row in places.indices.reversed() {
            for other in schedule.successors[row] {
                latest[row] = min(latest[row], (isPlaced[other] ? places[other] : latest[other]) - 1)
            }
        }
    }

    // MARK: Company

    private mutating func place(_ row: Int) {
        let earliest = (schedule.predecessors[row].map { places[$0] }.max() ?? -1) + 1
        let own = min(max(row, earliest), latest[row])
        let near = max(earliest, own - Self.reach)...max(earliest, min(latest[row], own + Self.reach))
        for place in company(of: row, near: own, in: near).prefix(Self.trials) where moveMemory(row, to: place) {
            return join(row, at: place)
        }
        let byDistance = near.sorted { (abs($0 - own), $0) < (abs($1 - own), $1) }
        let empty = byDistance.filter { groups[$0].isEmpty }
        // Where nothing will do, what that takes is found in the end.
        let place = (empty + byDistance).first { moveMemory(row, to: $0) } ?? empty.first ?? own
        _ = moveMemory(row, to: place, isForced: true)
        join(row, at: place)
    }

    /// Places of groups that gain by the row, the best first, and of equal ones the nearest.
    private func company(of row: Int, near own: Int, in places: ClosedRange<Int>) -> [Int] {
        let alone = GroupTime.coreMilliseconds([load(row)])
        var gains: [(place: Int, gain: Double)] = []
        for place in places where !groups[place].isEmpty && !isStill[place] {
            let together = GroupTime.coreMilliseconds(groups[place].map(load) + [load(row)])
            let gain = alone + costs[place] - together
            if gain > Self.leastGain * alone { gains.append((place, gain)) }
        }
        let most = gains.map(\.gain).max() ?? 0
        return gains.sorted { rank($0) < rank($1) }.map(\.place)

        func rank(_ entry: (place: Int, gain: Double)) -> (Double, Int, Int) {
            let isBest = entry.gain >= most - Self.noDifference * alone
            return (isBest ? -Double.infinity : -entry.gain, abs(entry.place - own), entry.place)
        }
    }

    /// Moves what the row's step needs of memory; the kernels behind it that have no place yet run right after it.
    private mutating func moveMemory(_ row: Int, to place: Int, isForced: Bool = false) -> Bool {
        let id = schedule.rows[row].node
        let rows = schedule.rowsOfNode[id.index]
        let spans = rows.map { $0 == row ? place : isPlaced[$0] ? places[$0] : max($0, place + $0 - row) }
        let first = spans[0]
        let main = spans[schedule.mainRow(of: id, in: source) - rows.lowerBound]
        let last = max(spans.max() ?? place, main)
        return memory.move(id, to: min(first, main)...last, main: main...last, isForced: isForced)
    }

    // MARK: The result

    /// The program with the groups that have been formed.
    var program: Program {
        var numbers = [Int](repeating: -1, count: groups.count)
        var count = 0
        for (place, group) in groups.enumerated() where !group.isEmpty {
            numbers[place] = count
            count += 1
        }
        var result = source
        for id in source.steps where source.graph[id].host == nil {
            let rows = schedule.rowsOfNode[id.index]
            result[id].groups =
                rows.isEmpty
                ? [schedule.makers[id.index].map { numbers[places[$0]] }.max() ?? 0] : rows.map { numbers[places[$0]] }
        }
        result.sortByGroups()
        return result
    }
}

extension StorageAssignment {
    /// Results in the place of an operand that others read as well, which have to end before: a data gradient in the place of the
    /// map that the weight gradient reads.
    fileprivate func resultsThatOthersWaitFor(_ program: Program) -> Set<NodeID> {
        let users = program.graph.users()
        return Set(
            program.steps.filter { id in
                guard let operand = operandOverwritten(by: id) else { return false }
                return users[operand.index].contains { $0 != id && program.phase(of: $0) != .update }
            })
    }
}

extension Program {
    /// Puts steps into the order in which they begin to read what others make; companions stay behind their hosts.
    fileprivate mutating func sortByGroups() {
        let moments = mainMoments
        let hosts = steps.filter { graph[$0].host == nil }
        let order = hosts.enumerated().sorted {
            (moments[$0.element.index].lowerBound, $0.offset) < (moments[$1.element.index].lowerBound, $1.offset)
        }
        var companions: [NodeID: [NodeID]] = [:]
        for id in steps { graph[id].host.map { companions[$0, default: []].append(id) } }
        steps = order.flatMap { [$0.element] + (companions[$0.element] ?? []) }
    }
}
