import Tasks
import TrainerSupport

/// How much memory decoded pictures may take.
package struct SampleCache: Hashable, Sendable {
    /// In bytes.
    package var limit: Int

    package init(limit: Int) { self.limit = limit }

    /// Reads `512M`, `2G`, `0`.
    /// - Throws: `TrainerError` for anything else.
    package init(parsing text: String) throws {
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
