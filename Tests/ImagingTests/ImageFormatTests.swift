import Testing

@testable import Imaging

/// Pictures that are recognised, whether they are read or not.
@Suite struct ImageFormatTests {
    private static func media(_ brand: String, _ others: String...) -> [UInt8] {
        [0, 0, 0, 24] + Array(("ftyp" + brand).utf8) + [0, 0, 0, 0] + others.flatMap { Array($0.utf8) }
    }

    @Test(
        arguments: [
            ([0x89] + Array("PNG\r\n\u{1A}\n".utf8), .png), ([0xFF, 0xD8, 0xFF, 0xE1], .jpeg),
            (Array("GIF89a".utf8), .gif), (Array("BM6".utf8), .bmp),
            ([0x49, 0x49, 0x2A, 0, 8], .tiff), ([0x4D, 0x4D, 0, 0x2A], .tiff), ([0x49, 0x49, 0x2B, 0, 8], .tiff),
            (Array("RIFF1234WEBPVP8 ".utf8), .webp), (Array("RIFF1234WAVEfmt ".utf8), nil),
            (media("heic", "mif1", "heic"), .heic), (media("mif1", "miaf", "avif"), .avif), (media("mif1"), .heic),
            (media("avif"), .avif), (media("isom", "mp42"), nil),
            ([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A], .jpeg2000),
            ([0xFF, 0x4F, 0xFF, 0x51, 0], .jpeg2000), ([0xFF, 0x0A, 0, 1], .jpegXL),
            ([0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A], .jpegXL),
            (Array("8BPS".utf8), .photoshop), ([0x76, 0x2F, 0x31, 1], .openEXR), (Array("P5\n3 3".utf8), .netpbm),
            ([UInt8](repeating: 0, count: 128) + Array("DICM".utf8), .dicom),
            (Array("P55".utf8), nil), (Array("text".utf8), nil), ([], nil), ([0xFF], nil), (Array("ftyp".utf8), nil),
        ] as [([UInt8], ImageFormat?)])
    func formatsShowInFirstBytes(start: [UInt8], format: ImageFormat?) throws {
        #expect(ImageFormat(startOf: start) == format)
        let fault = ImageFormat.fault(startOf: start)
        if let format, [.png, .jpeg, .tiff, .bmp, .webp, .gif].contains(format) {
            #expect(fault == nil)
        } else {
            let words = try #require(fault)
            #expect(words.hasPrefix("is ") && words.contains("expected PNG, JPEG, TIFF, BMP, WebP or GIF"))
            if let format { #expect(words.contains(format.name + ",") && words.contains("convert it: ")) }
        }
    }

    @Test(
        arguments: [
            ("a.png", "a"), ("photo.JPG", "photo"), ("x.tar.png", "x.tar"), ("a.b.png", "a.b"), ("a.jpg.png", "a.jpg"),
            ("scan.2024.05.01", nil), ("a", nil), (".png", nil), ("a.", nil), ("a.txt", nil), ("é.heic", "é"),
            ("a.Tiff", "a"), ("scan.2024.05.01.jp2", "scan.2024.05.01"), ("a.\u{301}png", nil), ("a.png\u{301}", nil),
        ] as [(String, String?)])
    func stemsEndAtExtensionsOfPictures(name: String, stem: String?) {
        #expect(PictureName.dot(in: name).map { String(name[..<$0]) } == stem)
    }
}
