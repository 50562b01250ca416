import Base
import Imaging

/// Which data to train on and how to part it; a run remembers it.
struct DataSettings: Hashable, Sendable {
    /// `--data`; nil with `pictures` nil for the embedded pictures.
    var folder: String?
    /// `--images` and `--masks`.
    var pictures: String?
    var masks: String?
    var map: MaskMap?
    /// What the indices of palette masks mean; nil to find it out.
    var palettes: PaletteRule?
    /// `--range`: which numbers of pictures become 0 and 1.
    var rangeSetting = RangeSetting.auto
    /// What that is; nil to settle it by the pictures that train.
    var range: PictureRange?
    /// Whether pictures are turned as their EXIF orientation says.
    var isOriented = true
    /// `--classes`: what to call the classes, from class 0; empty for their numbers.
    var classNames: [String] = []
    /// The share of samples that train; the rest test.
    var split = 0.8
    /// The first ones in the order of names train, instead of a shuffled draw.
    var isSorted = false
    /// The part that tests, in place of `split`; nil without cross-validation.
    var fold: Fold?

    var isEmbedded: Bool { folder == nil && pictures == nil }

    /// What the data is called in messages.
    var title: String { folder ?? pictures ?? EmbeddedSamples.title }

    /// How files are decoded.
    var decoding: DecodingOptions {
        var options = DecodingOptions(appliesOrientation: isOriented)
        options.keepsDepth = range?.keepsDepth ?? true
        return options
    }

    /// The same, bounded by a share of the memory.
    func decoding(within shares: MemoryShares) -> DecodingOptions {
        var options = decoding
        options.supervisor = shares.supervisor
        return options
    }

    /// Where the files are; nil for the embedded pictures.
    /// - Throws: `TrainerError` when the folders are not there.
    func layout(for task: TrainingTask) throws -> DataLayout? {
        guard !isEmbedded else { return nil }
        return try DataLayout.recognize(
            folder: folder, pictures: pictures, masks: masks, needsMasks: task.needsMasks)
    }
}

/// Samples, parted into training and testing.
struct DataSet: Sendable {
    var shape: SampleShape
    /// In byte order of their names; of data that comes parted, one part after the other.
    var samples: [StoredSample]
    /// Indices of samples.
    var training: [Int]
    var testing: [Int]
    /// Reads the samples that are not kept in memory; nil when all are.
    var reader: SampleReader?
    /// Which numbers of the pictures become 0 and 1.
    var range = PictureRange.full
    /// Draws those that are not kept and are no files.
    var drawing: EmbeddedSamples?
    /// Threads that read and augment ahead of the net.
    var threads = 1
    /// What decoding a picture or its mask takes at most, of those that are read again in each epoch.
    var decodingBytes = 0

    /// What all threads take that decode.
    var decodingBytesTogether: Int {
        min(threads * decodingBytes, max(decodingBytes, reader?.decoding.supervisor?.bound ?? .max))
    }

    init(
        shape: SampleShape, samples: [StoredSample], reader: SampleReader?, split: Double, isSorted: Bool,
        fold: Fold? = nil, seed: UInt64
    ) {
        self.shape = shape
        self.samples = samples
        self.reader = reader
        (training, testing) =
            fold.map { $0.parts(Self.order(count: samples.count, isSorted: isSorted, seed: seed)) }
            ?? Self.parts(count: samples.count, split: split, isSorted: isSorted, seed: seed)
    }

    /// Data that comes with its split.
    init(shape: SampleShape, training: [StoredSample], testing: [StoredSample], reader: SampleReader?) {
        self.shape = shape
        self.reader = reader
        samples = training + testing
        self.training = Array(training.indices)
        self.testing = Array(training.count..<samples.count)
    }

    /// Samples that are all in memory.
    init(shape: SampleShape, samples: [Sample], split: Double, isSorted: Bool, seed: UInt64) {
        self.init(
            shape: shape, samples: samples.map(StoredSample.init), reader: nil, split: split, isSorted: isSorted,
            seed: seed)
    }

    /// Samples that are all in memory and come with their split.
    init(shape: SampleShape, training: [Sample], testing: [Sample]) {
        self.init(
            shape: shape, training: training.map(StoredSample.init), testing: testing.map(StoredSample.init),
            reader: nil)
    }

    /// The picture and mask of a sample, from memory or read again.
    /// - Throws: `TrainerError` when its files are no longer what they were.
    func sample(_ index: Int) throws -> Sample {
        var sample = try read(index)
        sample.picture = range.planes(sample.picture.samples)
        return sample
    }

    private func read(_ index: Int) throws -> Sample {
        let stored = samples[index]
        if let kept = stored.kept { return kept }
        if let drawing { return drawing.sample(index) }
        guard let reader else { throw TrainerError("\(stored.file): is not in memory and cannot be read again") }
        return try reader.read(stored)
    }

    /// The indices that train and those that test: a shuffled draw, or the first ones.
    static func parts(count: Int, split: Double, isSorted: Bool, seed: UInt64) -> (training: [Int], testing: [Int]) {
        let order = order(count: count, isSorted: isSorted, seed: seed)
        let border = min(count, max(0, Int(split * Double(count))))
        return (Array(order[..<border]), Array(order[border...]))
    }

    /// The order that is parted.
    private static func order(count: Int, isSorted: Bool, seed: UInt64) -> [Int] {
        var random = SplitMix64(seed: seed, Purpose.split.rawValue)
        return isSorted ? Array(0..<count) : random.permutation(count)
    }

    /// A number that changes when any picture, mask, name or the split changes (FNV-1a).
    var fingerprint: String {
        var hash = Fingerprint()
        for (part, indices) in [training, testing].enumerated() {
            hash.add([UInt8(part)])
            for sample in indices.map({ samples[$0] }) {
                hash.add(Array(sample.name.utf8))
                hash.add(sample.content.picture)
                hash.add(sample.content.mask)
            }
        }
        hash.add(Array((reader?.map?.description ?? "").utf8))
        if let rule = reader?.palettes, samples.contains(where: { $0.table != nil }) {
            hash.add(Array(rule.description.utf8))
        }
        if range.keepsDepth && range != .full { hash.add(Array(range.description.utf8)) }
        return hash.text
    }
}

/// What random numbers are drawn for, so that the streams of one seed stay apart.
enum Purpose: UInt64 {
    case split = 1
    case order = 2
    case flip = 3
    case augmentation = 4
}

/// The order and the flips of an epoch, both pure functions of seed and epoch.
struct EpochDraw: Hashable, Sendable {
    var seed: UInt64
    /// From 1.
    var epoch: Int

    /// `training` shuffled.
    func order(_ training: [Int]) -> [Int] {
        var random = SplitMix64(seed: seed, Purpose.order.rawValue, UInt64(epoch))
        return random.permutation(training.count).map { training[$0] }
    }

    /// Whether the sample of that index is mirrored in this epoch.
    func isFlipped(_ sample: Int) -> Bool {
        var random = SplitMix64(seed: seed, Purpose.flip.rawValue, UInt64(epoch), UInt64(sample))
        return random.next() >> 63 == 1
    }
}

/// FNV-1a over 8-byte words.
struct Fingerprint {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: [UInt8]) {
        mixIn(UInt64(bytes.count))
        bytes.withUnsafeBytes { raw in
            let whole = raw.count / 8 * 8
            for place in stride(from: 0, to: whole, by: 8) {
                mixIn(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            }
            for place in whole..<raw.count { mixIn(UInt64(raw[place])) }
        }
    }

    mutating func add(_ word: UInt64) { mixIn(word) }

    private mutating func mixIn(_ word: UInt64) { state = (state ^ word) &* 0x100_0000_01B3 }

    var text: String { SplitMix64.mix(state).hexadecimal }
}
