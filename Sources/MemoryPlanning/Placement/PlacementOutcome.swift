import Base

/// How long a search for a placement may take.
public struct PlacementLimits: Sendable {
    /// States that may be looked at, in all; what is found within them does not depend on the machine.
    public var nodes: Int
    /// Asked now and then; true ends the search.
    public var shouldStop: @Sendable () -> Bool

    public init(nodes: Int, shouldStop: @escaping @Sendable () -> Bool = { false }) {
        self.nodes = nodes
        self.shouldStop = shouldStop
    }
}

/// What a search for a placement came to.
public struct PlacementOutcome: Hashable, Sendable {
    /// Why a search ended before it was done.
    public enum Stop: Hashable, Sendable {
        /// It had looked at as many states as it may.
        case nodes
        /// It was told to.
        case time
        /// There are more blocks alive in one stretch of time than it takes on.
        case size
    }

    /// The best placement found; nil if none fits into the capacity asked for.
    public var placement: Placement?
    /// The most bytes alive at once.
    public var livenessBound: Int
    /// No placement is smaller: the liveness bound, or more where the search has proven it.
    public var provenBound: Int
    /// States that the search has looked at; 0 where a greedy placement was good enough.
    public var nodes: Int
    /// Nil if the search was done, or none was necessary.
    public var stop: Stop?

    /// The bytes asked for; nil for as few as possible.
    public var capacity: Int?

    /// A placement that was made without a search.
    init(_ placement: Placement, of requests: [PlacementRequest]) {
        self.init(placement: placement, bound: livenessLowerBound(requests).bytes)
    }

    init(placement: Placement, bound: Int) {
        self.placement = placement
        livenessBound = bound
        provenBound = bound
        nodes = 0
    }

    /// True if no placement can be smaller.
    public var isOptimal: Bool { placement?.total == provenBound }
}

extension PlacementOutcome: CustomStringConvertible {
    public var description: String {
        guard let placement else { return failure }
        let gap = gapPercent(placement.total, above: livenessBound)
        let bytes = "\(placement.total) bytes, lower bound \(livenessBound), gap \(Text.fixed(gap, 2)) %; "
        if isOptimal {
            return bytes + "proven optimal" + (provenBound == livenessBound ? "" : " by \(nodes) nodes of search")
        }
        if stop == nil { return bytes + "whether fewer would do was not asked" }
        return bytes + "not proven optimal: at least \(provenBound) bytes are needed, \(end)"
    }

    private var failure: String {
        let capacity = capacity ?? 0
        if livenessBound > capacity {
            return "no placement fits into \(capacity) bytes: \(livenessBound) bytes are needed at once"
        }
        return stop == nil
            ? "no placement fits into \(capacity) bytes, proven by \(nodes) nodes of search"
            : "no placement within \(capacity) bytes was found, nor that there is none: \(end)"
    }

    private var end: String {
        switch stop {
        case .nodes: "the search stopped after \(nodes) nodes"
        case .time: "the search ran out of time after \(nodes) nodes"
        case .size: "there are too many blocks for an exact search"
        case nil: "the search was done after \(nodes) nodes"
        }
    }
}

/// How far `bytes` are above a bound, in percent.
func gapPercent(_ bytes: Int, above bound: Int) -> Double {
    bound == 0 ? 0 : 100 * Double(bytes - bound) / Double(bound)
}
