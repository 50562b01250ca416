import Base

extension DataSet {
    /// Samples that are kept in memory.
    var keptCount: Int { samples.count { $0.kept != nil } }

    /// What they take.
    package var keptBytes: Int { samples.reduce(0) { $0 + ($1.kept?.byteCount ?? 0) } }

    /// `37.4 MiB of pictures in memory`, or how many of them, and that the others are read again.
    package var cacheText: String {
        let bytes = Text.bytes(keptBytes)
        guard keptCount < samples.count else { return "\(bytes) of pictures in memory" }
        return "\(keptCount) of \(samples.count) pictures in memory, \(bytes); the others are read again in each epoch"
    }
}
