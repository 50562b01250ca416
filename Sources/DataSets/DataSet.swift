import Base
import Imaging
import Tasks
import TrainerSupport

/// Samples, parted into training and testing.
package struct DataSet: Sendable {
    package var shape: SampleShape
    /// In byte order of their names; of data that comes parted, one part after the other.
    package var samples: [StoredSample]
    /// Indices of samples.
    package var training: [Int]
    package var testing: [Int]
    /// Whether it comes with its split.
    package private(set) var isParted = false
    /// Reads the samples that are not kept in memory; nil when all are.
    package var reader: SampleReader?
    /// Which numbers of the pictures become 0 and 1.
    package var range = PictureRange.full
    /// What the net is fed in place of numbers from 0 to 1.
    package var normalization = Normalization.range
    /// Which bands people are shown; nil for the usual ones.
    package var shownBands: ShownBands?
    /// What is cut out of pictures; nil for whole pictures at the net's size.
    package var patches: PatchSettings? { reader?.patches }
    /// Draws those that are not kept and are no files.
    var drawing: EmbeddedSamples?
    /// Threads that read and augment ahead of the net.
    package var threads = 1
    /// What decoding a picture or its mask takes at most, of those that are read again in each epoch.
    var decodingBytes = 0

    /// What all threads take that decode.
    package var decodingBytesTogether: Int {
        let waiting = keptCount < samples.count ? patches?.waitingBytes(shape, pictures: training.count) ?? 0 : 0
        return waiting + min(threads * decodingBytes, max(decodingBytes, reader?.decoding.supervisor?.bound ?? .max))
    }

    package init(shape: SampleShape, samples: [StoredSample], reader: SampleReader?, parts: Partition.Parts) {
        self.shape = shape
        self.samples = samples
        self.reader = reader
        training = parts.training
        testing = parts.testing
    }

    /// Data that comes with its split.
    package init(shape: SampleShape, training: [StoredSample], testing: [StoredSample], reader: SampleReader?) {
        self.shape = shape
        self.reader = reader
        samples = training + testing
        isParted = true
        self.training = Array(training.indices)
        self.testing = Array(training.count..<samples.count)
    }

    /// Samples that are all in memory.
    init(shape: SampleShape, samples: [Sample], split: Double, isSorted: Bool, seed: UInt64) {
        let (training, testing) = Self.parts(count: samples.count, split: split, isSorted: isSorted, seed: seed)
        self.init(
            shape: shape, samples: samples.map(StoredSample.init), reader: nil,
            parts: Partition.Parts(training: training, testing: testing))
    }

    /// Samples that are all in memory and come with their split.
    init(shape: SampleShape, training: [Sample], testing: [Sample]) {
        self.init(
            shape: shape, training: training.map(StoredSample.init), testing: testing.map(StoredSample.init),
            reader: nil)
    }

    /// The picture and mask of a sample at the net's size, from memory or read again; where pieces train, one of them.
    /// - Throws: `TrainerError` when its files are no longer what they were.
    package func sample(_ index: Int) throws -> Sample {
        guard patches != nil else { return try whole(index) }
        let cut = PieceCut(data: self, augmentation: nil, index: index, count: 1)
        let piece = try cut.piece(0, PiecePool())
        return piece.sample(at: cut.window(0).origin, shape)
    }

    /// The whole picture and mask of a sample, as it is decoded.
    /// - Throws: as `sample`.
    package func whole(_ index: Int) throws -> Sample {
        var sample = try read(index)
        sample.picture = planes(sample.picture.samples, of: index)
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
    static func parts(count: Int, split: Double, isSorted: Bool, seed: UInt64) -> (
        training: [Int], testing: [Int]
    ) {
        let order = order(count: count, isSorted: isSorted, seed: seed)
        let border = min(count, max(0, Int(split * Double(count))))
        return (Array(order[..<border]), Array(order[border...]))
    }

    /// The order that is parted.
    static func order(count: Int, isSorted: Bool, seed: UInt64) -> [Int] {
        var random = SplitMix64(seed: seed, Purpose.split.rawValue)
        return isSorted ? Array(0..<count) : random.permutation(count)
    }

    /// A number that changes when any picture, mask, name or the split changes (FNV-1a).
    package var fingerprint: String {
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
        if normalization != .range { hash.add(Array(normalization.description.utf8)) }
        return hash.text
    }
}
