import GraphIR
import Programs

/// A plan's steps as everybody numbers them: a number for each kernel, and one for each update, in the order in which they run.
///
/// Memory is planned in moments: groups of kernels that run beside each other, or steps of the program where nothing is grouped.
/// What is said of them outside is said in these rows.
public struct PlanRows: Sendable {
    /// By row, the step that it belongs to.
    public let nodes: [NodeID]
    /// By row, its value's name, with the number of the kernel behind it where others follow: `enc1_1#1`, `enc1_1`.
    public let names: [String]
    /// By moment, the first row that runs then or later, and the last one that runs then or before.
    private let first: [Int]
    private let last: [Int]

    public init(_ listing: PlanListing) {
        let program = listing.plan.program
        nodes = listing.runs.map(\.node)
        var counts: [NodeID: Int] = [:]
        for node in nodes { counts[node, default: 0] += 1 }
        var seen: [NodeID: Int] = [:]
        var places: [NodeID: Int] = [:]
        for (place, node) in program.steps.enumerated() { places[node] = place }
        let isGrouped = program.isGrouped
        var names: [String] = []
        var moments: [Int] = []
        for node in nodes {
            let number = seen[node, default: 0]
            let count = counts[node] ?? 1
            seen[node] = number + 1
            let name = program.graph[node].name
            names.append(number + 1 == count ? name : "\(name)#\(number + 1)")
            let groups = program.step(node)?.groups ?? []
            // A listing without kernels has one row for all of a step's.
            let group = groups.count == count ? groups[number] : groups.last
            moments.append((isGrouped ? group : places[node]) ?? 0)
        }
        self.names = names
        let momentCount = program.momentCount
        var first = [Int](repeating: nodes.count, count: momentCount)
        var last = [Int](repeating: -1, count: momentCount)
        for (row, moment) in moments.enumerated() where moment < momentCount {
            first[moment] = min(first[moment], row)
            last[moment] = max(last[moment], row)
        }
        for moment in first.indices.dropLast().reversed() { first[moment] = min(first[moment], first[moment + 1]) }
        for moment in last.indices.dropFirst() { last[moment] = max(last[moment], last[moment - 1]) }
        self.first = first
        self.last = last
    }

    public var count: Int { nodes.count }

    /// The rows that run during some moments: −1 stands for before the first, their number for after the last.
    public func rows(during moments: ClosedRange<Int>) -> ClosedRange<Int> {
        let start =
            moments.lowerBound < 0 ? -1 : first.indices.contains(moments.lowerBound) ? first[moments.lowerBound] : count
        let end =
            moments.upperBound < 0 ? -1 : last.indices.contains(moments.upperBound) ? last[moments.upperBound] : count
        // Views and companions have moments without a row where nothing is grouped.
        return start...max(start, end)
    }

    /// When a buffer is in use.
    public func rows(of buffer: StorageBuffer) -> ClosedRange<Int> {
        rows(during: buffer.firstStep...max(buffer.firstStep, buffer.lastStep))
    }
}
