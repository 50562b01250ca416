import Base
import TestSupport

/// A block of EXIF, sound or hostile: what cameras say of how a picture is to be held.
enum ExifBlock {
    /// The TIFF structure, as PNG files have it in `eXIf`.
    static func tiff(_ random: inout SplitMix64) -> [UInt8] {
        let isBig = random.unit() < 0.5
        func word(_ value: Int) -> [UInt8] {
            let bytes = bigEndian(UInt16(truncatingIfNeeded: value))
            return isBig ? bytes : bytes.reversed()
        }
        func long(_ value: Int) -> [UInt8] {
            let bytes = bigEndian(UInt32(truncatingIfNeeded: value))
            return isBig ? bytes : bytes.reversed()
        }
        let offsets = [8, 8, 8, 8, 8, 8, 8, 0, 1, 7, 9, 26, 0x7FFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFF0]
        let counts = [1, 1, 1, 1, 1, 2, 3, 0, 40, 65_535]
        let entries = pick(counts, &random)
        var bytes: [UInt8] = (isBig ? Array("MM".utf8) : Array("II".utf8)) + word(random.unit() < 0.95 ? 42 : 43)
        bytes += long(pick(offsets, &random)) + word(entries)
        for _ in 0..<min(entries, 60) {
            let tag = pick([0x0112, 0x0112, 0x0112, 0x0112, 0x8769, 0x0201, 0x010F], &random)
            let type = pick([3, 3, 3, 3, 3, 4, 1, 2, 7, 0, 13, 65_535], &random)
            let count = pick([1, 1, 1, 1, 1, 0, 2, 4, 0x7FFF_FFFF, 0xFFFF_FFFF], &random)
            let value = pick([1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 6, 8, 0, 9, 255, 65_535], &random)
            bytes += word(tag) + word(type) + long(count) + word(value) + word(pick([0, 0, 0, 6], &random))
        }
        // The next directory: none, this one again, or outside.
        bytes += long(pick([0, 0, 0, 8, 0xFFFF_FFFF], &random))
        if random.unit() < 0.1 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &random)) }
        if random.unit() < 0.1 { flipBits(of: &bytes, &random) }
        return bytes
    }

    /// The same as JPEG files have it in APP1.
    static func segment(_ random: inout SplitMix64) -> [UInt8] {
        let starts = [
            "Exif\0\0", "Exif\0\0", "Exif\0\0", "Exif\0\0", "Exif\0", "exif\0\0", "", "http://ns.adobe.com/xap/1.0/\0",
        ]
        return Array(pick(starts, &random).utf8) + tiff(&random)
    }
}

/// A few bytes become others.
func flipBits(of bytes: inout [UInt8], _ random: inout SplitMix64) {
    guard !bytes.isEmpty else { return }
    for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        if random.unit() < 0.5 {
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        } else {
            bytes[place] = pick([0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)], &random)
        }
    }
}

/// Bytes of the whole file change, go or come again, whatever they stand for.
func mutateBytes(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let end = min(bytes.count, place + Int.random(in: 1...64, using: &random))
    switch Int.random(in: 0..<6, using: &random) {
    case 0, 1: flipBits(of: &bytes, &random)
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.removeSubrange(place...)
    case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
    default:
        bytes += (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
