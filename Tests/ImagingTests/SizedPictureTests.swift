import Imaging
import Testing

/// What is resized while it is decoded is what is resized afterwards.
@Suite struct SizedPictureTests {
    private static let sizes = [(6, 5), (20, 17), (4, 16), (18, 2), (11, 7), (1, 1), (11, 40)]

    @Test(arguments: Fixture.all)
    func bytesAreThoseOfTheWholePicture(_ fixture: Fixture) throws {
        let file = try TemporaryFile(fixture.bytes)
        let isDeep = try PictureInfo(path: file.path).sampleBits == 16
        #expect(isDeep == fixture.name.contains("16"))
        let whole = try decodePicture(path: file.path)
        for (width, height) in Self.sizes where !isDeep {
            let sized = try SizedPicture(path: file.path, width: width, height: height, channels: 3)
            #expect(sized.samples == .bytes(whole.resizedBilinear(width: width, height: height).pixels))
        }
    }

    @Test(arguments: Fixture.all)
    func maskIsThatOfTheWholeFile(_ fixture: Fixture) throws {
        guard fixture.mask != nil else { return }
        let file = try TemporaryFile(fixture.bytes)
        let whole = try decodeMask(path: file.path)
        for (width, height) in Self.sizes {
            let sized = try SizedMask(path: file.path, width: width, height: height)
            #expect(sized.bitmap == whole.resizedNearest(width: width, height: height))
            var counts = [Int](repeating: 0, count: 256)
            for value in whole.pixels { counts[Int(value)] += 1 }
            #expect(sized.counts == counts)
        }
    }

    /// The same weights and sums as for bytes: numbers that fit both give the same result.
    @Test(arguments: [3, 1], sizes)
    func wordsAreResizedAsBytesAre(channels: Int, size: (Int, Int)) throws {
        let picture = gradient(width: 13, height: 9, channels: channels)
        let file = try TemporaryFile(
            PNGFile.file(picture.pixels.map(UInt16.init), width: 13, bits: 16, colour: channels == 3 ? 2 : 0))
        let sized = try SizedPicture(path: file.path, width: size.0, height: size.1, channels: channels)
        let expected = picture.resizedBilinear(width: size.0, height: size.1)
        #expect(sized.samples == .words(expected.pixels.map(UInt16.init)))
    }

    /// All bits arrive, 12-bit numbers among them, and resizing goes between neighbours.
    @Test(arguments: [UInt8(0), 2, 4, 6])
    func wordsKeepTheirBits(colour: UInt8) throws {
        let channels = [0: 1, 2: 3, 4: 2, 6: 4][colour] ?? 1
        let samples = (0..<6 * 4 * channels).map { UInt16(truncatingIfNeeded: $0 * 171 + 1) }
        let file = try TemporaryFile(PNGFile.file(samples, width: 6, bits: 16, colour: colour))
        let expected = stride(from: 0, to: samples.count, by: channels).flatMap { place in
            (0..<3).map { samples[place + (channels < 3 ? 0 : $0)] }
        }
        let sized = try SizedPicture(path: file.path, width: 6, height: 4, channels: 3)
        #expect(sized.samples == .words(expected))
        let reader = try PictureReader(path: file.path)
        #expect(reader.info.sampleBits == 16)
        var row = [UInt16](repeating: 0, count: 18)
        var rows: [UInt16] = []
        for _ in 0..<4 {
            try row.withUnsafeMutableBufferPointer { try reader.readRow(into: $0) }
            rows += row
        }
        #expect(rows == expected)
        let wide = try SizedPicture(path: file.path, width: 12, height: 4, channels: 1)
        guard case .words(let gray) = wide.samples else { return #expect(Bool(false), "bytes") }
        // Between the first two pixels: a quarter and three quarters of the way.
        let luma = { (x: Int) in Double(Bitmap.luma(expected[3 * x], expected[3 * x + 1], expected[3 * x + 2])) }
        #expect(abs(Double(gray[1]) - (0.75 * luma(0) + 0.25 * luma(1))) <= 1)
        #expect(abs(Double(gray[2]) - (0.25 * luma(0) + 0.75 * luma(1))) <= 1)
    }

    @Test func palettesHaveTheirColours() throws {
        let info = try PictureInfo(Fixture.named("png-palette-4-transparent").bytes, name: "p")
        #expect(info.palette.count == 16 && info.palette.first == PaletteColor(30, 31, 32, alpha: 0))
        #expect(info.palette[1].alpha == 128 && info.palette[2] == PaletteColor(36, 37, 38))
        #expect(try PictureInfo(Fixture.named("png-gray").bytes, name: "p").palette.isEmpty)
    }

    @Test(arguments: ["/dev/zero", "/dev/null"])
    func devicesAreNoPictures(path: String) {
        let error = #expect(throws: ImageError.self) { try decodePicture(path: path) }
        #expect(error?.description == path + ": is a pipe or a device, expected a picture file; copy it to one")
    }
}
