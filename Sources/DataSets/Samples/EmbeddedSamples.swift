import Base
import HostLimits
import Tasks
import TrainerSupport

/// A little data set that is drawn, not read: textured blobs over textured ground, with their masks.
///
/// Every sample is a pure function of its index and the shape, made of hashed integers and exactly rounded arithmetic
/// only, so that it is the same on every machine. Blobs are warmer than the ground on average, but the colours of both
/// overlap: what tells them apart in many pictures is texture and shape, as in photographs. For nets with more than two
/// classes there are several kinds of blobs, told apart by their tint.
struct EmbeddedSamples: Sendable {
    var shape: SampleShape

    /// Samples of the set.
    static let count = 320
    /// What the set is called where data sets are named.
    static let title = "embedded pictures"
    /// How much redder blobs are on average, and the ground bluer, against a spread of 0.6 from picture to picture.
    private static let warmth = 0.14

    /// All samples, drawn on several threads. Those that the cache has no room for are drawn again whenever they are needed.
    /// - Throws: `TrainerError` when a single one is more than the memory that there is.
    func load(threads: Int, cache: SampleCache, progress: @escaping (Int, Int) -> Void) throws -> [StoredSample] {
        let free = HostLimits().availableMemory(stacks: threads * PosixThread.stackBytes)
        // As bytes, and as the colours of its pixels on the way.
        guard shape.sampleBytes <= free / 2 else {
            throw TrainerError(
                "\(Self.title): one takes \(Text.bytes(shape.sampleBytes)) at the net's size, "
                    + "\(shape.width)x\(shape.height), and \(Text.bytes(free)) of memory are free",
                hint: "compile the graph for a smaller size")
        }
        let capacity = cache.capacity(shape)
        return try parallelMap(
            count: Self.count, threads: min(threads, max(1, free / 2 / max(1, shape.sampleBytes))),
            progress: { progress($0, Self.count) },
            body: { [self] index in
                var sample = StoredSample(sample(index))
                if index >= capacity { sample.kept = nil }
                return sample
            })
    }

    /// One sample.
    func sample(_ index: Int) -> Sample {
        var random = SplitMix64(seed: 0x756E_6574, UInt64(index))
        let ground = Texture(&random, warmth: -Self.warmth)
        let skin = Texture(&random, warmth: Self.warmth)
        let blobs = (0..<(1 + random.index(below: 3))).map { _ in Blob(&random) }
        let kinds = kinds(of: blobs.count, index, skin)
        let light = (x: random.unit() * 0.5 - 0.25, y: random.unit() * 0.5 - 0.25)
        let grain = SplitMix64.mix(random.next())
        var picture = [UInt8](repeating: 0, count: shape.channels * shape.height * shape.width)
        for row in 0..<shape.height {
            for column in 0..<shape.width {
                let x = (Double(column) + 0.5) / Double(shape.width)
                let y = (Double(row) + 0.5) / Double(shape.height)
                let covering = covering(blobs, x, y)
                let shade = 1 + light.x * (x - 0.5) * 2 + light.y * (y - 0.5) * 2
                let noise = Lattice.unit(grain, column, row) * 0.08 - 0.04
                let skins = covering.isEmpty ? [ground] : covering.map { kinds[$0].skin }
                let colour = Self.mean(skins.map { $0.colour(x, y) })
                put(colour.map { $0 * shade + noise }, at: row * shape.width + column, in: &picture)
            }
        }
        let name = "drawn_" + String(index + 1000).dropFirst()
        return Sample(name: name, file: name, picture: picture, mask: mask(blobs, kinds.map(\.number)))
    }

    /// The blobs that are seen at a place: the first one of those there, or all, where labels may overlap.
    private func covering(_ blobs: [Blob], _ x: Double, _ y: Double) -> [Int] {
        let all = blobs.indices.lazy.filter { blobs[$0].contains(x, y) }
        return shape.task.labels == nil ? Array(all.prefix(1)) : Array(all)
    }

    private static func mean(_ colours: [[Double]]) -> [Double] {
        guard colours.count > 1 else { return colours[0] }
        return (0..<3).map { channel in colours.reduce(0) { $0 + $1[channel] } / Double(colours.count) }
    }

    /// The class of each blob, or the bit of its label, and what it is painted with.
    private func kinds(of count: Int, _ index: Int, _ skin: Texture) -> [(number: UInt8, skin: Texture)] {
        // Of classes one is the ground.
        let things = shape.task.labels?.count ?? (shape.task.classes?.count ?? 2) - 1
        guard things > 1 else { return Array(repeating: (1, skin), count: count) }
        // A stream of its own, so that grounds and blobs are those of a binary mask.
        var random = SplitMix64(seed: 0x756E_6574, UInt64(index), UInt64(things + 1))
        return (0..<count).map { _ in
            let kind = random.index(below: min(things, Texture.tints.count))
            let number = shape.task.labels == nil ? UInt8(kind + 1) : LabelRange.bit(kind)
            return (number, Texture(&random, tint: Texture.tints[kind].map { $0 * 2 * Self.warmth }))
        }
    }

    private func mask(_ blobs: [Blob], _ numbers: [UInt8]) -> [UInt8] {
        guard shape.task.needsMasks else { return [] }
        var mask = [UInt8](repeating: 0, count: shape.maskHeight * shape.maskWidth)
        for row in 0..<shape.maskHeight {
            for column in 0..<shape.maskWidth {
                let x = (Double(column) + 0.5) / Double(shape.maskWidth)
                let y = (Double(row) + 0.5) / Double(shape.maskHeight)
                mask[row * shape.maskWidth + column] = covering(blobs, x, y).reduce(0) { $0 | numbers[$1] }
            }
        }
        return mask
    }

    private func put(_ colour: [Double], at place: Int, in picture: inout [UInt8]) {
        let bytes = colour.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
        guard shape.channels > 1 else {
            let luma = Int(bytes[0]) * 19595 + Int(bytes[1]) * 38470 + Int(bytes[2]) * 7471 + 0x8000
            picture[place] = UInt8(luma >> 16)
            return
        }
        // More bands are the same colours again.
        for channel in 0..<shape.channels {
            picture[channel * shape.height * shape.width + place] = bytes[channel % 3]
        }
    }
}

/// A rounded form with a wavy outline, in the unit square.
private struct Blob {
    var x: Double
    var y: Double
    var radius: Double
    /// Height over width.
    var stretch: Double
    var seed: UInt64

    init(_ random: inout SplitMix64) {
        x = 0.2 + 0.6 * random.unit()
        y = 0.2 + 0.6 * random.unit()
        radius = 0.12 + 0.16 * random.unit()
        stretch = 0.7 + 0.7 * random.unit()
        seed = random.next()
    }

    func contains(_ px: Double, _ py: Double) -> Bool {
        let dx = (px - x) / radius
        let dy = (py - y) / (radius * stretch)
        let distance = (dx * dx + dy * dy).squareRoot()
        guard distance < 1.5 else { return false }
        return distance < 1 + 0.9 * (Lattice.noise(seed, px / radius * 1.2, py / radius * 1.2) - 0.5)
    }
}

/// Two colours mixed by noise at two scales and by stripes.
private struct Texture {
    var dark: [Double]
    var bright: [Double]
    var scale: Double
    /// Stripes per picture along x and y; their strength.
    var stripe: (x: Double, y: Double, weight: Double)
    var seed: UInt64

    /// Ways to differ from gray.
    static let tints: [[Double]] = [[1, 0, -1], [-1, 1, 0], [0, -1, 1], [-1, 0, 1], [1, -1, 0], [0, 1, -1]]

    /// - Parameter warmth: how much redder and less blue than gray the colours are on average.
    init(_ random: inout SplitMix64, warmth: Double) { self.init(&random, tint: [warmth, 0, -warmth]) }

    /// - Parameter tint: how much more red, green and blue than gray the colours are on average.
    init(_ random: inout SplitMix64, tint: [Double]) {
        let hue = tint.map { 0.2 + 0.6 * random.unit() + $0 }
        let spread = 0.12 + 0.2 * random.unit()
        dark = hue.map { $0 - spread * (0.5 + random.unit() * 0.5) }
        bright = hue.map { $0 + spread * (0.5 + random.unit() * 0.5) }
        scale = 4 + 14 * random.unit()
        stripe = (
            x: 24 * random.unit() - 12, y: 24 * random.unit() - 12, weight: random.unit() < 0.5 ? 0 : random.unit()
        )
        seed = random.next()
    }

    func colour(_ x: Double, _ y: Double) -> [Double] {
        let coarse = Lattice.noise(seed, x * scale, y * scale)
        let fine = Lattice.noise(seed &+ 1, x * scale * 2.7, y * scale * 2.7)
        let phase = x * stripe.x + y * stripe.y
        let wave = abs((phase - phase.rounded(.down)) * 2 - 1)
        let plain = 0.6 * coarse + 0.4 * fine
        let mix = plain * (1 - 0.6 * stripe.weight) + wave * 0.6 * stripe.weight
        return (0..<3).map { dark[$0] + (bright[$0] - dark[$0]) * mix }
    }
}

/// Value noise: a hashed number at every whole place, smoothly blended in between.
private enum Lattice {
    static func unit(_ seed: UInt64, _ x: Int, _ y: Int) -> Double {
        let place =
            UInt64(bitPattern: Int64(x)) &* SplitMix64.increment &+ UInt64(bitPattern: Int64(y))
            &* 0xD134_2543_DE82_EF95
        return Double(SplitMix64.mix(seed ^ place) >> 11) * 0x1p-53
    }

    /// In `[0, 1)`.
    static func noise(_ seed: UInt64, _ x: Double, _ y: Double) -> Double {
        let left = x.rounded(.down)
        let top = y.rounded(.down)
        let (i, j) = (Int(left), Int(top))
        let u = smooth(x - left)
        let v = smooth(y - top)
        let upper = blend(unit(seed, i, j), unit(seed, i + 1, j), u)
        let lower = blend(unit(seed, i, j + 1), unit(seed, i + 1, j + 1), u)
        return blend(upper, lower, v)
    }

    private static func smooth(_ t: Double) -> Double { t * t * (3 - 2 * t) }
    private static func blend(_ a: Double, _ b: Double, _ t: Double) -> Double { a + (b - a) * t }
}
