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
