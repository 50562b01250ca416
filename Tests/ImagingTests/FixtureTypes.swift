import Imaging
import Testing

/// A tiny picture file and what Pillow reads from it, all in hexadecimal.
struct Fixture: Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    let rgb: String
    /// nil where `decodeMask` must refuse.
    let mask: String?

    static let width = 11
    static let height = 7

    var bytes: [UInt8] { decodeHex(file) }
    var testDescription: String { name }
    /// Versions of libjpeg may round differently; PNG leaves no choice.
    var tolerance: Int { name.hasPrefix("jpeg") ? 1 : 0 }

    static func named(_ name: String) throws -> Fixture { try #require(all.first { $0.name == name }) }
}

/// A tiny picture with an orientation tag, and what Pillow's `exif_transpose` makes of it.
struct OrientedFixture: Sendable, CustomTestStringConvertible {
    let name: String
    let orientation: Int
    /// As seen.
    let width: Int
    let height: Int
    let file: String
    let rgb: String

    var bytes: [UInt8] { decodeHex(file) }
    var testDescription: String { name }
    var tolerance: Int { name.hasPrefix("jpeg") ? 1 : 0 }
}

/// What Pillow makes of the 13 x 9 gradient at another size.
struct ResizeFixture: Sendable, CustomTestStringConvertible {
    let channels: Int
    let width: Int
    let height: Int
    let bilinear: String
    let nearest: String

    var testDescription: String { "\(channels) channels to \(width) x \(height)" }
}

/// What Pillow reads from a picture of the shared data.
struct SharedPicture: Sendable, CustomTestStringConvertible {
    let path: String
    let width: Int
    let height: Int
    /// Of all samples.
    let sum: Int
    /// After a bilinear resize to 64 x 48.
    let resizedSum: Int
    let resizedCorner: [Int]
    /// Column, row, red-green-blue.
    let samples: [(Int, Int, [Int])]

    var testDescription: String { path }
}

/// What Pillow reads from a mask of the shared data.
struct SharedMask: Sendable, CustomTestStringConvertible {
    let path: String
    /// Pixels of each value.
    let counts: [Int: Int]
    /// After a nearest resize to 32 x 24.
    let nearestSum: Int

    var testDescription: String { path }
}

func decodeHex(_ text: String) -> [UInt8] {
    let digits = Array(text.utf8)
    func value(_ digit: UInt8) -> UInt8 { digit <= UInt8(ascii: "9") ? digit - 48 : digit - 87 }
    return stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
}

/// The formula of `gradient` in make_fixtures.py.
func gradient(width: Int, height: Int, channels: Int) -> Bitmap {
    var pixels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            for c in 0..<channels { pixels.append(UInt8((x * 21 + y * 13 + c * 77 + x * y * (c + 1)) % 256)) }
        }
    }
    return Bitmap(width: width, height: height, channels: channels, pixels: pixels)
}

/// The first sample that differs by more than `tolerance`, in words; nil if there is none.
func difference(_ actual: Bitmap, _ expected: [UInt8], tolerance: Int = 0) -> String? {
    guard actual.pixels.count == expected.count else { return "\(actual.pixels.count) samples, not \(expected.count)" }
    for (i, (a, e)) in zip(actual.pixels, expected).enumerated() where abs(Int(a) - Int(e)) > tolerance {
        let pixel = i / actual.channels
        return "x \(pixel % actual.width) y \(pixel / actual.width) channel \(i % actual.channels): \(a), expected \(e)"
    }
    return nil
}
