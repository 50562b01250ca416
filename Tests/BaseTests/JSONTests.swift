import Base
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        (#" {"a" : [1, -2.5e1, true, null, "x"], "b":{}} "#, #"{"a":[1,-25.0,true,null,"x"],"b":{}}"#),
        (#""\u00e9\ud83d\ude00\n\"\\\/\u0001""#, "\"\u{e9}\u{1F600}\\n\\\"\\\\/\\u0001\""),
        ("[]", "[]"), ("0", "0"), ("-0.5", "-0.5"), ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9.223372036854776e+18"), (#""""#, #""""#),
    ])
    func parsesAndPrints(text: String, expected: String) throws {
        let value = try JSON(parsing: text)
        #expect(value.text(.compact) == expected)
        #expect(try JSON(parsing: value.text) == value)
    }

    @Test(arguments: [
        "", "{", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "01", "1.", "-", "1e", "1e999", "tru", "\"a",
        "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\u{1}\"", "1 1",
        "{\"a\":1,\"a\":2}", String(repeating: "[", count: 100_000),
    ])
    func refuses(text: String) {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
        #expect(error?.description.hasPrefix("invalid JSON at byte ") == true)
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xff, 0x22]) }
        #expect(error?.reason == "invalid UTF-8")
    }

    @Test func hasStyles() throws {
        let value = try JSON(parsing: #"{"a": [1, 2], "b": [{"c": []}], "d": {}}"#)
        #expect(value.text == #"{"a": [1, 2], "b": [{"c": []}], "d": {}}"#)
        #expect(
            value.pretty(depth: 2) == """
                {
                  "a": [1, 2],
                  "b": [
                    {"c": []}
                  ],
                  "d": {}
                }
                """)
        #expect(
            value.pretty(depth: 2, .compact) == """
                {
                  "a": [
                    1,
                    2
                  ],
                  "b": [
                    {"c":[]}
                  ],
                  "d": {}
                }
                """)
    }

    @Test func stringsHoldNothingThatATerminalWouldNotShow() {
        let text = JSON.string("\u{1B}\u{202E}\u{10FFFC}é").text
        #expect(text == #""\u001b\u202e\udbff\udffcé""#)
    }
}

/// Values one by one.
@Suite struct JSONReaderTests {
    /// Reads a value again through the pieces of it.
    private func read(_ reader: inout JSONReader) throws -> JSON {
        switch reader.peek() {
        case "{":
            var members: [JSON.Member] = []
            try reader.forEachMember { name, reader in members.append((name, try read(&reader))) }
            return .object(members)
        case "[":
            var values: [JSON] = []
            try reader.forEachElement { values.append(try read(&$0)) }
            return .array(values)
        case "\"": return .string(try reader.string())
        case "t", "f", "n": return try reader.value()
        default: return .number(try reader.number())
        }
    }

    @Test(arguments: [
        "{}", "[ ]", "[1, [2, {\"a\": \"b\\\"]\"}], -0.5e3 , true,null]", "{\"x\":{\"y\":[[[]]]}, \"z\":\"\\u00e9\"}",
    ])
    func piecesMakeTheWhole(text: String) throws {
        var reader = JSONReader(Array(text.utf8))
        let value = try read(&reader)
        try reader.end()
        func numbers(_ json: JSON) -> JSON {
            switch json {
            case .integer(let value): .number(Double(value))
            case .array(let values): .array(values.map(numbers))
            case .object(let members): .object(members.map { ($0.key, numbers($0.value)) })
            default: json
            }
        }
        #expect(try value == numbers(JSON(parsing: text)))
        var skipping = JSONReader(Array((text + " 1").utf8))
        try skipping.skip()
        #expect(try skipping.number() == 1)
    }

    /// Bit for bit what the standard library reads.
    @Test func numbersAreExact() throws {
        var random: UInt64 = 88_172_645_463_325_252
        func next(_ bound: UInt64) -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random % bound
        }
        for _ in 0..<20_000 {
            let whole = String(next([1, 10, 1000, 1 << 40, 1 << 62][Int(next(5))]))
            let fraction = String(next([2, 100, 1 << 30, 1 << 60][Int(next(4))]))
            let text =
                (next(2) == 0 ? "-" : "") + whole + (next(3) == 0 ? "" : ".00".prefix(1 + Int(next(3))) + fraction)
                + (next(5) == 0 ? "e-3" : "")
            var reader = JSONReader(Array(text.utf8))
            #expect(try reader.number() == Double(text), "\(text)")
            try reader.end()
        }
        for text in ["01", "-", ".5", "1.", "1e", "--1", "+1", "", "x", "-.1", "00.1"] {
            var reader = JSONReader(Array(text.utf8))
            #expect(throws: JSONError.self, "\(text)") {
                _ = try reader.number()
                try reader.end()
            }
        }
    }

    @Test func hostileTextEnds() {
        for text in [
            String(repeating: "[", count: 100_000), "{\"a\"", "[1", "\"a", "\"\\", "{\"a\":1,}", "[1,]", "nul",
        ] {
            var reader = JSONReader(Array(text.utf8))
            #expect(throws: JSONError.self) { try reader.skip() }
        }
    }
}
