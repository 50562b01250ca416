/// Reads a part of a file from its beginning to its end, through a small window, so that the part may be of any size.
struct ByteReader {
    private static let windowSize = 1 << 16

    private let file: OpenedFile
    /// The byte of the file that is read next.
    private(set) var position: Int
    private let end: Int
    private var window: [UInt8] = []
    private var windowStart = 0

    init(_ file: OpenedFile, _ range: Range<Int>) {
        self.file = file
        position = range.lowerBound
        end = range.upperBound
        windowStart = range.lowerBound
    }

    /// Bytes that are left.
    var left: Int { end - position }

    mutating func byte() throws -> UInt8 {
        if position >= windowStart + window.count || position < windowStart { try fill() }
        defer { position += 1 }
        return window[position - windowStart]
    }

    /// A little-endian number.
    mutating func integer<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
        var number: Number = 0
        for place in 0..<MemoryLayout<Number>.size {
            number |= Number(truncatingIfNeeded: try byte()) << Number(8 * place)
        }
        return number
    }

    mutating func bytes(_ count: Int) throws -> [UInt8] {
        guard count <= left else { throw TensorFileError("it ends at byte \(end)") }
        let bytes = try file.bytes(count, at: position)
        position += count
        return bytes
    }

    mutating func skip(_ count: UInt64) throws {
        guard count <= UInt64(max(0, left)) else { throw TensorFileError("it ends at byte \(end)") }
        position += Int(count)
    }

    /// Up to a line feed, which is left out.
    mutating func line(atMost limit: Int) throws -> [UInt8] {
        var line: [UInt8] = []
        while true {
            let next = try byte()
            if next == UInt8(ascii: "\n") { return line }
            guard line.count < limit else { throw TensorFileError("a name has more than \(limit) bytes") }
            line.append(next)
        }
    }

    private mutating func fill() throws {
        guard left > 0 else { throw TensorFileError("it ends at byte \(end)") }
        window = try file.bytes(min(Self.windowSize, left), at: position)
        windowStart = position
    }
}
