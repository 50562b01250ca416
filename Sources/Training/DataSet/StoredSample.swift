/// A sample of a data set: what is known of it, and its bytes where memory suffices.
struct StoredSample: Hashable, Sendable {
    var name: String
    /// The file of the picture; the name again for drawn samples.
    var file: String
    /// The classes that occur in the mask.
    var classes: ByteSet
    var content: SampleContent
    /// Where to read it; nil for drawn samples.
    var pair: SamplePair?
    /// nil where it is read again whenever it is needed.
    var kept: Sample?
}

extension StoredSample {
    /// A sample that stays in memory.
    init(_ sample: Sample) {
        self.init(
            name: sample.name, file: sample.file, classes: ByteSet(sample.mask),
            content: SampleContent(picture: sample.picture, mask: sample.mask), kept: sample)
    }
}

/// Numbers that change when a sample's bytes do.
struct SampleContent: Hashable, Sendable {
    var picture: UInt64
    /// Of the mask's values as they are in the file.
    var mask: UInt64

    init(picture: [UInt8], mask: [UInt8]) {
        self.picture = ContentHash.of(picture)
        self.mask = ContentHash.of(mask)
    }
}

/// A number that differs for other bytes, up to chance of 2^-64.
enum ContentHash {
    /// - Parameter start: what the bytes belong to, such as a size.
    static func of(_ bytes: [UInt8], start: UInt64 = 0) -> UInt64 {
        bytes.withUnsafeBytes { raw in
            var state = mixed(mixed(0, start), UInt64(raw.count))
            let whole = raw.count / 8 * 8
            for place in stride(from: 0, to: whole, by: 8) {
                state = mixed(
                    state, UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            }
            for place in whole..<raw.count { state = mixed(state, UInt64(raw[place])) }
            return SplitMix64.mix(state)
        }
    }

    /// Both halves of the product, so that every bit of a word reaches every bit of the state.
    private static func mixed(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let (high, low) = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        // The sum keeps a state of 0 from swallowing what follows.
        return (high ^ low) &+ 0xD134_2543_DE82_EF95
    }
}

/// A set of bytes.
struct ByteSet: Hashable, Sendable {
    private var words = SIMD4<UInt64>.zero

    init() {}

    init(_ bytes: [UInt8]) {
        // Neighbours are mostly equal.
        var last: UInt8?
        for byte in bytes where byte != last {
            insert(byte)
            last = byte
        }
    }

    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    mutating func formUnion(_ other: ByteSet) { words |= other.words }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

    /// Ascending.
    var bytes: [UInt8] { (0...UInt8.max).filter(contains) }
}
