import Diagnostics
import TestSupport
import Testing

@testable import MemoryPlanning

@Suite struct PlacementInstanceTests {
    private func read(_ text: String) throws(Diagnostic) -> PlacementInstance {
        try PlacementInstance(SourceFile(name: "blocks.csv", text: text))
    }

    @Test func columnsComeInAnyOrder() throws {
        let instance = try read("size,upper, id ,lower\r\n4,3,b1,0\r\n\r\n0, 9,b2,9\n")
        #expect(
            instance.blocks == [
                .init(id: "b1", lower: 0, upper: 3, size: 4), .init(id: "b2", lower: 9, upper: 9, size: 0),
            ])
        #expect(instance.requests.first == PlacementRequest(size: 4, first: 0, last: 2))
        let text = instance.text(offsets: [8, 0])
        #expect(text == "id,lower,upper,size,offset\nb1,0,3,4,8\nb2,9,9,0,0\n")
        #expect(try read(text) == instance, "what is written reads back")
    }

    @Test(arguments: [
        ("", "blocks.csv:1:1: error: expected a heading with the columns id, lower, upper and size, found nothing"),
        ("id,lower,uper,size\n", "blocks.csv:1:10: error: unknown column \"uper\", expected id, lower, upper and size"),
        ("id,lower,upper\n", "blocks.csv:1:1: error: the heading lacks the column \"size\""),
        ("id,lower,upper,size,id\n", "blocks.csv:1:21: error: the column \"id\" stands here twice"),
        ("id,lower,upper,size\na,0,1\n", "blocks.csv:2:1: error: expected 4 fields, as in the heading, found 3"),
        ("id,lower,upper,size\na,0,1,2\na,0,1,2\n", "blocks.csv:3:1: error: the id \"a\" stands here twice"),
        ("id,lower,upper,size\n,0,1,2\n", "blocks.csv:2:1: error: expected the block's id, found nothing"),
        ("id,lower,upper,size\na,5,4,2\n", "blocks.csv:2:5: error: the block \"a\" ends at 4, before it begins at 5"),
        ("id,lower,upper,size\na,0,1,-2\n", "blocks.csv:2:7: error: size takes a whole number from 0 to"),
        ("id,lower,upper,size\na,0,1.5,2\n", "blocks.csv:2:5: error: upper takes a whole number from"),
        ("id,lower,upper,size\na,0,99999999999999999999,2\n", "blocks.csv:2:5: error: upper takes a whole number"),
        (
            "id,lower,upper,size\na,0,1,1099511627776\nb,2,3,1\n",
            "blocks.csv:3:7: error: the sizes up to here add up to 1099511627777 bytes"
        ),
    ])
    func whatIsWrongIsNamedAtItsPlace(_ text: String, _ expected: String) throws {
        let file = SourceFile(name: "blocks.csv", text: text)
        let error = #expect(throws: Diagnostic.self) { try PlacementInstance(file) }
        let rendered = DiagnosticRenderer(file: file).render(try #require(error))
        #expect(rendered.hasPrefix(expected), "\(rendered)")
    }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(throws: Diagnostic.self) {
            try PlacementInstance(SourceFile(name: "blocks.csv", bytes: [0x69, 0xFF, 0x0A]))
        }
    }
}
