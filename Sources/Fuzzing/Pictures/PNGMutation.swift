import Base
import TestSupport

extension PNGFile {
    /// Breaks a part of the file on the level of chunks: most have the right check afterwards, so that more than the
    /// first test of a reader sees them.
    mutating func mutate(_ random: inout SplitMix64) {
        guard !chunks.isEmpty else { return }
        switch random.unit() {
        case ..<0.3: mutateHeader(&random)
        case ..<0.5: mutateOrder(&random)
        case ..<0.65: insert(&random)
        case ..<0.85: mutateStream(&random)
        case ..<0.92: lie(&random)
        default:
            let place = Int.random(in: 0..<chunks.count, using: &random)
            flipBits(of: &chunks[place].data, &random)
        }
    }

    /// Sizes at the edges of formats, types and limits.
    static let sizes: [UInt32] = [
        0, 1, 2, 3, 7, 8, 9, 16, 255, 256, 1_000, 4_096, 16_384, 32_767, 65_535, 65_536, 100_000, 1 << 20, 1 << 20 + 1,
        1 << 24, 60_000_000, 1 << 28, 1 << 28 + 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    ]

    private mutating func mutateHeader(_ random: inout SplitMix64) {
        guard let place = chunks.firstIndex(where: { $0.isNamed("IHDR") && $0.data.count == 13 }) else { return }
        func set(_ start: Int, _ value: UInt32) {
            chunks[place].data.replaceSubrange(start..<start + 4, with: bigEndian(value))
        }
        func get(_ start: Int) -> UInt32 { chunks[place].data[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        let side = pick([0, 4], &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: set(side, pick(Self.sizes, &random))
        case 2: set(side, get(side) &+ pick([1, 2, UInt32.max, UInt32.max - 1], &random))
        case 3:
            let width = get(0)
            set(0, get(4))
            set(4, width)
        case 4: chunks[place].data[8] = pick([0, 1, 2, 3, 4, 8, 16, 32, 255], &random)
        case 5: chunks[place].data[9] = UInt8.random(in: 0...7, using: &random)
        case 6: chunks[place].data[12] ^= 1
        default: chunks[place].data[Int.random(in: 10...12, using: &random)] = pick([0, 1, 2, 255], &random)
        }
    }

    private mutating func mutateOrder(_ random: inout SplitMix64) {
        let place = Int.random(in: 0..<chunks.count, using: &random)
        let other = Int.random(in: 0..<chunks.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: chunks.remove(at: place)
        case 1: chunks.insert(chunks[place], at: other)
        case 2: chunks.swapAt(place, other)
        default:
            let copies = random.unit() < 0.1 ? 500 : Int.random(in: 2...5, using: &random)
            chunks.insert(contentsOf: Array(repeating: chunks[place], count: copies), at: other)
        }
    }

    private mutating func insert(_ random: inout SplitMix64) {
        let place = Int.random(in: 0...chunks.count, using: &random)
        let zeros = [UInt8](repeating: 0, count: pick([0, 1, 2, 3, 6, 32, 256, 257, 1_000], &random))
        let colours = (0..<pick([0, 1, 3, 6, 5, 9, 48, 765, 768, 771], &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        let chunk: Chunk =
            switch Int.random(in: 0..<11, using: &random) {
            case 0, 1, 2: Chunk("eXIf", ExifBlock.tiff(&random))
            case 3: Chunk("tRNS", zeros)
            case 4: Chunk("PLTE", colours)
            case 5:
                Chunk(pick(["gAMA", "cHRM", "sBIT", "bKGD", "hIST", "tIME", "pHYs", "sRGB", "oFFs"], &random), zeros)
            case 6: Chunk(pick(["iCCP", "zTXt", "iTXt"], &random), Array("name\0\0".utf8) + bomb)
            case 7: Chunk(pick(["acTL", "fcTL", "fdAT"], &random), zeros)
            case 8: Chunk(pick(["ABCD", "abCD", "abcd", "\0\0\0\0", "IDAt", "IHDR", "JDAT"], &random), colours)
            case 9: Chunk("IDAT", zeros)
            default: Chunk("IEND", zeros)
            }
        chunks.insert(chunk, at: place)
    }

    private mutating func mutateStream(_ random: inout SplitMix64) {
        let places = chunks.indices.filter { chunks[$0].isNamed("IDAT") }
        guard let place = places.randomElement(using: &random), !chunks[place].data.isEmpty else { return }
        let count = chunks[place].data.count
        switch Int.random(in: 0..<8, using: &random) {
        case 0: chunks[place].data.removeLast(Int.random(in: 1...count, using: &random))
        case 1: chunks[place].data += chunks[place].data
        case 2: flipBits(of: &chunks[place].data, &random)
        case 3: chunks[place].data[0] = UInt8.random(in: 0...255, using: &random)
        case 4: chunks[place].data[count - 1] ^= 0x55
        case 5: chunks[place].data += [UInt8](repeating: 0, count: pick([1, 4, 100, 70_000], &random))
        case 6:
            // Another chunk in the middle of the stream, or nothing at all, often.
            let middle = Int.random(in: 0...count, using: &random)
            var rest = chunks[place]
            rest.data = Array(rest.data[middle...])
            chunks[place].data.removeLast(count - middle)
            let between = Chunk(pick(["IDAT", "IDAT", "tEXt", "eXIf"], &random), [])
            chunks.insert(
                contentsOf: Array(repeating: between, count: pick([1, 1, 300], &random)) + [rest], at: place + 1)
        default:
            // More than the header speaks of.
            let zeros = [UInt8](repeating: 0, count: pick([1_000, 100_000, 3_000_000], &random))
            chunks[place].data = Deflate.stream(zeros, .runs)
        }
    }

    /// Lengths and checks that are not true.
    private mutating func lie(_ random: inout SplitMix64) {
        let place = Int.random(in: 0..<chunks.count, using: &random)
        let count = UInt32(chunks[place].data.count)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: chunks[place].check = pick([0, 1, 0xFFFF_FFFF], &random)
        case 1: chunks[place].length = count &+ pick([1, 4, 12, UInt32.max], &random)
        default: chunks[place].length = pick([0, 1, 1 << 16, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF], &random)
        }
    }
}

/// A megabyte of nothing in a kilobyte.
private let bomb = Deflate.stream([UInt8](repeating: 0, count: 1 << 20), .runs)
