import Base

/// When a step on a share of a batch has made what other processes need: for forecasts of what their messages take.
package final class ShareTrace {
    /// Sums that were made, by their place in a buffer, and when, in seconds since the step began.
    package private(set) var sums: [(floats: Range<Int>, seconds: Double)] = []
    /// Bytes of all samples together, for each time that every process needs something of every other one.
    package private(set) var joins: [Int] = []
    /// When the last batch had gone through the net.
    package private(set) var end = 0.0
    private var start = 0.0

    package init() {}

    func begin() {
        (sums, joins) = ([], [])
        start = monotonicSeconds()
    }

    func made(_ floats: Range<Int>) { sums.append((floats, monotonicSeconds() - start)) }
    func joined(_ bytes: Int) { joins.append(bytes) }
    func finish() { end = monotonicSeconds() - start }
}
