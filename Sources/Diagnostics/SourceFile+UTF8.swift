extension SourceFile {
    /// Where the bytes stop being UTF-8: the first byte that no well-formed sequence can hold; nil if all is well.
    public var firstIllFormed: SourceRange? {
        var position = 0
        while position < bytes.count {
            let length = Self.wellFormedLength(bytes, at: position)
            if length == 0 { return SourceRange(position, position + 1) }
            position += length
        }
        return nil
    }

    /// Bytes of the well-formed sequence that starts here (1 to 4), by the Unicode standard's table 3-7; 0 if none does.
    private static func wellFormedLength(_ bytes: [UInt8], at start: Int) -> Int {
        let first = bytes[start]
        let length: Int
        // Bounds of the second byte rule out overlong forms, surrogates and what lies above U+10FFFF.
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if first == 0xE0 { second = 0xA0...0xBF }
            if first == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if first == 0xF0 { second = 0x90...0xBF }
            if first == 0xF4 { second = 0x80...0x8F }
        default: return 0
        }
        guard start + length <= bytes.count, second.contains(bytes[start + 1]) else { return 0 }
        for byte in bytes[(start + 2)..<max(start + 2, start + length)] where byte & 0xC0 != 0x80 { return 0 }
        return length
    }

    /// Says that the text is not UTF-8, and where; nil if it is.
    public var encodingError: Diagnostic? {
        guard let range = firstIllFormed else { return nil }
        let byte = String(bytes[range.lower], radix: 16, uppercase: true)
        let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        let isText = !bytes.contains(0)
        let hint =
            if isUTF16 {
                "the file is UTF-16 text: save it as UTF-8"
            } else if isText {
                "save the file as UTF-8"
            } else {
                "is it a graph file?"
            }
        return Diagnostic(
            "the text is not UTF-8: byte \(range.lower + 1) of the file is 0x\(byte)", at: range, hint: hint)
    }
}
