/// A C string literal of the text, which may hold anything.
package func cString(_ text: String) -> String {
    var result = "\""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""): result += "\\\""
        case UInt8(ascii: "\\"): result += "\\\\"
        case UInt8(ascii: "\n"): result += "\\n\"\n    \""
        case 32..<127 where byte != UInt8(ascii: "?"): result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            // Three octal digits end by themselves, whatever follows.
            let digits = String(byte, radix: 8)
            result += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
    }
    return result + "\""
}

/// A comment's text must not end the comment, nor look as if another one began.
package func commentText(_ text: String) -> String { text.replacing("*/", with: "* /").replacing("/*", with: "/ *") }

/// A number as a C double.
package func cDouble(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value)).0" : "\(value)"
}
