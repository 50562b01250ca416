import Imaging

/// PNG files with what encoders do not write.
enum PNGFile {
    /// A chunk with its length and checksum.
    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return number(UInt32(data.count)) + body + number(checksum(body))
    }

    /// The start of a file without pixels.
    static func start(width: UInt32, height: UInt32, bits: UInt8 = 8, colour: UInt8 = 2) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", number(width) + number(height) + [bits, colour, 0, 0, 0])
    }

    /// Any samples, uncompressed; 16-bit ones have their high byte first.
    /// - Parameter extra: chunks before the pixels.
    static func file(
        _ samples: [UInt16], width: Int, bits: UInt8, colour: UInt8, extra: [UInt8] = []
    ) -> [UInt8] {
        let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour] ?? 1
        let height = samples.count / channels / width
        var raw: [UInt8] = []
        for y in 0..<height {
            raw.append(0)
            for sample in samples[y * width * channels..<(y + 1) * width * channels] {
                raw += bits == 16 ? [UInt8(sample >> 8), UInt8(sample & 255)] : [UInt8(sample)]
            }
        }
        return start(width: UInt32(width), height: UInt32(height), bits: bits, colour: colour) + extra
            + chunk("IDAT", stored(raw)) + chunk("IEND", [])
    }

    /// A PNG turned by its tag.
    static func oriented(_ bitmap: Bitmap, _ orientation: Int) throws -> [UInt8] {
        let file = try bitmap.encodePNG()
        // Behind the signature and the header.
        return file[..<33] + chunk("eXIf", exif(orientation)) + file[33...]
    }

    /// Exif data with the orientation alone.
    static func exif(_ orientation: Int) -> [UInt8] {
        [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0, 0, 0, 0, 0]
    }

    /// A zlib stream without compression.
    static func stored(_ raw: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: raw.count, by: 65535) {
            let part = raw[start..<min(start + 65535, raw.count)]
            let (low, high) = (UInt8(part.count & 255), UInt8(part.count >> 8))
            stream += [start + 65535 >= raw.count ? 1 : 0, low, high, ~low, ~high] + part
        }
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in raw {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return stream + number(b << 16 | a)
    }

    static func number(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = .max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
        }
        return ~crc
    }
}
