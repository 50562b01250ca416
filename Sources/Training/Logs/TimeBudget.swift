/// Lets something be done as often as it takes no more than a share of the time; the first time always.
struct TimeBudget {
    var share: Double
    private let start = monotonicSeconds()
    private var spent = 0.0

    init(share: Double) { self.share = share }

    /// Does it, unless what it took so far is more than the share of the time since the start.
    mutating func spend(_ work: () throws -> Void) rethrows {
        let now = monotonicSeconds()
        guard spent <= share * (now - start) else { return }
        try work()
        spent += monotonicSeconds() - now
    }
}
