import Base

/// A number that differs for other bytes, up to chance of 2^-64, whatever the pieces in which they come.
package struct ContentHash {
    private var state: UInt64
    /// Bytes that do not fill a word yet, the first of them lowest.
    private var rest: UInt64 = 0
    private var restCount: UInt64 = 0

    /// - Parameters:
    ///   - start: what the bytes belong to, such as a size.
    ///   - count: of all bytes that will come.
    package init(start: UInt64 = 0, count: Int) { state = Self.mixed(Self.mixed(0, start), UInt64(count)) }

    package static func of(_ bytes: [UInt8], start: UInt64 = 0) -> UInt64 {
        var hash = ContentHash(start: start, count: bytes.count)
        bytes.withUnsafeBytes { hash.add($0) }
        return hash.value
    }

    package mutating func add(_ text: String) { Array(text.utf8).withUnsafeBytes { add($0) } }

    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
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
    package var value: UInt64 {
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
