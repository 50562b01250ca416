extension JSON {
    /// Reads one JSON value and nothing behind it but blanks. Safe for any bytes.
    /// - Throws: the byte at which the text stops making sense.
    public init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
        var parser = JSONParser(bytes: Array(bytes))
        self = try parser.parseDocument()
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

/// Recursive descent over bytes; never reads past the end, and never deeper than `depthLimit`.
private struct JSONParser {
    private static let depthLimit = 64
    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func parseDocument() throws(JSONError) -> JSON {
        let value = try parseValue(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw failure("expected nothing more") }
        return value
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ reason: String) -> JSONError { JSONError(byte: position, reason: reason) }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// Takes the byte when it comes next.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func parseValue(depth: Int) throws(JSONError) -> JSON {
        guard depth < JSONParser.depthLimit else { throw failure("nested too deeply") }
        skipBlanks()
        guard let byte = current else { throw failure("expected a value, found the end") }
        switch Unicode.Scalar(byte) {
        case "{": return try parseObject(depth: depth)
        case "[": return try parseArray(depth: depth)
        case "\"": return .string(try parseString())
        case "-", "0"..."9": return try parseNumber()
        default: return try parseWord()
        }
    }

    private mutating func parseWord() throws(JSONError) -> JSON {
        for (word, value) in [("true", JSON.bool(true)), ("false", .bool(false)), ("null", .null)]
        where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw failure("expected a value")
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> JSON {
        position += 1
        var values: [JSON] = []
        skipBlanks()
        if take("]") { return .array(values) }
        repeat {
            values.append(try parseValue(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw failure("expected \",\" or \"]\"") }
        return .array(values)
    }

    private mutating func parseObject(depth: Int) throws(JSONError) -> JSON {
        position += 1
        var members: [JSON.Member] = []
        var names: Set<ExactText> = []
        skipBlanks()
        if take("}") { return .object(members) }
        repeat {
            skipBlanks()
            guard current == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
            let name = try parseString()
            guard names.insert(ExactText(name)).inserted else {
                throw failure("the name \"\(name)\" stands there twice")
            }
            skipBlanks()
            guard take(":") else { throw failure("expected \":\"") }
            members.append((name, try parseValue(depth: depth + 1)))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw failure("expected \",\" or \"}\"") }
        return .object(members)
    }

    private mutating func parseNumber() throws(JSONError) -> JSON {
        let start = position
        _ = take("-")
        let leading = try skipDigits(start: position)
        if leading > 1, bytes[position - leading] == UInt8(ascii: "0") { throw failure("a number starts with 0") }
        var isInteger = true
        if take(".") {
            isInteger = false
            _ = try skipDigits(start: position)
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            _ = try skipDigits(start: position)
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw failure("the number \(text) is too large") }
        return .number(value)
    }

    /// Moves over one digit or more and returns how many.
    private mutating func skipDigits(start: Int) throws(JSONError) -> Int {
        while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw failure("expected a digit") }
        return position - start
    }

    private mutating func parseString() throws(JSONError) -> String {
        position += 1
        var utf8: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: utf8, as: UTF8.self) else { throw failure("invalid UTF-8") }
                return text
            case UInt8(ascii: "\\"): utf8 += try parseEscape()
            case 0..<0x20: throw failure("a control character in a string")
            default: utf8.append(byte)
            }
        }
        throw failure("a string that does not end")
    }

    private mutating func parseEscape() throws(JSONError) -> [UInt8] {
        guard let byte = current else { throw failure("a string that does not end") }
        position += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return [byte]
        case "b": return [0x08]
        case "f": return [0x0c]
        case "n": return [0x0a]
        case "r": return [0x0d]
        case "t": return [0x09]
        case "u": return Array(String(try parseUnicodeEscape()).utf8)
        default: throw failure("an unknown escape")
        }
    }

    /// The scalar after `\u`, which takes a second escape when the first is half of a surrogate pair.
    private mutating func parseUnicodeEscape() throws(JSONError) -> Character {
        var value = try parseHexadecimal()
        if (0xd800..<0xdc00).contains(value), take("\\"), take("u") {
            let low = try parseHexadecimal()
            guard (0xdc00..<0xe000).contains(low) else { throw failure("half of a surrogate pair") }
            value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw failure("half of a surrogate pair") }
        return Character(scalar)
    }

    private mutating func parseHexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
