/// Reads JSON value by value, so that of a large file only what is wanted becomes memory. Recursive descent over bytes; never
/// reads past the end, and never deeper than 64 levels.
public struct JSONReader {
    private static let depthLimit = 64
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next value, whole.
    public mutating func value() throws(JSONError) -> JSON { try parseValue(depth: depth) }

    /// - Throws: where there is more than blanks.
    public mutating func end() throws(JSONError) {
        skipBlanks()
        guard position == bytes.count else { throw fault("expected nothing more") }
    }

    /// The first character of the next value, `[` or `{` or another; nil at the end.
    public mutating func peek() -> Unicode.Scalar? {
        skipBlanks()
        return current.map { Unicode.Scalar($0) }
    }

    /// The next value, which is to be a number.
    public mutating func number() throws(JSONError) -> Double {
        skipBlanks()
        if let value = plainNumber() { return value }
        guard let byte = current, byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) else {
            throw fault("expected a number")
        }
        return try parseNumber().number ?? 0
    }

    /// The next value, which is to be a string.
    public mutating func string() throws(JSONError) -> String {
        skipBlanks()
        guard current == UInt8(ascii: "\"") else { throw fault("expected a string") }
        return try parseString()
    }

    /// Calls `body` with the name of each member of an object, which comes next; it reads or skips the member's value.
    public mutating func forEachMember(_ body: (String, inout JSONReader) throws -> Void) throws {
        skipBlanks()
        guard take("{") else { throw fault("expected an object") }
        try deeper()
        defer { depth -= 1 }
        skipBlanks()
        if take("}") { return }
        repeat {
            let name = try string()
            skipBlanks()
            guard take(":") else { throw fault("expected \":\"") }
            try body(name, &self)
            skipBlanks()
        } while take(",")
        guard take("}") else { throw fault("expected \",\" or \"}\"") }
    }

    /// Calls `body` before each element of an array, which comes next; it reads or skips the element.
    public mutating func forEachElement(_ body: (inout JSONReader) throws -> Void) throws {
        skipBlanks()
        guard take("[") else { throw fault("expected an array") }
        try deeper()
        defer { depth -= 1 }
        skipBlanks()
        if take("]") { return }
        repeat {
            try body(&self)
            skipBlanks()
        } while take(",")
        guard take("]") else { throw fault("expected \",\" or \"]\"") }
    }

    /// Moves over the next value.
    public mutating func skip() throws {
        switch peek() {
        case "{": try forEachMember { _, reader in try reader.skip() }
        case "[": try forEachElement { reader in try reader.skip() }
        case let first? where first == "-" || ("0"..."9").contains(first): _ = try number()
        case "\"": try skipString()
        default: _ = try parseValue(depth: depth)
        }
    }

    /// Only its end is looked for.
    private mutating func skipString() throws(JSONError) {
        position += 1
        while let byte = current {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
        throw fault("a string that does not end")
    }

    private mutating func deeper() throws(JSONError) {
        guard depth < Self.depthLimit else { throw fault("nested too deeply") }
        depth += 1
    }

    /// A number of few digits without an exponent, as nearly all are, and exact: both its digits and the power of ten are; nil
    /// for others, which are not moved over.
    private mutating func plainNumber() -> Double? {
        var place = position
        let isNegative = place < bytes.count && bytes[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        let start = place
        var digits = 0
        var fraction: Int?
        while place < bytes.count {
            let byte = bytes[place]
            // Seventeen digits are too many, and more would not fit.
            guard place - start < 17 else { return nil }
            if (0x30...0x39).contains(byte) {
                digits = digits * 10 + Int(byte - 0x30)
            } else if byte == UInt8(ascii: "."), fraction == nil, place > start {
                fraction = place + 1
            } else {
                break
            }
            place += 1
        }
        let end = fraction ?? place
        guard place > start, place - start <= 16, digits <= 1 << 53, fraction != place,
            place == bytes.count || (bytes[place] | 0x20 != UInt8(ascii: "e") && bytes[place] != UInt8(ascii: ".")),
            !(bytes[start] == 0x30 && (fraction.map { $0 - 1 } ?? place) - start > 1)
        else { return nil }
        position = place
        let value = Double(digits) / Self.powers[place - end]
        return isNegative ? -value : value
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    ]

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// What is wrong here.
    public func fault(_ reason: String) -> JSONError { JSONError(byte: position, reason: reason) }

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
        guard depth < Self.depthLimit else { throw fault("nested too deeply") }
        skipBlanks()
        guard let byte = current else { throw fault("expected a value, found the end") }
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
        throw fault("expected a value")
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
        guard take("]") else { throw fault("expected \",\" or \"]\"") }
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
            guard current == UInt8(ascii: "\"") else { throw fault("expected a name in quotes") }
            let name = try parseString()
            guard names.insert(ExactText(name)).inserted else {
                throw fault("the name \"\(name)\" stands there twice")
            }
            skipBlanks()
            guard take(":") else { throw fault("expected \":\"") }
            members.append((name, try parseValue(depth: depth + 1)))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw fault("expected \",\" or \"}\"") }
        return .object(members)
    }

    private mutating func parseNumber() throws(JSONError) -> JSON {
        let start = position
        _ = take("-")
        let leading = try skipDigits(start: position)
        if leading > 1, bytes[position - leading] == UInt8(ascii: "0") { throw fault("a number starts with 0") }
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
        guard let value = Double(text), value.isFinite else { throw fault("the number \(text) is too large") }
        return .number(value)
    }

    /// Moves over one digit or more and returns how many.
    private mutating func skipDigits(start: Int) throws(JSONError) -> Int {
        while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw fault("expected a digit") }
        return position - start
    }

    private mutating func parseString() throws(JSONError) -> String {
        position += 1
        var utf8: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: utf8, as: UTF8.self) else { throw fault("invalid UTF-8") }
                return text
            case UInt8(ascii: "\\"): utf8 += try parseEscape()
            case 0..<0x20: throw fault("a control character in a string")
            default: utf8.append(byte)
            }
        }
        throw fault("a string that does not end")
    }

    private mutating func parseEscape() throws(JSONError) -> [UInt8] {
        guard let byte = current else { throw fault("a string that does not end") }
        position += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return [byte]
        case "b": return [0x08]
        case "f": return [0x0c]
        case "n": return [0x0a]
        case "r": return [0x0d]
        case "t": return [0x09]
        case "u": return Array(String(try parseUnicodeEscape()).utf8)
        default: throw fault("an unknown escape")
        }
    }

    /// The scalar after `\u`, which takes a second escape when the first is half of a surrogate pair.
    private mutating func parseUnicodeEscape() throws(JSONError) -> Character {
        var value = try parseHexadecimal()
        if (0xd800..<0xdc00).contains(value), take("\\"), take("u") {
            let low = try parseHexadecimal()
            guard (0xdc00..<0xe000).contains(low) else { throw fault("half of a surrogate pair") }
            value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw fault("half of a surrogate pair") }
        return Character(scalar)
    }

    private mutating func parseHexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
