import Runtime
import ThreadPool

/// What it costs that threads share a machine, for numbers of cores that are not at hand.
struct MachineModel {
    /// Seconds until a core sees what another one has written.
    var hop: Double
    /// Bytes per second of memory that one thread moves.
    var bandwidthOfOne: Double
    /// Bytes per second that so many threads move, measured.
    var measured: (threads: Int, bandwidth: Double)
    /// What all cores together move, however many there are; nil for what is assumed.
    var bandwidthOfAll: Double?

    /// Bytes per second that each core is assumed to add where nobody says: what a desktop of 16 cores has with two channels of
    /// DDR5, and servers with 8 to 12 channels for 64 cores.
    static let assumedBandwidthOfCore = 4e9

    /// Times that cache lines go from core to core, one after the other, before a step of more than one task can begin and after
    /// its last task.
    ///
    /// Between two threads there are 6, as far as can be measured: what the caller writes it has to fetch, the other thread
    /// fetches its share and claims it, changes two counters, and the caller sees the second one. With more threads the caller
    /// writes a line for each, ten of which are on their way at once; and those that count on the same counter, in either
    /// tree and on each of its levels, wait for each other if they come together.
    static func hops(threads: Int) -> Double {
        guard threads > 1 else { return 0 }
        var waits = 0
        var level = threads
        while level > 1 {
            waits += min(level, Int(UNETC_POOL_FAN)) - 1
            level = (level + Int(UNETC_POOL_FAN) - 1) / Int(UNETC_POOL_FAN)
        }
        return 4 + Double(threads - 2) / 10 + 2 * Double(waits)
    }

    /// Seconds that a step of more than one task takes beside its tasks.
    func barrier(threads: Int) -> Double { hop * Self.hops(threads: threads) }

    /// Bytes per second that so many threads move.
    func bandwidth(threads: Int) -> Double {
        if threads == 1 { return bandwidthOfOne }
        if let bandwidthOfAll { return min(bandwidthOfAll, Double(threads) * bandwidthOfOne) }
        let assumed = max(measured.bandwidth, Double(threads) * Self.assumedBandwidthOfCore)
        return min(assumed, Double(threads) * bandwidthOfOne)
    }
}
