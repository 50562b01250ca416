import Base
import Imaging

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
    /// The values of a palette mask's indices, where they do not stand for themselves.
    var table: [UInt8]?
    /// nil where it is read again whenever it is needed.
    var kept: Sample?
}

extension StoredSample {
    /// A sample that stays in memory.
    init(_ sample: Sample) {
        self.init(
            name: sample.name, file: sample.file, classes: ByteSet(sample.mask),
            content: SampleContent(picture: sample.picture.samples, mask: sample.mask), kept: sample)
    }
}

/// Numbers that change when a sample's bytes do.
struct SampleContent: Hashable, Sendable {
    var picture: UInt64
    /// Of the mask's values as they are in the file; where its palette says what they mean, of the palette too.
    var mask: UInt64

    init(picture: SizedPicture.Samples, mask: [UInt8]) {
        self.picture = picture.contentHash
        self.mask = ContentHash.of(mask)
    }

    /// The mask means what the palette's colours say.
    mutating func add(_ palette: [PaletteColor]) {
        mask = ContentHash.of(palette.flatMap { [$0.red, $0.green, $0.blue, $0.alpha] }, start: mask)
    }
}

/// A number that differs for other bytes, up to chance of 2^-64, whatever the pieces in which they come.
struct ContentHash {
    private var state: UInt64
    /// Bytes that do not fill a word yet, the first of them lowest.
    private var rest: UInt64 = 0
    private var restCount: UInt64 = 0

    /// - Parameters:
    ///   - start: what the bytes belong to, such as a size.
    ///   - count: of all bytes that will come.
    init(start: UInt64 = 0, count: Int) { state = Self.mixed(Self.mixed(0, start), UInt64(count)) }

    static func of(_ bytes: [UInt8], start: UInt64 = 0) -> UInt64 {
        var hash = ContentHash(start: start, count: bytes.count)
        bytes.withUnsafeBytes { hash.add($0) }
        return hash.value
    }

    mutating func add(_ text: String) { Array(text.utf8).withUnsafeBytes { add($0) } }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var place = 0
        while restCount > 0 && place < bytes.count {
            add(bytes[place])
            place += 1
        }
        var state = state
        while place + 8 <= bytes.count {
            state = Self.mixed(
                state, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            place += 8
        }
        self.state = state
        while place < bytes.count {
            add(bytes[place])
            place += 1
        }
    }

    private mutating func add(_ byte: UInt8) {
        rest |= UInt64(byte) << (8 * restCount)
        restCount += 1
        guard restCount == 8 else { return }
        state = Self.mixed(state, rest)
        (rest, restCount) = (0, 0)
    }

    /// Once all bytes have come.
    var value: UInt64 {
        let last = (0..<restCount).reduce(state) { Self.mixed($0, rest >> (8 * $1) & 0xFF) }
        return SplitMix64.mix(last)
    }

    /// Both halves of the product, so that every bit of a word reaches every bit of the state.
    private static func mixed(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let (high, low) = (state ^ word).multipliedFullWidth(by: SplitMix64.increment)
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
