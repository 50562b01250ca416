import Imaging
import Testing

@Suite struct DecodingTests {
    @Test(arguments: Fixture.all)
    func pictureEqualsPillow(_ fixture: Fixture) throws {
        let picture = try decodePicture(fixture.bytes, name: fixture.name)
        #expect(picture.width == Fixture.width && picture.height == Fixture.height && picture.channels == 3)
        #expect(difference(picture, decodeHex(fixture.rgb), tolerance: fixture.tolerance) == nil)
    }

    @Test(arguments: Fixture.all)
    func maskEqualsPillow(_ fixture: Fixture) throws {
        guard let expected = fixture.mask else {
            let error = #expect(throws: ImageError.self) { try decodeMask(fixture.bytes, name: fixture.name) }
            #expect(error?.file == fixture.name && error?.message.contains("colour picture") == true)
            return
        }
        let mask = try decodeMask(fixture.bytes, name: fixture.name)
        #expect(mask.channels == 1)
        #expect(difference(mask, decodeHex(expected), tolerance: fixture.tolerance) == nil)
    }

    @Test(arguments: Fixture.all)
    func sizeEqualsHeader(_ fixture: Fixture) throws {
        let size = try pictureSize(fixture.bytes, name: fixture.name)
        #expect(size == (Fixture.width, Fixture.height))
    }

    /// Every proper prefix of a file is an error: nothing crashes, and no half picture passes for a whole one.
    @Test(arguments: Fixture.all)
    func truncatedFileIsRefused(_ fixture: Fixture) {
        let bytes = fixture.bytes
        for count in 0..<bytes.count {
            let part = Array(bytes.prefix(count))
            #expect(throws: ImageError.self, "the first \(count) of \(bytes.count) bytes passed") {
                try decodePicture(part, name: fixture.name)
            }
        }
    }

    /// Any single byte may be wrong: the decoder returns or throws, and a PNG's checksums find it in the pixels.
    @Test(arguments: Fixture.all)
    func corruptFileDoesNotCrash(_ fixture: Fixture) {
        for i in fixture.bytes.indices {
            var bytes = fixture.bytes
            bytes[i] ^= 0x55
            _ = try? decodePicture(bytes, name: fixture.name)
            _ = try? decodeMask(bytes, name: fixture.name)
        }
    }

    @Test func corruptPixelsOfPNGAreRefused() throws {
        var bytes = try Fixture.named("png-rgb").bytes
        bytes[bytes.count - 30] ^= 1
        let error = #expect(throws: ImageError.self) { try decodePicture(bytes, name: "cat.png") }
        #expect(error?.description.hasPrefix("cat.png: is a damaged or truncated PNG (") == true)
    }

    @Test func absurdSizeIsRefused() throws {
        var bytes = try Fixture.named("jpeg-baseline").bytes
        // The frame header: FF C0, length, precision, height, width.
        let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0x00, 0xFF, 0x00])
        let error = #expect(throws: ImageError.self) { try decodePicture(bytes, name: "huge.jpg") }
        #expect(error?.description.hasPrefix("huge.jpg: has 65280 x 65280 pixels, more than") == true)
    }

    @Test(
        arguments: [
            (
                "cat.jpg", Array("8BPS....".utf8),
                "cat.jpg: is a PSD, expected PNG, JPEG, TIFF, BMP, WebP or GIF; convert it: convert \"NAME.psd[0]\" NAME.png "
                    + "(of ImageMagick)"
            ),
            (
                "a.heic", [0, 0, 0, 24] + Array("ftypheic".utf8) + [0, 0, 0, 0] + Array("mif1heic".utf8),
                "a.heic: is a HEIC, expected PNG, JPEG, TIFF, BMP, WebP or GIF; convert it: heif-convert NAME.heic NAME.png"
            ),
            (
                "a.dcm", [UInt8](repeating: 0, count: 128) + Array("DICM".utf8),
                "a.dcm: is a DICOM, expected PNG, JPEG, TIFF, BMP, WebP or GIF; convert it: dcm2pnm --write-16-bit-png "
                    + "NAME.dcm NAME.png"
            ),
            (
                "cat.jpg", Array("GIF89a....".utf8),
                "cat.jpg: is a damaged or truncated GIF (the file ends early); replace it"
            ),
            ("a.png", Array("BM......".utf8), "a.png: is a damaged or truncated BMP (the file ends early); replace it"),
            (
                "a.mat", Array("MATLAB 5.0".utf8),
                "a.mat: is not a picture (it starts with the bytes 4D 41 54 4C), expected PNG, JPEG, TIFF, BMP, WebP or GIF"
            ),
            ("empty.png", [], "empty.png: is empty, expected PNG, JPEG, TIFF, BMP, WebP or GIF; replace it"),
        ] as [(String, [UInt8], String)])
    func otherFormatsAreNamed(name: String, bytes: [UInt8], message: String) {
        for decode in [{ _ = try decodePicture(bytes, name: name) }, { _ = try decodeMask(bytes, name: name) }] {
            let error = #expect(throws: ImageError.self) { try decode() }
            #expect(error?.description == message)
        }
    }

    @Test func missingFileAndFolderAreErrors() {
        let missing = #expect(throws: ImageError.self) { try decodePicture(path: "/nowhere/cat.jpg") }
        #expect(missing?.description == "/nowhere/cat.jpg: cannot be opened: No such file or directory")
        let folder = #expect(throws: ImageError.self) { try pictureSize(path: "/") }
        #expect(folder?.description == "/: cannot be read: Is a directory")
    }
}
