import Base
import TestSupport

/// A PNG in its parts, each of which can be changed before the file is put together.
struct PNGFile {
    struct Chunk {
        var name: [UInt8]
        var data: [UInt8]
        /// What is written in place of the true length or check.
        var length: UInt32?
        var check: UInt32?

        init(_ name: String, _ data: [UInt8]) {
            self.name = Array(name.utf8)
            self.data = data
        }

        func isNamed(_ other: String) -> Bool { name.elementsEqual(other.utf8) }
    }

    var chunks: [Chunk]

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    var bytes: [UInt8] {
        Self.signature
            + chunks.flatMap { chunk in
                let body = chunk.name + chunk.data
                return bigEndian(chunk.length ?? UInt32(truncatingIfNeeded: chunk.data.count)) + body
                    + bigEndian(chunk.check ?? CRC32.zip.check(body))
            }
    }
}

/// What a sound PNG is to hold.
struct PNGRecipe {
    var width: Int
    var height: Int
    /// 1 to 16.
    var bits: Int
    /// 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha.
    var colour: Int
    var isInterlaced: Bool
    var method: Deflate.Method
    /// Colours of a palette, or 0.
    var colours = 0
    /// How samples are drawn.
    var content: Content

    enum Content: CaseIterable {
        case zeros
        case noise
        /// Two values, as masks have.
        case two
        /// Few and small numbers, as class maps have.
        case small
    }

    /// Any that the format allows, mostly small.
    init(_ random: inout SplitMix64) {
        let kinds = [
            (0, 1), (0, 2), (0, 4), (0, 8), (0, 8), (0, 16), (2, 8), (2, 8), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4),
            (3, 8),
            (4, 8), (4, 16), (6, 8), (6, 16),
        ]
        (colour, bits) = pick(kinds, &random)
        switch random.unit() {
        case ..<0.7: (width, height) = (.random(in: 1...40, using: &random), .random(in: 1...40, using: &random))
        case ..<0.9: (width, height) = (.random(in: 1...150, using: &random), .random(in: 1...150, using: &random))
        case ..<0.95: (width, height) = (.random(in: 1...4_000, using: &random), .random(in: 1...3, using: &random))
        default: (width, height) = (.random(in: 1...3, using: &random), .random(in: 1...4_000, using: &random))
        }
        isInterlaced = random.unit() < 0.3
        method = pick(Deflate.Method.allCases, &random)
        content = pick(Content.allCases, &random)
        if colour == 3 { colours = Int.random(in: 1...1 << bits, using: &random) }
    }

    private var samplesPerPixel: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour] ?? 1 }

    func file(_ random: inout SplitMix64) -> PNGFile {
        let header =
            bigEndian(UInt32(width)) + bigEndian(UInt32(height))
            + [UInt8(bits), UInt8(colour), 0, 0, isInterlaced ? 1 : 0]
        var chunks = [PNGFile.Chunk("IHDR", header)]
        if colour == 3 {
            chunks.append(.init("PLTE", (0..<3 * colours).map { _ in pick([0, 0, 128, 255, 37], &random) }))
        }
        let stream = Deflate.stream(rows(&random), method)
        // Some writers cut the stream into pieces.
        let piece = random.unit() < 0.2 ? Int.random(in: 1...max(1, stream.count), using: &random) : stream.count
        chunks += stride(from: 0, to: stream.count, by: piece).map { start in
            .init("IDAT", Array(stream[start..<min(stream.count, start + piece)]))
        }
        chunks.append(.init("IEND", []))
        return PNGFile(chunks: chunks)
    }

    /// The filtered rows of all passes.
    private func rows(_ random: inout SplitMix64) -> [UInt8] {
        guard isInterlaced else { return rows(width, height, &random) }
        let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        return passes.flatMap { x, y, across, down -> [UInt8] in
            let (columns, lines) = ((width - x + across - 1) / across, (height - y + down - 1) / down)
            return columns > 0 && lines > 0 ? rows(columns, lines, &random) : []
        }
    }

    private func rows(_ width: Int, _ height: Int, _ random: inout SplitMix64) -> [UInt8] {
        let count = (width * samplesPerPixel * bits + 7) / 8
        var bytes: [UInt8] = []
        bytes.reserveCapacity((count + 1) * height)
        for _ in 0..<height {
            // Filters of other numbers are an error; differences of anything are as good as any samples, but those of a
            // palette have to stay inside it.
            bytes.append(colour == 3 || content != .noise ? 0 : UInt8.random(in: 0...4, using: &random))
            for _ in 0..<count { bytes.append(sample(&random)) }
        }
        return bytes
    }

    /// One byte of samples.
    private func sample(_ random: inout SplitMix64) -> UInt8 {
        let largest = colour == 3 ? UInt8(colours - 1) : bits >= 8 ? 255 : UInt8(1 << bits - 1)
        let value: UInt8 =
            switch content {
            case .zeros: 0
            case .noise: UInt8.random(in: 0...largest, using: &random)
            case .two: random.unit() < 0.5 ? 0 : largest
            case .small: UInt8.random(in: 0...min(largest, 3), using: &random)
            }
        guard bits < 8 else { return value }
        return stride(from: 0, to: 8, by: bits).reduce(0) { $0 | value << UInt8($1) }
    }
}

/// One of at least one element.
func pick<Element>(_ elements: [Element], _ random: inout SplitMix64) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
}
