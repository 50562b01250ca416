/// A JSON value, as far as tests need it: numbers are doubles, and objects forget the order of their members.
public indirect enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// A member of an object, nil for anything else.
    public subscript(key: String) -> JSON? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    public var number: Double? { if case .number(let value) = self { value } else { nil } }
    public var integer: Int? { number.flatMap(Int.init(exactly:)) }
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    public var object: [String: JSON]? { if case .object(let value) = self { value } else { nil } }
}

/// Text that is not JSON.
public struct JSONError: Error, CustomStringConvertible {
    public var offset: Int
    public var expected: String
    public var description: String { "byte \(offset): expected \(expected)" }
}

extension JSON {
    /// Reads one JSON value from UTF-8.
    /// - Throws: `JSONError` with the place.
    public init(parsing bytes: some Sequence<UInt8>) throws {
        var parser = JSONParser(bytes: Array(bytes))
        self = try parser.value()
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw parser.failure("the end") }
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    func failure(_ expected: String) -> JSONError { JSONError(offset: position, expected: expected) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
    }

    private mutating func takes(_ text: StaticString) -> Bool {
        skipSpace()
        let word = Array("\(text)".utf8)
        guard bytes[position...].starts(with: word) else { return false }
        position += word.count
        return true
    }

    mutating func value() throws -> JSON {
        if takes("{") { return .object(try object()) }
        if takes("[") { return .array(try array()) }
        if takes("\"") { return .string(try string()) }
        if takes("true") { return .bool(true) }
        if takes("false") { return .bool(false) }
        if takes("null") { return .null }
        return .number(try number())
    }

    private mutating func object() throws -> [String: JSON] {
        var members: [String: JSON] = [:]
        if takes("}") { return members }
        repeat {
            guard takes("\"") else { throw failure("a member's name") }
            let key = try string()
            guard takes(":") else { throw failure("':'") }
            members[key] = try value()
        } while takes(",")
        guard takes("}") else { throw failure("'}'") }
        return members
    }

    private mutating func array() throws -> [JSON] {
        var elements: [JSON] = []
        if takes("]") { return elements }
        repeat { elements.append(try value()) } while takes(",")
        guard takes("]") else { throw failure("']'") }
        return elements
    }

    private mutating func number() throws -> Double {
        let start = position
        while let byte = next, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
        guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw failure("a value")
        }
        return number
    }

    /// The rest of a string whose opening quote is taken.
    private mutating func string() throws -> String {
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte != UInt8(ascii: "\\") {
                text.append(byte)
                continue
            }
            text += Array(String(try escaped()).utf8)
        }
        throw failure("'\"'")
    }

    private mutating func escaped() throws -> Character {
        guard let byte = next else { throw failure("an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "u"):
            let digits = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
            guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
                throw failure("four hexadecimal digits")
            }
            position += 4
            return Character(scalar)
        default: return Character(Unicode.Scalar(byte))
        }
    }
}
