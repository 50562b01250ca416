/// A PNG made by hand, of kinds that the writers of the product do not have: palettes, 16 bits a sample, tags.
package struct HandmadePNG {
    package enum Kind: UInt8 {
        case gray = 0
        case rgb = 2
        case palette = 3
    }

    var width: Int
    var height: Int
    package var kind = Kind.gray
    /// 8 or 16.
    package var bits = 8
    /// Samples row by row.
    package var samples: [UInt16]
    /// Red, green, blue and alpha of each.
    package var palette: [[UInt8]] = []
    /// The EXIF orientation, 1 to 8; nil for no tag.
    package var orientation: UInt8?

    package init(
        width: Int, height: Int, kind: Kind = Kind.gray, bits: Int = 8, samples: [UInt16], palette: [[UInt8]] = [],
        orientation: UInt8? = nil
    ) {
        self.width = width
        self.height = height
        self.kind = kind
        self.bits = bits
        self.samples = samples
        self.palette = palette
        self.orientation = orientation
    }

    package var bytes: [UInt8] {
        var header = Self.number(width) + Self.number(height)
        header += [UInt8(bits), kind.rawValue, 0, 0, 0]
        var file: [UInt8] = [137, 80, 78, 71, 13, 10, 26, 10]
        file += Self.chunk("IHDR", header)
        if let orientation {
            // A TIFF header, one entry of one short number, and no further list.
            file += Self.chunk(
                "eXIf",
                Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
                    + [0, 0, 0, 0])
        }
        if !palette.isEmpty {
            file += Self.chunk("PLTE", palette.flatMap { $0.prefix(3) })
            let alphas = palette.map { $0.count > 3 ? $0[3] : 255 }
            if alphas.contains(where: { $0 != 255 }) { file += Self.chunk("tRNS", alphas) }
        }
        return file + Self.chunk("IDAT", Self.stored(rows)) + Self.chunk("IEND", [])
    }

    private var rows: [UInt8] {
        let length = samples.count / height
        var rows: [UInt8] = []
        for (place, sample) in samples.enumerated() {
            if place % length == 0 { rows.append(0) }
            if bits == 16 { rows.append(UInt8(sample >> 8)) }
            rows.append(UInt8(sample & 255))
        }
        return rows
    }

    private static func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return number(data.count) + body + number(Int(crc(body)))
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 {
                let isOdd = sum & 1 == 1
                sum >>= 1
                if isOdd { sum ^= 0xEDB8_8320 }
            }
        }
        return ~sum
    }

    /// A zlib stream without compression.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: max(1, bytes.count), by: 65535) {
            let part = bytes[start..<min(start + 65535, bytes.count)]
            let count = UInt16(part.count)
            stream.append(start + part.count == bytes.count ? 1 : 0)
            stream += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)] + part
        }
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in bytes {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return stream + number(Int(b << 16 | a))
    }
}
