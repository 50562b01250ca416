/// A place in a source file, both counted from 1; columns count Unicode scalars.
public struct SourceLocation: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public static func < (a: SourceLocation, b: SourceLocation) -> Bool {
        (a.file, a.line, a.column) < (b.file, b.line, b.column)
    }

    public var description: String { "\(file):\(line):\(column)" }
}

/// A half-open range of UTF-8 offsets in a source file.
public struct SourceRange: Hashable, Sendable {
    public var lower: Int
    public var upper: Int

    public init(_ lower: Int, _ upper: Int) {
        self.lower = lower
        self.upper = max(lower, upper)
    }

    /// The smallest range that holds both.
    public func union(_ other: SourceRange) -> SourceRange {
        SourceRange(min(lower, other.lower), max(upper, other.upper))
    }
}

/// A named text with a table of its lines.
public struct SourceFile: Hashable, Sendable {
    public let name: String
    /// The text as UTF-8, which `SourceRange` counts in.
    public let bytes: [UInt8]
    private let lineStarts: [Int]

    public init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

    /// The bytes need not be UTF-8: `firstIllFormed` says where they are not, and `text(in:)` shows U+FFFD there.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        self.lineStarts = Self.lineStarts(bytes)
    }

    /// A line ends with a line feed, a carriage return, or both in this order.
    private static func lineStarts(_ bytes: [UInt8]) -> [Int] {
        var starts = [0]
        for (offset, byte) in bytes.enumerated() {
            let isReturn = byte == UInt8(ascii: "\r")
            guard byte == UInt8(ascii: "\n") || isReturn else { continue }
            if isReturn, offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "\n") { continue }
            starts.append(offset + 1)
        }
        return starts
    }

    /// Line and column (both from 1, columns in Unicode scalars) of a UTF-8 offset; one outside the text is clamped.
    public func location(at offset: Int) -> SourceLocation {
        let offset = clamped(offset)
        let line = lineIndex(at: offset)
        let column = scalarCount(bytes[lineStarts[line]..<offset])
        return SourceLocation(file: name, line: line + 1, column: column + 1)
    }

    /// The UTF-8 offsets of the line that holds `offset`, without its line break.
    public func lineRange(at offset: Int) -> SourceRange {
        let line = lineIndex(at: clamped(offset))
        let start = lineStarts[line]
        var end = line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : bytes.count
        while end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return SourceRange(start, end)
    }

    /// The text of a range; offsets outside the text are clamped.
    public func text(in range: SourceRange) -> String {
        String(decoding: bytes[clamped(range.lower)..<clamped(range.upper)], as: UTF8.self)
    }

    private func clamped(_ offset: Int) -> Int { min(max(offset, 0), bytes.count) }

    private func lineIndex(at offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// Scalars that begin in `bytes`: all bytes but continuation bytes.
    private func scalarCount(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }
}
