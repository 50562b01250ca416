/// The 64-bit hash FNV-1a (Fowler, Noll and Vo): the same for the same bytes in every process, unlike Swift's own.
public struct FNV1a: Hashable, Sendable {
    public private(set) var value: UInt64

    /// What nothing hashes to.
    public static let start: UInt64 = 0xCBF2_9CE4_8422_2325

    /// - Parameter start: another one makes an independent hash.
    public init(start: UInt64 = Self.start) { value = start }

    /// - Parameter word: a byte; whole words spread less well and take an eighth of the time.
    public mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01B3 }

    /// All bytes, one after the other.
    public mutating func add(_ bytes: some Sequence<UInt8>) {
        // Arrays and texts as memory: other modules call this for any sequence, whose iterator takes ten times as long.
        let isAdded: Void? = bytes.withContiguousStorageIfAvailable { memory in
            for byte in memory { add(UInt64(byte)) }
        }
        if isAdded == nil { for byte in bytes { add(UInt64(byte)) } }
    }

    /// Of a text's UTF-8 bytes.
    public static func hash(_ text: some StringProtocol) -> UInt64 {
        var hash = FNV1a()
        hash.add(text.utf8)
        return hash.value
    }
}
