/// A stream of zlib, made without zlib: what is wrong with it is wrong on purpose.
enum Deflate {
    enum Method: CaseIterable {
        /// Blocks of bytes as they are.
        case stored
        /// The fixed code, with runs of equal bytes as repetitions: a megabyte of zeros takes a kilobyte.
        case runs
    }

    static func stream(_ bytes: [UInt8], _ method: Method) -> [UInt8] {
        let sum = adler32(bytes)
        return [0x78, 0x01] + (method == .stored ? stored(bytes) : runs(bytes)) + bigEndian(sum)
    }

    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var start = 0
        repeat {
            let end = min(bytes.count, start + 0xFFFF)
            let count = UInt16(end - start)
            result.append(end == bytes.count ? 1 : 0)
            for word in [count, ~count] { result += [UInt8(truncatingIfNeeded: word), UInt8(word >> 8)] }
            result += bytes[start..<end]
            start = end
        } while start < bytes.count
        return result
    }

    private static func runs(_ bytes: [UInt8]) -> [UInt8] {
        var bits = BitWriter()
        // The last block, with the fixed code.
        bits.append(0b011, count: 3)
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            bits.append(literal: byte)
            place += 1
            var left = (bytes[place...].firstIndex { $0 != byte } ?? bytes.count) - place
            while left >= 3 {
                let length = left >= 258 ? 258 : min(left, 10)
                bits.append(repetition: length)
                place += length
                left -= length
            }
        }
        bits.append(symbol: 256)
        return bits.bytes
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}

/// Bits of a deflate stream, the lowest first.
private struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var used = 8

    mutating func append(_ value: UInt32, count: Int) {
        for bit in 0..<count {
            if used == 8 {
                bytes.append(0)
                used = 0
            }
            bytes[bytes.count - 1] |= UInt8(value >> UInt32(bit) & 1) << UInt8(used)
            used += 1
        }
    }

    mutating func append(literal: UInt8) { append(symbol: UInt32(literal)) }

    /// The last byte again, `length` times: 3 to 10, or 258.
    mutating func append(repetition length: Int) {
        append(symbol: length == 258 ? 285 : UInt32(254 + length))
        append(0, count: 5)
    }

    /// Codes come with their highest bit first.
    mutating func append(symbol: UInt32) {
        let (code, count): (UInt32, Int) =
            switch symbol {
            case ..<144: (0x30 + symbol, 8)
            case ..<256: (0x190 + symbol - 144, 9)
            case ..<280: (symbol - 256, 7)
            default: (0xC0 + symbol - 280, 8)
            }
        for bit in (0..<count).reversed() { append(code >> UInt32(bit) & 1, count: 1) }
    }
}

func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) } }

func bigEndian(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)] }
