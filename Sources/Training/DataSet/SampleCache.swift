import Base

/// How much memory decoded pictures may take.
struct SampleCache: Hashable, Sendable {
    /// In bytes.
    var limit: Int

    init(limit: Int) { self.limit = limit }

    /// Reads `512M`, `2G`, `0`.
    /// - Throws: `TrainerError` for anything else.
    init(parsing text: String) throws {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let unit = text.last.flatMap { units[Character($0.uppercased())] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard let number = Int(digits), number >= 0,
            case let (bytes, false) = number.multipliedReportingOverflow(by: unit ?? 1)
        else {
            throw TrainerError(
                "--cache \"\(text)\": expected bytes with K, M, G or T, such as 512M or 2G",
                hint: "0 keeps no picture in memory")
        }
        limit = bytes
    }

    /// How many samples of a shape are kept.
    func capacity(_ shape: SampleShape) -> Int { limit / max(1, shape.sampleBytes) }
}

extension SampleShape {
    /// What a sample of 8 bits takes in memory.
    var sampleBytes: Int { sampleBytes(isDeep: false) }

    /// - Parameter isDeep: whether its picture has 16 bits.
    func sampleBytes(isDeep: Bool) -> Int {
        channels * height * width * (isDeep ? 2 : 1) + (task.needsMasks ? maskHeight * maskWidth : 0)
    }
}

extension DataSet {
    /// Samples that are kept in memory.
    var keptCount: Int { samples.count { $0.kept != nil } }

    /// What they take.
    var keptBytes: Int { samples.reduce(0) { $0 + ($1.kept?.byteCount ?? 0) } }

    /// `37.4 MiB of pictures in memory`, or how many of them, and that the others are read again.
    var cacheText: String {
        let bytes = Text.bytes(keptBytes)
        guard keptCount < samples.count else { return "\(bytes) of pictures in memory" }
        return "\(keptCount) of \(samples.count) pictures in memory, \(bytes); the others are read again in each epoch"
    }
}
