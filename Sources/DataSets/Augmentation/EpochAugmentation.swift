import Base
import Recipes
import Tasks

/// What happens to one picture in one epoch.
struct Augmentation: Hashable, Sendable {
    var space = SpatialMap()
    var color = ColorMap()
    /// nil for none.
    var noise: NoiseField?
}

/// The augmentations of an epoch: pure functions of seed, epoch and sample.
///
/// Each entry of the settings draws from a stream of its own, so that one more leaves the others as they were.
package struct EpochAugmentation: Hashable, Sendable {
    var settings: AugmentationSettings
    package var draw: EpochDraw

    package init(settings: AugmentationSettings, draw: EpochDraw) {
        self.settings = settings
        self.draw = draw
    }

    /// The streams; their numbers must never change, for runs are to be repeated later.
    private enum Entry: UInt64 {
        case vflip = 1
        case rotate90 = 2
        case rotate = 3
        case scale = 4
        case crop = 5
        case shift = 6
        case brightness = 7
        case contrast = 8
        case saturation = 9
        case hue = 10
        case noise = 11
        case elastic = 12
    }

    /// What happens to a sample.
    /// - Parameters:
    ///   - space: where its pixels come from.
    ///   - mean: the means of a picture's red, green and blue, 0 ... 1; asked for only when contrast changes.
    func augmentation(of sample: Int, space: SpatialMap, mean: () -> SIMD3<Double>) -> Augmentation {
        var result = Augmentation()
        result.space = space
        result.color = color(sample, mean: mean)
        if settings.noise > 0 {
            var random = stream(.noise, sample)
            let deviation = random.unit() * settings.noise
            result.noise = NoiseField(seed: random.next(), deviation: deviation)
        }
        return result
    }

    private func stream(_ entry: Entry, _ sample: Int) -> SplitMix64 {
        SplitMix64(
            seed: draw.seed, Purpose.augmentation.rawValue, UInt64(draw.epoch), UInt64(sample), entry.rawValue)
    }

    /// An even draw from -1 to 1.
    private func even(_ entry: Entry, _ sample: Int) -> Double {
        var random = stream(entry, sample)
        return 2 * random.unit() - 1
    }

    /// Read from the augmented picture back to its source: mirrored, turned by right angles, turned freely, made larger,
    /// moved.
    /// - Parameters:
    ///   - size: of the picture, or of a window of it.
    ///   - isWindow: whether there is more of the picture around it, so that sides of different lengths stay as they are
    ///     when it is turned.
    func space(of sample: Int, size: PictureSize, isWindow: Bool = false) -> SpatialMap {
        let (height, width) = (Double(size.height), Double(size.width))
        var map = SpatialMap()
        if settings.rotate > 0 {
            let turns = even(.rotate, sample) * settings.rotate / 360
            let c = Trigonometry.cosine(turns: turns)
            let s = Trigonometry.sine(turns: turns)
            map.precede(c, -s, s, c)
        }
        if settings.scale != 1...1 {
            let middle = (settings.scale.lowerBound + settings.scale.upperBound) / 2
            let reach = (settings.scale.upperBound - settings.scale.lowerBound) / 2
            let factor = 1 / (middle + reach * even(.scale, sample))
            map.precede(factor, 0, 0, factor)
        }
        if settings.crop < 1 {
            var random = stream(.crop, sample)
            let share = 1 - (1 - settings.crop) * random.unit()
            map.precede(share, 0, 0, share)
            map.x += (random.unit() - 0.5) * (1 - share) * width
            map.y += (random.unit() - 0.5) * (1 - share) * height
        }
        if settings.shift > 0 {
            var random = stream(.shift, sample)
            map.x += (2 * random.unit() - 1) * settings.shift * width
            map.y += (2 * random.unit() - 1) * settings.shift * height
        }
        if settings.rotate90 {
            var random = stream(.rotate90, sample)
            let (w, h) = isWindow ? (1, 1) : (width, height)
            for _ in 0..<random.index(below: 4) { map.precede(0, -w / h, h / w, 0) }
        }
        if settings.vflip && stream(.vflip, sample).isHeads { map.precede(1, 0, 0, -1) }
        if settings.flip && draw.isFlipped(sample) { map.precede(-1, 0, 0, 1) }
        if settings.elastic > 0 {
            var random = stream(.elastic, sample)
            map.deformation = ElasticField(
                &random, deviationX: settings.elastic * width / 512, deviationY: settings.elastic * height / 512)
        }
        return map
    }

    private func color(_ sample: Int, mean: () -> SIMD3<Double>) -> ColorMap {
        var map = ColorMap()
        func factor(_ amount: Double, _ entry: Entry) -> Double { 1 + amount * even(entry, sample) }
        if settings.brightness > 0 { map.brighten(by: factor(settings.brightness, .brightness)) }
        if settings.contrast > 0 { map.stretch(by: factor(settings.contrast, .contrast), mean: mean()) }
        if settings.saturation > 0 { map.saturate(by: factor(settings.saturation, .saturation)) }
        if settings.hue > 0 { map.turn(by: settings.hue * even(.hue, sample)) }
        return map
    }
}

extension SplitMix64 {
    /// The first draw as a yes or no.
    fileprivate var isHeads: Bool {
        var random = self
        return random.next() >> 63 == 1
    }
}
