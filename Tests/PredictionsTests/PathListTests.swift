import Base
import DataSets
import FileAccess
import Platform
import Testing
import TrainerTestSupport

@testable import Predictions

/// Lists of paths as programs write them.
@Suite struct PathListTests {
    private func paths(_ bytes: [UInt8], null: Bool = false) throws -> [ListedPath] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        bytes.withUnsafeBytes { _ = write(ends[1], $0.baseAddress, $0.count) }
        close(ends[1])
        defer { close(ends[0]) }
        var list = PathList(descriptor: ends[0], isNullSeparated: null)
        var found: [ListedPath] = []
        while let path = list.next(isStopped: { false }) { found.append(path) }
        return found
    }

    private static func utf16(_ text: String, big: Bool) -> [UInt8] {
        ("\u{FEFF}" + text).utf16.flatMap { unit in
            let halves = [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
            return big ? halves.reversed() : halves
        }
    }

    /// The same three paths, on lines 1, 2 and 4.
    private static let text = "a.png\nb c.png\n\nd 😀é.png"

    @Test(
        arguments: [
            Array(text.utf8), Array((text + "\n").utf8), Array("\u{FEFF}\(text)".utf8),
            Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8),
            utf16(text, big: false), utf16(text, big: true),
            utf16(
                text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") + "\r\n",
                big: false),
        ])
    func linesAreRead(bytes: [UInt8]) throws {
        let found = try paths(bytes)
        #expect(found.map(\.path) == ["a.png", "b c.png", "d 😀é.png"])
        #expect(found.map(\.line) == [1, 2, 4])
    }

    @Test func zeroBytesSeparateNamesAsTheyAre() throws {
        let bytes: [UInt8] = Array("\u{FEFF}a\r\0b\nc\0\0".utf8) + [0xFC, 0]
        let found = try paths(bytes, null: true)
        #expect(found.map { FileName.bytes(of: $0.path) } == [Array("\u{FEFF}a\r".utf8), Array("b\nc".utf8), [0xFC]])
    }

    @Test(
        arguments: [
            ([], 0), ([0x61], 1), ([0x0A, 0x61], 1), ([0xEF, 0xBB, 0xBF], 0), ([0xFF, 0xFE], 0), ([0xFF], 1),
        ] as [([UInt8], Int)])
    func shortListsAreRead(bytes: [UInt8], count: Int) throws {
        #expect(try paths(bytes).count == count)
    }

    @Test func whatIsNoListEnds() throws {
        let data = try TestFolder()
        try data.write("a.bin", [UInt8](repeating: 0x61, count: 1 << 20))
        let file = open(data.file("a.bin"), O_RDONLY)
        defer { close(file) }
        let list = PathList(descriptor: file, isNullSeparated: false)
        #expect(list.isWhole)
        let text = message { _ = try PredictionInputs(list) }
        #expect(text.contains("line 1 of the list: is longer than any path"), "\(text)")
    }

    /// The writer is still there, and says nothing.
    @Test func waitingForAPathCanBeStopped() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        var list = PathList(descriptor: ends[0], isNullSeparated: false)
        #expect(list.next(isStopped: { true }) == nil && !list.isWhole)
    }

    @Test func whatIsMissingIsNamedWithItsLine() throws {
        let data = try TestFolder()
        try data.writePicture("a.png")
        try data.folder("sub")
        let lines = [data.file("a.png"), data.file("none.png"), "", data.file("sub"), data.file("a.png") + "\0b"]
        try data.write("list.txt", Array(lines.joined(separator: "\n").utf8))
        let file = open(data.file("list.txt"), O_RDONLY)
        defer { close(file) }
        let inputs = try PredictionInputs(PathList(descriptor: file, isNullSeparated: false))
        #expect(inputs.pictures.map(\.path) == [data.file("a.png")])
        let text = try #require(inputs.report.warning)
        #expect(text.hasPrefix("left out 3 of 4 files:\n"), "\(text)")
        #expect(text.contains("none.png: is not there (line 2 of the list)"), "\(text)")
        #expect(text.contains("sub: is a folder, expected a picture (line 4 of the list)"), "\(text)")
        #expect(text.contains("line 5 of the list: has zero bytes in it"), "\(text)")
    }

    @Test func listsLeaveOutPicturesOfOneName() throws {
        let data = try TestFolder()
        try data.folder("b")
        for name in ["a.png", "b/a.png"] { try data.writePicture(name) }
        let pipe = try Pipe(data.file("a.png") + "\n" + data.file("b/a.png"))
        let targets = PredictionTargets(folder: data.file("out"), task: .mask, style: PredictionStyle())
        var source = PredictionSource(PathList(descriptor: pipe.end, isNullSeparated: false), targets)
        #expect(try source.next(isStopped: { false })?.get().result == data.file("out/a.png"))
        let twin = source.next(isStopped: { false })
        let text = message { _ = try twin?.get() }
        #expect(text.contains("has the name of an earlier picture's mask"), "\(text)")
        #expect(source.next(isStopped: { false }) == nil)
    }
}
