/// What the machine was measured to do at best.
public struct MeasuredSpeed: Sendable {
    public var threads: Int
    /// Operations of fused multiply-adds a second, on vectors of the target's width and all threads.
    public var peakFlops: Double
    /// Bytes a second, read and written, of memory that no cache holds; 0 where it could not be measured.
    public var bandwidth: Double

    public init(threads: Int, peakFlops: Double, bandwidth: Double) {
        self.threads = threads
        self.peakFlops = peakFlops
        self.bandwidth = bandwidth
    }

    var check: HealthCheck {
        let flops = Int((peakFlops / 1e9).rounded())
        let bytes = (bandwidth / 1e8).rounded() / 10
        let threads = "\(threads) \(threads == 1 ? "thread" : "threads")"
        let memory = bandwidth > 0 ? "\(bytes) GB/s of memory" : "memory not measured, for there is too little of it"
        return HealthCheck("speed", "\(flops) GFLOP/s on \(threads), \(memory)")
    }
}
