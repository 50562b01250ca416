/// 128 bits of FNV-1a, as two runs with different starts, for names of contents: not against people who mean harm, so that
/// contents are compared as well where that matters.
public struct ContentDigest: Hashable, Sendable {
    private var first = FNV1a()
    private var second = FNV1a(start: SplitMix64.increment)

    public init() {}

    /// Of a text's UTF-8 bytes.
    public init(_ text: String) { add(text) }

    public init(_ bytes: [UInt8]) { add(bytes) }

    /// Goes on with a text's UTF-8 bytes.
    public mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add($0) }
    }

    public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { add($0) } }

    /// Both at once, since each waits for its multiplications.
    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        for byte in bytes {
            first.add(UInt64(byte))
            second.add(UInt64(byte))
        }
    }

    /// 32 hexadecimal digits.
    public var text: String { first.value.hexadecimal + second.value.hexadecimal }
}
