import Platform
import Imaging
import Testing

/// Files read row by row give what they give as a whole.
@Suite struct PictureReaderTests {
    @Test(arguments: Fixture.all)
    func rowsEqualTheWholePicture(_ fixture: Fixture) throws {
        let file = try TemporaryFile(fixture.bytes)
        let whole = try decodePicture(path: file.path)
        let reader = try PictureReader(path: file.path)
        #expect(reader.width == whole.width && reader.height == whole.height)
        #expect(try rows(reader) == whole.pixels)
        #expect(reader.holdsWholePicture == ["progressive", "interlaced"].contains(where: fixture.name.contains))
    }

    @Test(arguments: Fixture.all)
    func truncatedFileIsRefused(_ fixture: Fixture) throws {
        let bytes = fixture.bytes
        for count in stride(from: 0, to: bytes.count, by: 7) {
            let file = try TemporaryFile(Array(bytes.prefix(count)))
            #expect(throws: ImageError.self, "the first \(count) of \(bytes.count) bytes passed") {
                try rows(PictureReader(path: file.path))
            }
        }
    }

    @Test(arguments: Fixture.all)
    func corruptFileIsTakenAsTheWholePictureIs(_ fixture: Fixture) throws {
        for i in stride(from: 0, to: fixture.bytes.count, by: 3) {
            var bytes = fixture.bytes
            bytes[i] ^= 0x55
            let file = try TemporaryFile(bytes)
            let whole = try? decodePicture(path: file.path).pixels
            let byRows = try? rows(PictureReader(path: file.path))
            #expect(whole == byRows, "byte \(i)")
        }
    }

    @Test func faultsNameTheFile() throws {
        let missing = #expect(throws: ImageError.self) { try PictureReader(path: "/nowhere/cat.jpg") }
        #expect(missing?.description == "/nowhere/cat.jpg: cannot be opened: No such file or directory")
        let file = try TemporaryFile(Array(try Fixture.named("png-rgb").bytes.dropLast(30)))
        let short = #expect(throws: ImageError.self) { try rows(PictureReader(path: file.path)) }
        #expect(short?.description == file.path + ": is a damaged or truncated PNG (the file ends early); replace it")
    }

    private func rows(_ reader: PictureReader) throws -> [UInt8] {
        var pixels: [UInt8] = []
        var row = [UInt8](repeating: 0, count: 3 * reader.width)
        for _ in 0..<reader.height {
            try row.withUnsafeMutableBufferPointer { try reader.readRow(into: $0) }
            pixels += row
        }
        return pixels
    }
}

/// A file that goes with this value.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8]) throws {
        var template = Array("/tmp/imaging-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        try #require(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
    }

    deinit { unlink(path) }
}
