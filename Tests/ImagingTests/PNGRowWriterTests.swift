import Platform
import ImageCodecs
import Imaging
import Testing

@Suite struct PNGRowWriterTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/imaging-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
    }

    private func names() -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    @Test(arguments: [(1, 1, 1), (13, 9, 1), (13, 9, 3), (700, 300, 3)])
    func writtenRowsReadBack(width: Int, height: Int, channels: Int) throws {
        defer { rmdir(folder) }
        let source = gradient(width: width, height: height, channels: channels)
        let path = folder + "/picture.png"
        defer { unlink(path) }
        let writer = try PNGRowWriter(
            path: path, width: width, height: height, samples: channels == 1 ? .gray8 : .rgb8, isSmooth: channels == 3)
        for y in 0..<height {
            #expect(!names().contains("picture.png"), "there before its last row")
            try writer.append(Array(source.row(y)))
        }
        #expect(names() == ["picture.png"])
        let back = channels == 1 ? try decodeMask(path: path) : try decodePicture(path: path)
        #expect(difference(back, source.pixels) == nil)
    }

    /// Read as a mask, 16 bits become their high byte.
    @Test func sixteenBitsAreStoredHighByteFirst() throws {
        defer { rmdir(folder) }
        let path = folder + "/deep.png"
        defer { unlink(path) }
        let writer = try PNGRowWriter(path: path, width: 3, height: 1, samples: .gray16, isSmooth: true)
        try writer.append([0, 7, 128, 0, 255, 255])
        #expect(try decodeMask(path: path).pixels == [0, 128, 255])
    }

    @Test func givenUpWriterLeavesTheOldFile() throws {
        defer { rmdir(folder) }
        let path = folder + "/mask.png"
        defer { unlink(path) }
        let old = Bitmap(width: 2, height: 2, channels: 1, fill: 7)
        try old.writePNG(to: path)
        do {
            let writer = try PNGRowWriter(path: path, width: 2, height: 2, samples: .gray8, isSmooth: false)
            try writer.append([1, 2])
            #expect(names().count == 2)
        }
        #expect(names() == ["mask.png"])
        #expect(try decodeMask(path: path) == old)
    }

    @Test func fullDiskIsSaid() throws {
        defer { rmdir(folder) }
        let disk = open("/dev/full", O_WRONLY)
        try #require(disk >= 0)
        defer { close(disk) }
        var message = [CChar](repeating: 0, count: Int(IMAGE_CODEC_MESSAGE_SIZE))
        let writer = try #require(image_row_writer_open(disk, 900, 300, 3, 8, 1, 0, &message))
        defer { image_row_writer_close(writer) }
        let source = gradient(width: 900, height: 300, channels: 3)
        let appended = (0..<300).allSatisfy { image_row_writer_append(writer, Array(source.row($0)), &message) == 0 }
        #expect(!appended || image_row_writer_finish(writer, &message) != 0)
        let words = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        #expect(words == "No space left on device")
    }

    @Test func faultsNameTheFile() {
        defer { rmdir(folder) }
        let missing = #expect(throws: ImageError.self) {
            try PNGRowWriter(path: "/nowhere/mask.png", width: 1, height: 1, samples: .gray8, isSmooth: false)
        }
        #expect(
            missing?.description
                == "/nowhere/mask.png: cannot be written: No such file or directory: its folder has to be there")
        let empty = #expect(throws: ImageError.self) {
            try PNGRowWriter(path: folder + "/mask.png", width: 0, height: 1, samples: .gray8, isSmooth: false)
        }
        #expect(empty?.message == "cannot be written: a PNG has no 0 x 1 pixels")
    }
}
