import Base

/// Commands for people to copy into a shell.
package enum ShellWords {
    /// Words as a shell takes them.
    package static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_./=+,:@%".utf8.contains($0)
                }
            }
        if isPlain { return word }
        if !word.shown.utf8.elementsEqual(word.utf8) || word.utf8.contains(0x0A) || word.utf8.contains(0x09) {
            // What no terminal can show, as bash, zsh and ksh read it.
            let escaped = FileName.bytes(of: word).map { byte in
                switch byte {
                case UInt8(ascii: "\\"), UInt8(ascii: "'"): "\\" + String(Unicode.Scalar(byte))
                case 0x20..<0x7F: String(Unicode.Scalar(byte))
                default: "\\x" + byte.hexadecimal
                }
            }
            return "$'" + escaped.joined() + "'"
        }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
