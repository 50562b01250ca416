import Base

/// Lets something be done as often as it takes no more than a share of the time, and not within the first seconds.
package struct TimeBudget {
    var share: Double
    private let start = monotonicSeconds()
    private var spent = 0.0

    /// What nothing is known of yet may take this long without being felt.
    private static let firstSeconds = 0.1

    package init(share: Double) { self.share = share }

    /// Does it when it is due, or when it fits into the share of the time since the start.
    package mutating func spend(isDue: Bool, _ work: () throws -> Void) rethrows {
        let now = monotonicSeconds()
        guard isDue || max(spent, Self.firstSeconds) <= share * (now - start) else { return }
        try work()
        spent += monotonicSeconds() - now
    }
}
