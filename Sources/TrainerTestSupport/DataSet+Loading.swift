import DataSets
import Tasks
import TrainerSupport

extension DataSet {
    /// Reads data with a gibibyte of memory.
    package static func load(
        _ settings: DataSettings, _ selection: Selection, shape: SampleShape, seed: UInt64, threads: Int,
        isStrict: Bool, cache: SampleCache? = nil, console: Console
    ) throws -> (data: DataSet, findings: DataFindings?) {
        try load(
            settings, selection, shape: shape, seed: seed, threads: threads, isStrict: isStrict, cache: cache,
            shares: MemoryShares(free: 1 << 30, budget: nil, net: 0), console: console)
    }
}
