import FileAccess
import Platform
import TestSupport
import Testing

@testable import Imaging

/// What tells this program's own files from others.
@Suite struct ResultMarkTests {
    private static let bitmap = Bitmap(width: 5, height: 3, channels: 1, pixels: (0..<15).map { $0 % 2 * 255 })

    private func inFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/unetc-mark-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { _ = system("rm -rf '\(folder)'") }
        try body(folder)
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws {
        let file = try #require(fopen(path, "wb"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    private func writeRows(_ path: String, _ samples: PNGRowWriter.Samples, height: Int = 3) throws {
        let writer = try PNGRowWriter(path: path, width: 50, height: height, samples: samples, isSmooth: false)
        for row in 0..<height {
            var random = UInt32(row)
            try writer.append(
                (0..<50 * samples.bytesPerPixel).map { _ in
                    random = random &* 1_664_525 &+ 1_013_904_223
                    return UInt8(random >> 24)
                })
        }
    }

    /// The last one is longer than what is written at once.
    @Test(arguments: [(PNGRowWriter.Samples.gray8, 3), (.gray16, 3), (.rgb8, 3), (.rgb8, 2000)])
    func rowsAreMarked(samples: PNGRowWriter.Samples, height: Int) throws {
        try inFolder { folder in
            try writeRows(folder + "/a.png", samples, height: height)
            try writeRows(folder + "/b.png", samples, height: height)
            #expect(isOwnPNG(path: folder + "/a.png"))
            #expect(try Files.read(folder + "/a.png") == Files.read(folder + "/b.png"))
            #expect(try decodePicture(path: folder + "/a.png").height == height)
        }
    }

    @Test func wholePicturesAreMarkedWhereAsked() throws {
        try inFolder { folder in
            try Self.bitmap.writeResult(to: folder + "/a.png")
            try Self.bitmap.writePNG(to: folder + "/b.png")
            #expect(isOwnPNG(path: folder + "/a.png") && !isOwnPNG(path: folder + "/b.png"))
            #expect(try decodeMask(path: folder + "/a.png") == Self.bitmap)
        }
    }

    /// Whatever byte an editor changes, leaves out or adds, the file is its user's from then on.
    @Test func everyChangeMakesAFileTheUsers() throws {
        try inFolder { folder in
            let path = folder + "/a.png"
            try Self.bitmap.writeResult(to: path)
            let bytes = try Files.read(path)
            // The last number of the mark's chunk is its own checksum, which no reader of pictures relies on.
            let checksum = bytes.count - 16..<bytes.count - 12
            for place in bytes.indices where !checksum.contains(place) {
                var changed = bytes
                changed[place] ^= 1
                try write(path, changed)
                #expect(!isOwnPNG(path: path), "byte \(place)")
            }
            for changed in [bytes + [0], Array(bytes.dropLast()), Array(bytes.dropFirst()), []] {
                try write(path, changed)
                #expect(!isOwnPNG(path: path))
            }
            try write(path, bytes)
            #expect(isOwnPNG(path: path))
            #expect(!isOwnPNG(path: folder) && !isOwnPNG(path: folder + "/none"))
        }
    }

    /// An editor that keeps texts writes the mark along with other pixels.
    @Test func keptTextsAreNoMark() throws {
        try inFolder { folder in
            try Self.bitmap.writeResult(to: folder + "/a.png")
            let marked = try Files.read(folder + "/a.png")
            let name = try #require(marked.indices.last { marked[$0...].starts(with: Array("tEXt".utf8)) })
            var edited = Self.bitmap
            edited[2, 2] = 77
            let mark = marked[(name - 4)..<(marked.count - 12)]
            let other = try edited.encodePNG()
            try write(folder + "/a.png", other.dropLast(12) + mark + other.suffix(12))
            #expect(try decodeMask(path: folder + "/a.png") == edited)
            #expect(!isOwnPNG(path: folder + "/a.png"))
        }
    }

    @Test func pipesAreNotWaitedFor() throws {
        try inFolder { folder in
            #expect(mkfifo(folder + "/pipe", 0o600) == 0)
            #expect(!isOwnPNG(path: folder + "/pipe"))
        }
    }
}
