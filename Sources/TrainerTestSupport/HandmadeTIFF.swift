/// A TIFF of any number of bands, side by side or on pages of their own, as other programs write them: one strip, not
/// compressed.
package struct HandmadeTIFF {
    package enum Samples {
        case bytes([UInt8])
        case words([UInt16])
        case floats([Float])
    }

    package var width: Int
    package var height: Int
    package var bands: Int
    /// Row by row, the bands of a pixel side by side.
    package var samples: Samples
    /// Whether each band has a page of its own.
    package var isPaged = false

    package init(width: Int, height: Int, bands: Int, samples: Samples, isPaged: Bool = false) {
        self.width = width
        self.height = height
        self.bands = bands
        self.samples = samples
        self.isPaged = isPaged
    }

    /// Bits and sample format.
    private var kind: (bits: Int, format: Int) {
        switch samples {
        case .bytes: (8, 1)
        case .words: (16, 1)
        case .floats: (32, 3)
        }
    }

    private func pixels(_ bands: [Int]) -> [UInt8] {
        let places = (0..<width * height).flatMap { pixel in bands.map { pixel * self.bands + $0 } }
        return switch samples {
        case .bytes(let bytes): places.map { bytes[$0] }
        case .words(let words): places.flatMap { Self.little(Int(words[$0]), 2) }
        case .floats(let floats): places.flatMap { Self.little(Int(floats[$0].bitPattern), 4) }
        }
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    package var bytes: [UInt8] {
        let pages = isPaged ? (0..<bands).map { [$0] } : [Array(0..<bands)]
        var file = Array("II*\0".utf8) + Self.little(8, 4)
        for (number, page) in pages.enumerated() {
            let data = pixels(page)
            let entries = 11
            // Behind the directory lie what does not fit into it, and the pixels.
            let extra = file.count + 2 + 12 * entries + 4
            let bits = page.count > 2 ? extra : kind.bits | kind.bits << 16
            let start = extra + 2 * page.count + 2 * page.count
            let next = number + 1 < pages.count ? start + data.count + data.count % 2 : 0
            var directory: [(tag: Int, type: Int, count: Int, value: Int)] = [
                (256, 4, 1, width), (257, 4, 1, height), (258, 3, page.count, bits), (259, 3, 1, 1), (262, 3, 1, 1),
                (273, 4, 1, start), (277, 3, 1, page.count), (278, 4, 1, height), (279, 4, 1, data.count),
                (284, 3, 1, 1), (339, 3, page.count, page.count > 2 ? extra + 2 * page.count : kind.format * 0x1_0001),
            ]
            if page.count == 1 { (directory[2].value, directory[10].value) = (kind.bits, kind.format) }
            file += Self.little(entries, 2)
            for entry in directory {
                file += Self.little(entry.tag, 2) + Self.little(entry.type, 2) + Self.little(entry.count, 4)
                file += Self.little(entry.value, 4)
            }
            file += Self.little(next, 4)
            file += page.flatMap { _ in Self.little(kind.bits, 2) } + page.flatMap { _ in Self.little(kind.format, 2) }
            file += data + (data.count % 2 == 1 ? [0] : [])
        }
        return file
    }
}
