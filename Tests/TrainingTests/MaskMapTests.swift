import Testing

@testable import Training

@Suite struct MaskMapTests {
    @Test func readsAndWrites() throws {
        let map = try MaskMap(parsing: "0=2,1=3+1")
        #expect(map == .trimap)
        #expect(map.description == "0=2,1=1+3")
        #expect(map[2] == 0 && map[1] == 1 && map[3] == 1)
        #expect(map[0] == nil)
        #expect(try MaskMap(parsing: map.description) == map)
    }

    @Test(arguments: [
        ("0=2,1", "expected CLASS=VALUE+VALUE…, found \"1\""),
        ("0=0,2=1", "expected class 0 (background) or 1 (object), found \"2\""),
        ("0=0,1=256", "expected a value from 0 to 255, found \"256\""),
        ("0=0,1=", "expected a value from 0 to 255, found \"\""),
        ("0=1,1=1", "value 1 is listed twice"),
        ("0=0", "no value means object (class 1)"),
        ("", "expected CLASS=VALUE+VALUE…, found \"\""),
    ])
    func refusesNonsense(text: String, reason: String) {
        #expect(message { _ = try MaskMap(parsing: text) }.contains("mask map \"\(text)\": \(reason)"))
    }

    @Test(
        arguments: [([0, 1], "0=0,1=1"), ([0, 255], "0=0,1=255"), ([255], "0=0,1=255"), ([0], "0=0,1=1")]
            as [([UInt8], String)])
    func plainMasksAreDetected(values: [UInt8], expected: String) throws {
        #expect(try MaskMap.detected([("a.png", MaskValues(values))]).description == expected)
    }

    @Test func mixedEncodingsAreAnError() {
        let text = message {
            _ = try MaskMap.detected([("a.png", MaskValues([0, 1])), ("b.png", MaskValues([0, 255]))])
        }
        #expect(text.contains("found the values 0, 1, 255; b.png holds 0, 255"), "\(text)")
    }

    @Test func otherValuesAreListed() {
        let text = message {
            _ = try MaskMap.detected([("a.png", MaskValues([0, 1])), ("b.png", MaskValues([1, 2, 3]))])
        }
        #expect(text.contains("found the values 0, 1, 2, 3; b.png holds 1, 2, 3"), "\(text)")
        #expect(text.contains("--mask-map 0=0,1=1+2+3"), "\(text)")
    }

    @Test func valuesOutsideTheMapNameTheFile() {
        let masks = [(file: "a.png", values: MaskValues([1, 2])), (file: "b.png", values: MaskValues([0, 2, 7]))]
        let text = message { try MaskMap.trimap.check(masks) }
        #expect(text.contains("b.png: mask value 0 is outside the map 0=2,1=1+3"), "\(text)")
        #expect(text.contains("holds the values 0, 2, 7, all masks together 0, 1, 2, 7"), "\(text)")
        #expect(text.contains("--mask-map"), "\(text)")
    }
}
