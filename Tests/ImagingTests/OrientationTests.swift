import Imaging
import Testing

@testable import Imaging

/// Pictures with an orientation tag are read as people see them, in every way of reading.
@Suite struct OrientationTests {
    @Test(arguments: OrientedFixture.all)
    func wholePictureIsPillows(_ fixture: OrientedFixture) throws {
        let picture = try decodePicture(fixture.bytes, name: fixture.name)
        #expect(picture.width == fixture.width && picture.height == fixture.height)
        #expect(difference(picture, decodeHex(fixture.rgb), tolerance: fixture.tolerance) == nil)
        let info = try PictureInfo(fixture.bytes, name: fixture.name)
        #expect(info.width == fixture.width && info.height == fixture.height)
        #expect(info.orientation.rawValue == fixture.orientation)
    }

    @Test(arguments: OrientedFixture.all)
    func rowsAreThoseOfTheWholePicture(_ fixture: OrientedFixture) throws {
        let file = try TemporaryFile(fixture.bytes)
        let whole = try decodePicture(path: file.path)
        let reader = try PictureReader(path: file.path)
        #expect(reader.width == whole.width && reader.height == whole.height)
        #expect(try rows(reader) == whole.pixels)
        let words = try PictureReader(path: file.path)
        var row = [UInt16](repeating: 0, count: 3 * words.width)
        var all: [UInt16] = []
        for _ in 0..<words.height {
            try row.withUnsafeMutableBufferPointer { try words.readRow(into: $0) }
            all += row
        }
        #expect(all == whole.pixels.map(UInt16.init))
    }

    @Test(arguments: OrientedFixture.all)
    func tagsCanBeLeftAlone(_ fixture: OrientedFixture) throws {
        let raw = DecodingOptions(appliesOrientation: false)
        let picture = try decodePicture(fixture.bytes, name: fixture.name, options: raw)
        #expect(picture.width == Fixture.width && picture.height == Fixture.height)
        let seen = try decodePicture(fixture.bytes, name: fixture.name)
        let turn = try #require(PictureOrientation(rawValue: fixture.orientation))
        #expect(
            turn.turned(picture.pixels, width: picture.width, height: picture.height, channels: 3) == seen.pixels)
        let info = try PictureInfo(fixture.bytes, name: fixture.name, options: raw)
        #expect(info.orientation == turn && info.width == Fixture.width)
    }

    /// Both sides shrink, both grow, one of each, and only one changes.
    private static let sizes = [(6, 5), (20, 17), (4, 16), (18, 2), (11, 4), (5, 9), (1, 1), (13, 9), (3, 40)]

    /// Equal to the whole picture turned and then resized, bit by bit, whatever the order of passes.
    @Test(arguments: 1...8, [(13, 9), (9, 31), (32, 7)])
    func sizedPictureIsTheTurnedOneResized(orientation: Int, size: (Int, Int)) throws {
        for channels in [3, 1] {
            let bytes = try PNGFile.oriented(gradient(width: size.0, height: size.1, channels: channels), orientation)
            let file = try TemporaryFile(bytes)
            let whole = try decodePicture(path: file.path)
            for (width, height) in Self.sizes {
                let sized = try SizedPicture(path: file.path, width: width, height: height, channels: 3)
                #expect(
                    sized.bitmap == whole.resizedBilinear(width: width, height: height),
                    "\(whole.width) x \(whole.height) to \(width) x \(height)")
                let gray = try SizedPicture(path: file.path, width: width, height: height, channels: 1)
                #expect(gray.bitmap == whole.luma().resizedBilinear(width: width, height: height))
            }
        }
    }

    @Test(arguments: 1...8)
    func sizedMaskIsTheTurnedOneResized(orientation: Int) throws {
        let file = try TemporaryFile(
            PNGFile.oriented(gradient(width: 13, height: 9, channels: 1), orientation))
        let whole = try decodeMask(path: file.path)
        for (width, height) in Self.sizes {
            let sized = try SizedMask(path: file.path, width: width, height: height)
            #expect(sized.bitmap == whole.resizedNearest(width: width, height: height), "\(width) x \(height)")
        }
    }

    /// What hostile files and odd writers put there.
    @Test(
        arguments: [
            ("little end first", [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0], 6),
            ("with a name", Array("Exif".utf8) + [0, 0] + PNGFile.exif(8), 8),
            ("a long number", [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 4, 0, 0, 0, 1, 0, 0, 0, 3], 3),
            (
                "behind another tag",
                [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 2] + [1, 0x0F, 0, 2, 0, 0, 0, 1, 65, 0, 0, 0]
                    + [1, 0x12, 0, 3, 0, 0, 0, 1, 0, 5, 0, 0], 5
            ),
            ("0", PNGFile.exif(0), 1), ("9", PNGFile.exif(9), 1),
            ("cut", Array(PNGFile.exif(6).dropLast(8)), 1),
            ("a text", [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 2, 0, 0, 0, 1, 0, 6, 0, 0], 1),
            ("directory far away", [0x4D, 0x4D, 0, 42, 0xFF, 0xFF, 0xFF, 0xFF, 0, 1], 1),
            ("directory at the end", [0x4D, 0x4D, 0, 42, 0, 0, 0, 10, 0xFF, 0xFF], 1),
            ("many entries promised", [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0xFF, 0xFF, 1, 0x12], 1),
            ("no TIFF", Array("hello, world".utf8), 1), ("empty", [], 1),
        ] as [(String, [UInt8], Int)])
    func tagsAreFoundOrLeft(_ what: String, _ exif: [UInt8], _ expected: Int) throws {
        let png = try Fixture.named("png-rgb").bytes
        let withChunk = png[..<33] + PNGFile.chunk("eXIf", exif) + png[33...]
        #expect(try PictureInfo(Array(withChunk), name: what).orientation.rawValue == expected)
        _ = try decodePicture(Array(withChunk), name: what)
        // In a JPEG behind XMP, of which there may be much.
        let jpeg = try Fixture.named("jpeg-baseline").bytes
        let data = exif.starts(with: "Exif".utf8) ? exif : Array("Exif".utf8) + [0, 0] + exif
        let xmp = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0] + [UInt8](repeating: 60, count: 60_000)
        let segments = [xmp, xmp, data].flatMap { [0xFF, 0xE1] + PNGFile.number(UInt32($0.count + 2))[2...] + $0 }
        #expect(
            try PictureInfo(jpeg[..<2] + segments + jpeg[2...], name: what).orientation.rawValue == expected)
        _ = try decodePicture(jpeg[..<2] + segments + jpeg[2...], name: what)
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
