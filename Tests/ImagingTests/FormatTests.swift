import Testing

@testable import Imaging

/// A tiny file, and what tifffile or Pillow reads from it, all in hexadecimal.
struct FormatFixture: Sendable, CustomTestStringConvertible {
    let name: String
    let bands: Int
    /// Bytes of a number.
    let depth: Int
    let file: String
    /// The lowest byte first.
    let numbers: String

    static let width = 7
    static let height = 5

    var bytes: [UInt8] { decodeHex(file) }
    var testDescription: String { name }

    var samples: SizedPicture.Samples {
        let bytes = decodeHex(numbers)
        func word(_ place: Int) -> UInt32 {
            (0..<depth).reduce(0) { $0 | UInt32(bytes[place * depth + $1]) << (8 * UInt32($1)) }
        }
        let places = 0..<bytes.count / depth
        switch depth {
        case 1: return .bytes(bytes)
        case 2: return .words(places.map { UInt16(word($0)) })
        default: return .floats(places.map { Float(bitPattern: word($0)) })
        }
    }

    static func named(_ name: String) throws -> FormatFixture { try #require(all.first { $0.name == name }) }
}

/// A tiny mask, and the values that Pillow or tifffile reads from it.
struct MaskFixture: Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    let values: String

    var testDescription: String { name }
}

/// TIFF, BMP, WebP and GIF against other programs' decoding, number for number.
@Suite struct FormatTests {
    private static let size = (width: FormatFixture.width, height: FormatFixture.height)

    @Test(arguments: FormatFixture.all)
    func numbersAreThoseOfOtherPrograms(fixture: FormatFixture) throws {
        let input = try PictureInput.memory(fixture.bytes, name: fixture.name, nil)
        let picture = try SizedPicture([input], fixture.bands, DecodingOptions(), { _ in Self.size }, nil)
        #expect(picture.samples == fixture.samples)
        #expect(picture.info.depth.rawValue == fixture.depth)
        #expect((picture.info.width, picture.info.height) == Self.size)
    }

    /// Whole pictures, rows, and what is resized on the way are of one making.
    @Test(arguments: FormatFixture.all)
    func rowsAreThoseOfTheWholePicture(fixture: FormatFixture) throws {
        let reader = try PictureReader(
            [.memory(fixture.bytes, name: fixture.name, nil)], bands: fixture.bands, DecodingOptions())
        let count = reader.channels * reader.width
        var rows: [Float] = []
        for _ in 0..<reader.height {
            var bytes = [UInt8](repeating: 0, count: count)
            var words = [UInt16](repeating: 0, count: count)
            var floats = [Float](repeating: 0, count: count)
            switch reader.info.depth {
            case .bytes:
                try bytes.withUnsafeMutableBufferPointer { try reader.readRow(into: $0) }
                rows += bytes.map(Float.init)
            case .words:
                try words.withUnsafeMutableBufferPointer { try reader.readRow(into: $0) }
                rows += words.map(Float.init)
            case .floats:
                try floats.withUnsafeMutableBufferPointer { try reader.readRow(into: $0) }
                rows += floats
            }
        }
        let expected: [Float] =
            switch fixture.samples {
            case .bytes(let bytes): bytes.map(Float.init)
            case .words(let words): words.map(Float.init)
            case .floats(let floats): floats
            }
        #expect(rows == (fixture.bands == 1 ? expected.flatMap { [$0, $0, $0] } : expected))
    }

    @Test(arguments: MaskFixture.all)
    func masksAreValues(fixture: MaskFixture) throws {
        #expect(try decodeMask(decodeHex(fixture.file), name: fixture.name).pixels == decodeHex(fixture.values))
    }

    /// What is shown to people has three channels of 8 bits, whatever the file.
    @Test(arguments: FormatFixture.all)
    func everyPictureCanBeShown(fixture: FormatFixture) throws {
        let shown = try decodePicture(fixture.bytes, name: fixture.name)
        #expect((shown.width, shown.height, shown.channels) == (Self.size.width, Self.size.height, 3))
        #expect(Set(shown.pixels).count > 1)
        guard case .floats(let floats) = fixture.samples, fixture.bands == 1 else { return }
        // The lowest is black, the highest white.
        let (low, high) = (
            try #require(floats.firstIndex(of: floats.min() ?? 0)), floats.firstIndex(of: floats.max() ?? 0)
        )
        #expect(shown.pixels[3 * low] == 0 && shown.pixels[3 * (high ?? 0)] == 255)
    }

    /// A file that is cut is refused or, where only what stands behind the pixels is missing, the same; no byte of it makes
    /// a reader go astray.
    @Test(arguments: FormatFixture.all)
    func cutAndChangedFilesAreRefusedOrRead(fixture: FormatFixture) throws {
        let whole = fixture.bytes
        for count in stride(from: 0, to: whole.count, by: max(1, whole.count / 40)) {
            guard let picture = try? decodePicture(Array(whole[..<count]), name: fixture.name) else { continue }
            #expect((picture.width, picture.height) == Self.size)
        }
        for place in stride(from: 0, to: whole.count, by: max(1, whole.count / 60)) {
            var bytes = whole
            bytes[place] ^= 0xFF
            _ = try? decodePicture(bytes, name: fixture.name)
            _ = try? decodeMask(bytes, name: fixture.name)
        }
    }

    @Test(arguments: [(5, 3), (5, 1), (5, 4), (3, 4), (1, 2), (3, 5)])
    func otherNumbersOfBandsAreErrors(bands: Int, wanted: Int) throws {
        let name = bands == 5 ? "tiff uint8 5 bands" : bands == 3 ? "tiff CMYK" : "tiff uint8 big"
        let fixture = try FormatFixture.named(name)
        let error = #expect(throws: ImageError.self) {
            try SizedPicture(
                [.memory(fixture.bytes, name: "a.tif", nil)], wanted, DecodingOptions(), { _ in Self.size }, nil)
        }
        let found = bands == 1 ? "1 band" : "\(bands) bands"
        #expect(error?.description.hasPrefix("a.tif: has \(found) ") == true)
        #expect(error?.description.contains("expected \(wanted) ") == true)
    }

    @Test func pagesAreChannelsWhereTheyAreAsManyAsWanted() throws {
        let bytes = try FormatFixture.named("tiff pages").bytes
        func bands(_ wanted: Int, _ rule: PageRule) throws -> Int {
            var options = DecodingOptions()
            options.pages = rule
            return try RowDecoder(.memory(bytes, name: "a.tif", nil), options, channels: wanted).info.bands
        }
        #expect(try bands(4, .automatic) == 4)
        #expect(try bands(0, .automatic) == 1)
        #expect(try bands(3, .automatic) == 1)
        #expect(try bands(5, .automatic) == 1)
        #expect(try bands(4, .first) == 1)
        #expect(try bands(0, .channels) == 4)
    }

    @Test func masksOfFractionsAreRefused() throws {
        let fixture = try FormatFixture.named("tiff float32 little")
        let error = #expect(throws: ImageError.self) { try decodeMask(fixture.bytes, name: "m.tif") }
        #expect(
            error?.description
                == "m.tif: holds the number -3, expected a mask of whole numbers from 0 to 65535; round it, or check that "
                + "images and masks were not swapped")
    }

    /// Float sums are those of Pillow's filter in double precision.
    @Test func floatsAreResizedAsTheyAre() throws {
        let fixture = try FormatFixture.named("tiff float32 little")
        guard case .floats(let floats) = fixture.samples else { return }
        let small = try SizedPicture(
            [.memory(fixture.bytes, name: "a.tif", nil)], 1, DecodingOptions(), { _ in (1, 1) }, nil)
        guard case .floats(let result) = small.samples else { return }
        // One pixel of all: weights fall from the middle of 7 and of 5.
        func weights(_ count: Int) -> [Double] {
            let raw = (0..<count).map { 1 - abs(Double($0) + 0.5 - Double(count) / 2) / Double(count) }
            return raw.map { $0 / raw.reduce(0, +) }
        }
        let (across, down) = (weights(7), weights(5))
        var sum = 0.0
        for y in 0..<5 { for x in 0..<7 { sum += across[x] * down[y] * Double(floats[y * 7 + x]) } }
        #expect(abs(Double(result[0]) - sum) < 1e-5)
    }

    /// Any number of channels is resized as each of them alone.
    @Test(arguments: [(3, 2), (11, 9), (7, 5)])
    func bandsAreResizedEachAlone(width: Int, height: Int) throws {
        for name in ["tiff uint8 5 bands", "tiff uint16 5 bands", "tiff float32 5 bands"] {
            let fixture = try FormatFixture.named(name)
            let all = try SizedPicture(
                [.memory(fixture.bytes, name: name, nil)], 5, DecodingOptions(), { _ in (width, height) }, nil)
            for band in 0..<5 {
                let (mine, alone) = (Self.band(band, of: all.samples), Self.band(band, of: fixture.samples))
                #expect(mine == Self.resized(alone, width, height), "\(name), band \(band)")
            }
        }
    }

    private static func band(_ band: Int, of samples: SizedPicture.Samples) -> SizedPicture.Samples {
        func pick<Sample>(_ all: [Sample]) -> [Sample] { stride(from: band, to: all.count, by: 5).map { all[$0] } }
        return switch samples {
        case .bytes(let bytes): .bytes(pick(bytes))
        case .words(let words): .words(pick(words))
        case .floats(let floats): .floats(pick(floats))
        }
    }

    private static func resized(_ samples: SizedPicture.Samples, _ width: Int, _ height: Int) -> SizedPicture.Samples {
        func resize<Sample: ResizedSample>(_ all: [Sample]) -> [Sample] {
            let plan = ResizePlan(width: 7, height: 5, turn: .upright, newWidth: width, newHeight: height)
            let resizer = PictureResizer<Sample>(plan, channels: 1)
            all.withUnsafeBufferPointer { all in
                for y in 0..<5 { if let base = all.baseAddress { resizer.push(base + 7 * y) } }
            }
            return resizer.finish()
        }
        return switch samples {
        case .bytes(let bytes): .bytes(resize(bytes))
        case .words(let words): .words(resize(words))
        case .floats(let floats): .floats(resize(floats))
        }
    }

    @Test func endingADecodingIsNoFault() throws {
        for name in ["tiff uint8 tiles", "bmp 8 bits", "webp RGB lossless", "gif palette plain", "tiff zstd"] {
            let options = DecodingOptions(supervisor: DecodingSupervisor(isCancelled: { true }))
            let bytes = try FormatFixture.named(name).bytes
            let error = #expect(throws: ImageError.self) { try decodePicture(bytes, name: name, options: options) }
            #expect(error?.isCancelled == true, "\(name)")
        }
    }

    /// Sizes that no such file can have are refused before anything is taken for them.
    @Test(arguments: ["tiff uint8 little", "tiff uint8 tiles", "bmp 8 bits", "bmp runs of 8 bits", "gif palette plain"])
    func impossibleSizesAreRefused(name: String) throws {
        let fixture = try FormatFixture.named(name)
        var bytes = fixture.bytes
        if name.hasPrefix("tiff") {
            // Entries of 12 bytes behind the first directory's count; the height's tag is 0x0101.
            let start = Int(bytes[4]) | Int(bytes[5]) << 8
            let entry = try #require(
                stride(from: start + 2, to: bytes.count - 12, by: 12).first { bytes[$0] == 1 && bytes[$0 + 1] == 1 })
            bytes.replaceSubrange(entry + 8..<entry + 12, with: [0, 0, 0, 1])
        } else if name.hasPrefix("bmp") {
            bytes.replaceSubrange(18..<26, with: [0, 0, 8, 0, 0, 0, 2, 0])
        } else {
            bytes.replaceSubrange(6..<10, with: [0xFF, 0xFF, 0xFF, 0xFF])
        }
        let error = #expect(throws: ImageError.self) { try decodePicture(bytes, name: name) }
        #expect(error?.description.isEmpty == false)
    }
}
