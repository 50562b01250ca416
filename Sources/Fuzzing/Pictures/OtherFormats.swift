import TestSupport

/// A sound file of TIFF, BMP, WebP or GIF, which can be changed where its format keeps what matters.
struct OtherFormat {
    private(set) var bytes: [UInt8]

    private static let samples = sampleFormats.map { hexadecimal($0.value) }

    init(_ random: inout SplitMix64) { bytes = pick(Self.samples, &random) }

    /// Changes one thing.
    mutating func mutate(_ random: inout SplitMix64) {
        if random.unit() < 0.15 { return mutateBytes(&bytes, &random) }
        if bytes.starts(with: "BM".utf8) {
            mutateBMP(&random)
        } else if bytes.starts(with: "RIFF".utf8) {
            mutateWebP(&random)
        } else if bytes.starts(with: "GIF".utf8) {
            mutateGIF(&random)
        } else {
            mutateTIFF(&random)
        }
    }

    // MARK: Numbers

    /// Numbers at which programs stumble.
    private static let numbers: [UInt64] = [
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 64, 127, 128, 255, 256, 257, 1000, 4096, 16383, 32767,
        32768,
        65535, 65536, 1 << 20, 1 << 24, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32, UInt64(Int64.max), .max,
    ]

    private func number(_ place: Int, _ count: Int, isBig: Bool) -> UInt64 {
        guard place >= 0, place + count <= bytes.count else { return 0 }
        let mine = bytes[place..<place + count]
        return (isBig ? Array(mine) : mine.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func set(_ place: Int, _ count: Int, _ value: UInt64, isBig: Bool) {
        guard place >= 0, place + count <= bytes.count else { return }
        for i in 0..<count {
            let shift = 8 * UInt64(isBig ? count - 1 - i : i)
            bytes[place + i] = UInt8(truncatingIfNeeded: value >> shift)
        }
    }

    /// Puts another number in place of one: a little more or less, or one of those at which programs stumble.
    private mutating func change(_ place: Int, _ count: Int, isBig: Bool, _ random: inout SplitMix64) {
        let old = number(place, count, isBig: isBig)
        let new =
            switch Int.random(in: 0..<5, using: &random) {
            case 0: old &+ UInt64(Int.random(in: 1...3, using: &random))
            case 1: old &- UInt64(Int.random(in: 1...3, using: &random))
            case 2: UInt64.random(in: 0...UInt64(bytes.count) + 8, using: &random)
            default: pick(Self.numbers, &random)
            }
        set(place, count, new, isBig: isBig)
    }

    // MARK: Formats

    /// The places of all directories' entries, and how long one is.
    private var entries: (places: [Int], length: Int, isBig: Bool) {
        let isBig = bytes.first == UInt8(ascii: "M")
        let isLong = number(2, 2, isBig: isBig) == 43
        let (length, countBytes) = (isLong ? 20 : 12, isLong ? 8 : 2)
        var places: [Int] = []
        var directory = Int(truncatingIfNeeded: number(isLong ? 8 : 4, isLong ? 8 : 4, isBig: isBig))
        for _ in 0..<6 where directory > 0 && directory < bytes.count {
            let count = Int(truncatingIfNeeded: min(64, number(directory, countBytes, isBig: isBig)))
            let start = directory + countBytes
            places += (0..<count).map { start + $0 * length }.filter { $0 + length <= bytes.count }
            directory = Int(truncatingIfNeeded: number(start + count * length, isLong ? 8 : 4, isBig: isBig))
        }
        return (places, length, isBig)
    }

    /// Tags that say how pixels are stored.
    private static let tags: [UInt64] = [
        254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 330, 338, 339,
        347,
        530, 532, 34665, 65000,
    ]

    private mutating func mutateTIFF(_ random: inout SplitMix64) {
        let (places, length, isBig) = entries
        guard !places.isEmpty else { return mutateBytes(&bytes, &random) }
        let entry = pick(places, &random)
        let wide = length == 20 ? 8 : 4
        switch Int.random(in: 0..<12, using: &random) {
        case 0: set(entry, 2, pick(Self.tags, &random), isBig: isBig)
        case 1: set(entry + 2, 2, UInt64.random(in: 0...18, using: &random), isBig: isBig)
        case 2: change(entry + 4, wide, isBig: isBig, &random)
        case 3:
            // Another entry in its place.
            let other = pick(places, &random)
            bytes.replaceSubrange(entry..<entry + length, with: bytes[other..<other + length])
        case 4:
            // Compressions and colours that are there in name at least.
            let values: [UInt64] = [
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 32773, 32946, 34676, 34712, 34887, 34925, 50000, 50001,
            ]
            set(entry + 4 + wide, 2, pick(values, &random), isBig: isBig)
        case 5: change(pick([2, 4, 8], &random), wide, isBig: isBig, &random)
        case 6:
            // Where the entry's value lies elsewhere.
            let place = Int(truncatingIfNeeded: number(entry + 4 + wide, wide, isBig: isBig))
            change(place % max(1, bytes.count), pick([2, 4, 8], &random), isBig: isBig, &random)
        case 7, 8: change(entry + 4 + wide, 2, isBig: isBig, &random)
        default: change(entry + 4 + wide, wide, isBig: isBig, &random)
        }
    }

    private mutating func mutateBMP(_ random: inout SplitMix64) {
        let fields = [
            (10, 4), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2), (30, 4), (34, 4), (46, 4), (54, 4), (58, 4), (66, 4),
        ]
        switch Int.random(in: 0..<6, using: &random) {
        case 0: set(28, 2, pick([1, 2, 4, 8, 16, 24, 32], &random), isBig: false)
        case 1: set(30, 4, UInt64.random(in: 0...6, using: &random), isBig: false)
        case 2:
            let start = min(Int(number(10, 4, isBig: false)), bytes.count)
            var pixels = Array(bytes[start...])
            flipBits(of: &pixels, &random)
            bytes.replaceSubrange(start..., with: pixels)
        default:
            let (place, count) = pick(fields, &random)
            change(place, count, isBig: false, &random)
        }
    }

    private mutating func mutateWebP(_ random: inout SplitMix64) {
        // Chunks: a name of four letters, a length, and what it says.
        var places = [4]
        var place = 12
        while place + 8 <= bytes.count {
            places.append(place + 4)
            place += 8 + Int(number(place + 4, 4, isBig: false)) + Int(number(place + 4, 4, isBig: false) & 1)
        }
        let length = pick(places, &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: change(length, 4, isBig: false, &random)
        case 1:
            let names = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "EXIF", "ICCP"].map { Array($0.utf8) }
            if length > 4 { bytes.replaceSubrange(length - 4..<length, with: pick(names, &random)) }
        default:
            let start = min(length + 4, bytes.count - 1)
            var data = Array(bytes[start...])
            let end = Int.random(in: 1...min(24, data.count), using: &random)
            var head = Array(data[..<end])
            flipBits(of: &head, &random)
            data.replaceSubrange(..<end, with: head)
            bytes.replaceSubrange(start..., with: data)
        }
    }

    private mutating func mutateGIF(_ random: inout SplitMix64) {
        let picture = bytes.firstIndex(of: 0x2C) ?? 0
        let fields = [
            (6, 2), (8, 2), (10, 1), (11, 1), (picture + 1, 2), (picture + 3, 2), (picture + 5, 2), (picture + 7, 2),
        ]
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let (place, count) = pick(fields, &random)
            change(place, count, isBig: false, &random)
        case 1: change(picture + 9 + Int.random(in: 0...2, using: &random), 1, isBig: false, &random)
        default:
            guard picture + 12 < bytes.count else { return mutateBytes(&bytes, &random) }
            var codes = Array(bytes[(picture + 10)...])
            flipBits(of: &codes, &random)
            bytes.replaceSubrange((picture + 10)..., with: codes)
        }
    }
}
