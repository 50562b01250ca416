/// Tokens of a text, as ranges of bytes: words and numbers as a whole, anything else byte by byte, no blanks.
func tokenRanges(_ text: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var position = 0
    while position < text.count {
        let start = position
        if isWordByte(text[position]) {
            while position < text.count, isWordByte(text[position]) { position += 1 }
        } else {
            position += 1
        }
        if text[start] > 0x20 { ranges.append(start..<position) }
    }
    return ranges
}

/// Lines of a text with their line feeds, as ranges of bytes.
func lineRanges(_ text: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    for (index, byte) in text.enumerated() where byte == UInt8(ascii: "\n") {
        ranges.append(start..<index + 1)
        start = index + 1
    }
    if start < text.count { ranges.append(start..<text.count) }
    return ranges
}

func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// Letters, digits, `_` and the point of numbers.
private func isWordByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: ".")
}
