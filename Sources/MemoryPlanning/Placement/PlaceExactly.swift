/// Places blocks within `capacity` bytes: greedily, and where that takes more, by an exact search.
public func placeBlocks(
    _ requests: [PlacementRequest], within capacity: Int, limits: PlacementLimits
) -> PlacementOutcome {
    var placer = ExactPlacer(requests, limits: limits)
    placer.fit(within: capacity)
    return placer.outcome
}

/// Places blocks in as few bytes as the search finds within its limits, starting from the best greedy placement.
public func placeBlocks(_ requests: [PlacementRequest], limits: PlacementLimits) -> PlacementOutcome {
    var placer = ExactPlacer(requests, limits: limits)
    placer.minimize()
    return placer.outcome
}

/// Greedy placement and exact search over the parts of a problem, which share the limits.
private struct ExactPlacer {
    private let parts: [PlacementProblem]
    private let limits: PlacementLimits
    private(set) var outcome: PlacementOutcome

    /// Nodes of each way to search, in the first round; in each further round it is twice as many.
    private static let firstRound = 2000
    /// Nodes for each capacity that is looked at, at first, and how much more it is each time that this left a question.
    private static let firstProbe = 24_000
    private static let probeGrowth = 4

    init(_ requests: [PlacementRequest], limits: PlacementLimits) {
        parts = PlacementProblem.parts(of: requests)
        self.limits = limits
        let bound = parts.reduce(0) { max($0, $1.loads.max() ?? 0) }
        outcome = PlacementOutcome(
            placement: Placement(offsets: Array(repeating: 0, count: requests.count), total: 0), bound: bound)
    }

    private var nodesLeft: Int { limits.nodes - outcome.nodes }

    mutating func fit(within capacity: Int) {
        outcome.capacity = capacity
        guard outcome.livenessBound <= capacity else {
            outcome.placement = nil
            return
        }
        for part in parts {
            let greedy = part.placedGreedily()
            if greedy.total <= capacity {
                outcome.placement?.adopt(greedy, of: part)
                continue
            }
            switch search(part, capacity: capacity, nodes: nodesLeft) {
            case .found(let placement): outcome.placement?.adopt(placement, of: part)
            case .impossible:
                outcome.provenBound = capacity + 1
                outcome.placement = nil
                outcome.stop = nil
                return
            case .stopped(let stop):
                // Another part may still prove that there is no placement.
                outcome.placement = nil
                outcome.stop = stop
            }
        }
    }

    mutating func minimize() {
        for part in parts {
            // Parts do not meet: below what another one takes there is nothing to gain.
            let (placement, bound) = smallest(part, floor: max(outcome.provenBound, outcome.placement?.total ?? 0))
            outcome.placement?.adopt(placement, of: part)
            outcome.provenBound = max(outcome.provenBound, bound)
        }
        if outcome.isOptimal { outcome.stop = nil }
    }

    /// The smallest placement found, and a bound that is proven, neither below `floor`: first searches of a few nodes, and
    /// where they leave something open, of more.
    private mutating func smallest(_ part: PlacementProblem, floor: Int) -> (Placement, bound: Int) {
        var best = part.placedGreedily()
        var proven = part.loads.max() ?? 0
        var nodes = Self.firstProbe
        while max(floor, proven) < best.total, nodesLeft > 0 {
            guard descend(part, from: &best, to: &proven, floor: floor, nodes: nodes) else { break }
            nodes *= Self.probeGrowth
        }
        if max(floor, proven) < best.total, outcome.stop == nil { outcome.stop = .nodes }
        return (best, min(proven, best.total))
    }

    /// Looks at the bound, where a placement mostly is if there is one, and then halves what lies between it and the best
    /// one, with so many nodes for each capacity.
    /// - Returns: false if there is no use in going on.
    private mutating func descend(
        _ part: PlacementProblem, from best: inout Placement, to proven: inout Int, floor: Int, nodes: Int
    ) -> Bool {
        let unit = part.unit
        /// Below it the search has given up.
        var open = max(floor, proven)
        var capacity = open
        while open < best.total {
            guard nodesLeft > 0 else { return false }
            switch search(part, capacity: capacity, nodes: min(nodes, nodesLeft)) {
            case .found(let placement): best = placement
            case .impossible:
                open = capacity + unit
                proven = max(proven, open)
            case .stopped(let stop):
                outcome.stop = stop
                if stop != .nodes { return false }
                open = capacity + unit
            }
            capacity = open + max(0, best.total - unit - open) / 2 / unit * unit
        }
        return true
    }

    private enum Result {
        case found(Placement)
        case impossible
        case stopped(PlacementOutcome.Stop)
    }

    /// Searches in several ways in turns, each time for longer, so that one that is quick decides early.
    private mutating func search(_ part: PlacementProblem, capacity: Int, nodes limit: Int) -> Result {
        guard part.blocks.count <= SkylineSearch.blockLimit else { return .stopped(.size) }
        let orders = BlockOrder.all.map { $0.sorted(part) }
        let search = SkylineSearch(part, capacity: capacity, shouldStop: limits.shouldStop)
        defer { outcome.nodes += search.nodes }
        var round = Self.firstRound
        while true {
            for choice in SkylineSearch.Choice.allCases {
                for order in orders {
                    guard search.nodes < limit else { return .stopped(.nodes) }
                    switch search.run(choice, order: order, nodeLimit: min(round, limit - search.nodes)) {
                    case .found: return .found(search.placement)
                    case .impossible: return .impossible
                    case .stopped: if limits.shouldStop() { return .stopped(.time) }
                    }
                }
            }
            round *= 2
        }
    }
}
