import Base

/// FNV-1a over 8-byte words.
struct Fingerprint {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: [UInt8]) {
        mixIn(UInt64(bytes.count))
        bytes.withUnsafeBytes { raw in
            let whole = raw.count / 8 * 8
            for place in stride(from: 0, to: whole, by: 8) {
                mixIn(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            }
            for place in whole..<raw.count { mixIn(UInt64(raw[place])) }
        }
    }

    mutating func add(_ word: UInt64) { mixIn(word) }

    private mutating func mixIn(_ word: UInt64) { state = (state ^ word) &* 0x100_0000_01B3 }

    var text: String { SplitMix64.mix(state).hexadecimal }
}
