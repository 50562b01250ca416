import Base
import Testing

/// Names of files, in and out.
@Suite struct FileNameTests {
    /// Bytes of names, and how people see them.
    static let names: [([UInt8], String)] = [
        (Array("plain name.png".utf8), "plain name.png"),
        (Array("größe 東京 😀.png".utf8), "größe 東京 😀.png"),
        (Array("M".utf8) + [0xFC] + Array("ller.jpg".utf8), #"M\xfcller.jpg"#),
        (Array("\u{1B}[31mred".utf8), #"\x1b[31mred"#),
        (Array("a\nb\tc\rd\u{7F}".utf8), #"a\x0ab\x09c\x0dd\x7f"#),
        // Controls of the upper half, a turned direction of writing, a line separator, nothing to be seen.
        (Array("\u{9B}31m\u{202E}gnp\u{2028}\u{200B}".utf8), #"\xc2\x9b31m\xe2\x80\xaegnp\xe2\x80\xa8\xe2\x80\x8b"#),
        // Characters that stand for bytes elsewhere.
        (Array("\u{10FF41}\u{10FFFF}".utf8), #"\xf4\x8f\xbd\x81\xf4\x8f\xbf\xbf"#),
        // Too long forms, halves of pairs, beyond the last character, cut short.
        (
            [0xC0, 0x80, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xE2, 0x82],
            #"\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82"#
        ),
        (Array("é".utf8), "é"), (Array("e\u{301}".utf8), "e\u{301}"),
        ([], ""),
    ]

    @Test(arguments: names)
    func namesComeBackAsTheyWere(bytes: [UInt8], shown: String) {
        let text = FileName.text(of: bytes)
        #expect(FileName.bytes(of: text) == bytes)
        #expect(ExactText(text.shown) == ExactText(shown), "\(text.shown)")
        let system = text.withFileName { path in
            var found: [UInt8] = []
            while path[found.count] != 0 { found.append(UInt8(bitPattern: path[found.count])) }
            return found
        }
        #expect(system == bytes)
    }

    @Test func everyPairOfBytesComesBack() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let bytes = [0x61, first, second, 0xE9, 0x2E]
                let text = FileName.text(of: bytes)
                guard FileName.bytes(of: text) == bytes else {
                    Issue.record("\(bytes) became \(FileName.bytes(of: text))")
                    continue
                }
                let isQuiet = text.shown.unicodeScalars.allSatisfy(\.isShown)
                #expect(isQuiet, "\(bytes)")
            }
        }
    }

    @Test func namesAreOrderedByTheirBytes() {
        let names = Self.names.map(\.0).sorted { $0.lexicographicallyPrecedes($1) }
        let texts = names.reversed().map(FileName.text).sorted(by: FileName.precedes)
        #expect(texts.map(FileName.bytes) == names)
    }

    @Test func textsThatLookAlikeAreTwo() {
        #expect("é" == "e\u{301}" && ExactText("é") != ExactText("e\u{301}"))
        #expect(Set([ExactText("é"), ExactText("e\u{301}"), ExactText("é")]).count == 2)
    }

    /// Another file would be found up to the zero.
    @Test func zeroBytesNameNoFile() {
        #expect(FileName.text(of: [0x61, 0, 0x62]).withFileName { $0[0] } == 0)
        #expect("a\0b".withFileName { $0[0] } == 0)
    }

    @Test func endsOfLinesAndTabsOfTextsStay() {
        #expect("a\n\tb\u{1B}[0m\r\u{85}".shown == "a\n\tb\\x1b[0m\\x0d\\xc2\\x85")
    }
}
