extension JSON {
    /// Reads one JSON value and nothing behind it but blanks. Safe for any bytes.
    /// - Throws: the byte at which the text stops making sense.
    public init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
        var reader = JSONReader(Array(bytes))
        self = try reader.value()
        try reader.end()
    }

    /// Reads one JSON value.
    public init(parsing text: String) throws(JSONError) { try self.init(parsing: text.utf8) }
}

/// Text that is not JSON, and where that shows.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public var byte: Int
    /// What was expected, or is wrong.
    public var reason: String

    public var description: String { "invalid JSON at byte \(byte): \(reason)" }
}
