import HostLimits
import ThreadPool

/// What the machine does at best: the yardsticks for kernels.
public struct MachineSpeed: Hashable, Sendable {
    /// Floats of the vectors that kernels use.
    public var vectorWidth: Int
    /// Floating-point operations per second of fused multiply-adds on those vectors, all threads together.
    public var peakFlops: Double
    /// Floats of the processor's widest vectors.
    public var widestVector: Int
    /// As `peakFlops`, on the widest vectors.
    public var widestPeakFlops: Double
    /// Bytes per second, read and written, of memory that no cache holds.
    public var bandwidth: Double

    /// Measures for about a quarter of a second, with up to 512 MiB of memory that is free again afterwards.
    /// - Parameters:
    ///   - pins: whether each thread is bound to a processor.
    ///   - vectorWidth: of the kernels to be judged; nil takes the widest vectors.
    /// - Throws: `RuntimeError` when the threads cannot be started.
    public init(threads: Int, pins: Bool = false, vectorWidth: Int? = nil) throws {
        let pool = try WorkerPool(threads: threads, pins: pins)
        widestVector = Int(unetc_widest_vector())
        self.vectorWidth = min(max(vectorWidth ?? widestVector, 4), widestVector)
        peakFlops = pool.measurePeakFlops(lanes: self.vectorWidth)
        widestPeakFlops = self.vectorWidth == widestVector ? peakFlops : pool.measurePeakFlops(lanes: widestVector)
        bandwidth = pool.measureBandwidth()
    }
}

/// Seconds until one of two threads sees what the other one has written, at best.
/// - Throws: `RuntimeError` when the threads cannot be started.
public func measuredHop(pins: Bool = false) throws -> Double { try WorkerPool(threads: 2, pins: pins).measureHop() }

/// How many processors this process may run on.
public func allowedProcessorCount() -> Int { max(1, Int(unetc_processors())) }

/// The numbers of these processors; empty where the system does not tell.
public func allowedProcessors() -> [Int] {
    var numbers = [Int32](repeating: 0, count: allowedProcessorCount())
    let count = min(numbers.count, Int(unetc_processor_numbers(&numbers, Int32(numbers.count))))
    return numbers.prefix(count).map { Int($0) }
}

/// Threads that are worth starting: one for each processor that this process may run on, fewer where a container is given
/// less time than that.
public func processorCount() -> Int { HostLimits().processors(allowed: allowedProcessorCount()) }
