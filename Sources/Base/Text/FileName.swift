/// Names of files as texts from which nothing is lost.
///
/// To the system a name is bytes, any but 0 and `/`; a Swift string is Unicode, in which bytes that are no UTF-8 would be
/// replaced, so that the file is never found again. Here such bytes stand as private characters, one a byte. So do the
/// bytes of characters that must not reach a terminal as they are: controls, and those that change the direction of
/// writing or are not seen. Names come into the program through `text(of:)` and leave it through `bytes(of:)`, which is
/// its inverse for all bytes. What people read goes through `String.shown`.
public enum FileName {
    /// The private character of the byte 0; the others follow. A name that really holds one of these has its bytes
    /// replaced as well.
    private static let first: UInt32 = 0x10FF00

    /// The text of a name or a path.
    public static func text(of bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) { return String(decoding: bytes, as: UTF8.self) }
        var result = String.UnicodeScalarView()
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var place = bytes.startIndex
        while true {
            let count: Int
            var scalar: Unicode.Scalar?
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                count = encoded.count
                scalar = Unicode.UTF8.decode(encoded)
            case .error(let length): count = length
            case .emptyInput: return String(result)
            }
            let end = bytes.index(place, offsetBy: count)
            if let scalar, scalar.isShown {
                result.append(scalar)
            } else {
                result.append(contentsOf: bytes[place..<end].map(character))
            }
            place = end
        }
    }

    /// The text of a name or a path that ends with a zero byte.
    public static func text(of name: UnsafePointer<CChar>) -> String {
        var count = 0
        while name[count] != 0 { count += 1 }
        return UnsafeRawBufferPointer(start: name, count: count).withMemoryRebound(to: UInt8.self) { text(of: $0) }
    }

    /// The bytes of the name or the path that a text stands for.
    public static func bytes(of text: String) -> [UInt8] {
        guard text.utf8.contains(0xF4) else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { isByte($0) ? [UInt8(truncatingIfNeeded: $0.value)] : Array($0.utf8) }
    }

    /// Byte order, which is the same everywhere (and Python's, for names).
    public static func precedes(_ a: String, _ b: String) -> Bool {
        if a.utf8.contains(0xF4) || b.utf8.contains(0xF4) {
            return bytes(of: a).lexicographicallyPrecedes(bytes(of: b))
        }
        return a.utf8.lexicographicallyPrecedes(b.utf8)
    }

    /// Whether the character stands for a byte.
    fileprivate static func isByte(_ scalar: Unicode.Scalar) -> Bool { scalar.value & ~0xFF == first }

    private static func character(_ byte: UInt8) -> Unicode.Scalar {
        // The range holds no surrogates, so that there is such a scalar.
        Unicode.Scalar(first + UInt32(byte)) ?? "\u{FFFD}"
    }

}

extension Unicode.Scalar {
    /// Whether the character is drawn, and does nothing else to what shows it; none of those that stand for bytes of names
    /// is. Joiners shape the letters around them.
    public var isShown: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        case .format: self == "\u{200C}" || self == "\u{200D}"
        default: !FileName.isByte(self)
        }
    }
}

extension String {
    /// Calls `body` with the path that this text stands for, as system calls take it. A path with a zero byte is that of
    /// no file, and would be another one's up to there: then the empty path is given, which never is.
    public func withFileName<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        var bytes = FileName.bytes(of: self)
        if bytes.contains(0) { bytes = [] }
        bytes.append(0)
        return try bytes.withUnsafeBufferPointer { buffer in
            try buffer.withMemoryRebound(to: CChar.self) { characters in
                // At least the zero is there.
                try body(characters.baseAddress.unsafelyUnwrapped)
            }
        }
    }

    /// The text as people may see it, on a terminal or a page: `M\xfcller.jpg` for a name that is no UTF-8, `\x1b[31m` for
    /// controls. Ends of lines and tabs stay: those of names have become private characters before.
    public var shown: String {
        func isShown(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\t" || scalar.isShown }
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x09 }) { return self }
        guard !unicodeScalars.allSatisfy(isShown) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if isShown(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                let bytes = FileName.isByte(scalar) ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(scalar.utf8)
                for byte in bytes { result += "\\x" + byte.hexadecimal }
            }
        }
        return result
    }
}

/// A text that is equal to another one when all its bytes are. Swift's strings are equal when they look equal, however
/// accents are written; files of such names are two.
public struct ExactText: Hashable, Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    public static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xFF))
    }
}
