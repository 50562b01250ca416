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
        func hash(_ bytes: [UInt8]) -> UInt64 {
            var hash = Fingerprint()
            hash.add(bytes)
            return hash.value
        }
        self.picture = hash(picture)
        self.mask = hash(mask)
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
