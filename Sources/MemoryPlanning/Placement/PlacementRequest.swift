/// A block of memory needed during an interval of steps (both ends included).
///
/// One that ends before it begins, or has no bytes, needs no memory.
public struct PlacementRequest: Hashable, Sendable {
    /// Bytes.
    public var size: Int
    public var first: Int
    public var last: Int

    public init(size: Int, first: Int, last: Int) {
        self.size = size
        self.first = first
        self.last = last
    }

    var needsMemory: Bool { size > 0 && first <= last }

    func overlapsInTime(_ other: PlacementRequest) -> Bool { first <= other.last && other.first <= last }
}

/// Where blocks lie.
public struct Placement: Hashable, Sendable {
    /// Bytes from the start of the memory, by request.
    public var offsets: [Int]
    /// Bytes of the memory.
    public var total: Int
}

/// The most bytes that are needed at once, which no placement can beat, and the first step at which they are.
public func livenessLowerBound(_ requests: [PlacementRequest]) -> (bytes: Int, step: Int) {
    var changes: [(step: Int, bytes: Int)] = []
    changes.reserveCapacity(2 * requests.count)
    for request in requests where request.needsMemory {
        changes.append((request.first, request.size))
        changes.append((request.last + 1, -request.size))
    }
    // Blocks that end give way before others begin.
    changes.sort { ($0.step, $0.bytes) < ($1.step, $1.bytes) }
    var best = (bytes: 0, step: 0)
    var alive = 0
    for change in changes {
        alive += change.bytes
        if alive > best.bytes { best = (alive, change.step) }
    }
    return best
}
