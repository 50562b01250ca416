import Imaging
import Tasks
import Testing
import TrainerTestSupport

@testable import DataSets

/// Splits, orders, flips: all pure functions.
@Suite struct DataSetTests {
    private func parts(_ count: Int, _ split: Double, sorted: Bool = false, seed: UInt64 = 0) -> ([Int], [Int]) {
        let parts = DataSet.parts(count: count, split: split, isSorted: sorted, seed: seed)
        return (parts.training, parts.testing)
    }

    @Test(arguments: [(599, 0.8, 479), (10, 0.8, 8), (5, 1.0, 5), (5, 0.0, 0), (1, 0.8, 0), (320, 0.8, 256)])
    func splitsHaveTheRightSize(count: Int, split: Double, training: Int) {
        for sorted in [false, true] {
            let (train, test) = parts(count, split, sorted: sorted)
            #expect(train.count == training, "\(sorted ? "sorted" : "shuffled")")
            #expect((train + test).sorted() == Array(0..<count), "\(sorted ? "sorted" : "shuffled")")
        }
    }

    /// Also of the last byte of a word, whose change in another word must not take it back.
    @Test func everyByteChangesTheContentsHash() {
        let plain = [UInt8](repeating: 0, count: 80)
        var seen: Set<UInt64> = [ContentHash.of(plain), ContentHash.of([])]
        for first in plain.indices {
            for second in first..<plain.count {
                var changed = plain
                changed[first] = 128
                changed[second] = 128
                seen.insert(ContentHash.of(changed))
            }
        }
        #expect(seen.count == 2 + 80 * 81 / 2)
    }

    @Test(arguments: [1, 3, 8, 13, 80])
    func piecesDoNotChangeTheContentsHash(_ length: Int) {
        let bytes = (0..<83).map { UInt8($0 * 3) }
        func hash(start: UInt64) -> UInt64 {
            var hash = ContentHash(start: start, count: bytes.count)
            for place in stride(from: 0, to: bytes.count, by: length) {
                Array(bytes[place..<min(place + length, bytes.count)]).withUnsafeBytes { hash.add($0) }
            }
            return hash.value
        }
        #expect(hash(start: 0) == ContentHash.of(bytes))
        #expect(hash(start: 1) != ContentHash.of(bytes))
    }

    @Test func sortedSplitsTakeTheFirst() {
        #expect(parts(10, 0.8, sorted: true) == ([0, 1, 2, 3, 4, 5, 6, 7], [8, 9]))
    }

    @Test func shuffledSplitsDependOnTheSeedOnly() {
        #expect(parts(100, 0.8, seed: 3) == parts(100, 0.8, seed: 3))
        #expect(parts(100, 0.8, seed: 3) != parts(100, 0.8, seed: 4))
        #expect(parts(100, 0.8, seed: 3).0 != Array(0..<80))
    }

    @Test func ordersArePermutationsThatDifferByEpochAndSeed() {
        let training = Array(stride(from: 1, to: 100, by: 2))
        let order = EpochDraw(seed: 1, epoch: 1).order(training)
        #expect(order.sorted() == training)
        #expect(order == EpochDraw(seed: 1, epoch: 1).order(training))
        #expect(order != EpochDraw(seed: 1, epoch: 2).order(training))
        #expect(order != EpochDraw(seed: 2, epoch: 1).order(training))
    }

    /// Runs can only be repeated later if these numbers never change.
    @Test func drawsAreFrozen() {
        #expect(EpochDraw(seed: 0, epoch: 1).order(Array(0..<8)) == Frozen.order)
        #expect((0..<8).map { EpochDraw(seed: 0, epoch: 1).isFlipped($0) } == Frozen.flips)
        #expect(parts(8, 0.75).0 == Frozen.split)
    }

    @Test func aboutHalfIsFlippedInEachEpoch() {
        for epoch in 1...4 {
            let count = (0..<1000).count { EpochDraw(seed: 7, epoch: epoch).isFlipped($0) }
            #expect((400...600).contains(count), "epoch \(epoch): \(count)")
        }
        let sample = (1...1000).count { EpochDraw(seed: 7, epoch: $0).isFlipped(3) }
        #expect((400...600).contains(sample), "sample 3: \(sample)")
    }

    private let shape = SampleShape(channels: 3, height: 2, width: 3)

    private func sample(_ name: String, _ mask: [UInt8]) -> Sample {
        Sample(name: name, file: name + ".png", picture: Array(0..<18), mask: mask)
    }

    private func flipping(_ data: DataSet, epoch: Int) throws -> Batch {
        let augmentation = EpochAugmentation(settings: .standard, draw: EpochDraw(seed: 0, epoch: epoch))
        return try BatchMaker(data: data, augmentation: augmentation).batch([0])
    }

    @Test func batchesAreScaledAndFlippedTogether() throws {
        let data = DataSet(
            shape: shape, samples: [sample("a", [1, 0, 0, 0, 0, 1])], split: 1, isSorted: true, seed: 0)
        let epoch = (0...).first { EpochDraw(seed: 0, epoch: $0).isFlipped(0) } ?? 0
        let plain = try BatchMaker(data: data).batch([0])
        #expect(plain.pictures == [(0..<18).map { Float($0) / 255 }])
        #expect(plain.targets == [[1, 0, 0, 0, 0, 1]])
        let flipped = try flipping(data, epoch: epoch)
        let expected = [2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, 17, 16, 15].map { Float($0) / 255 }
        #expect(flipped.pictures == [expected])
        #expect(flipped.targets == [[0, 0, 1, 1, 0, 0]])
    }

    @Test func producersDeliverInOrderAndStopEarly() throws {
        let samples = (0..<20).map { index in
            Sample(
                name: "\(index)", file: "", picture: Array(repeating: UInt8(index), count: 18),
                mask: [0, 0, 0, 0, 0, 1])
        }
        let data = DataSet(shape: shape, samples: samples, split: 1, isSorted: true, seed: 0)
        let batches = data.training.chunks(of: 3)
        #expect(batches.map(\.count) == [3, 3, 3, 3, 3, 3, 2])
        let producer = try BatchProducer(maker: BatchMaker(data: data), batches: batches)
        for (index, expected) in batches.enumerated() {
            let batch = try #require(try producer.next())
            #expect(batch.pictures.map { Int(($0[0] * 255).rounded()) } == expected, "batch \(index)")
        }
        #expect(try producer.next() == nil)
        let early = try BatchProducer(maker: BatchMaker(data: data), batches: batches)
        #expect(try early.next() != nil, "and it ends when it is let go")
    }

    @Test func foregroundIsRequired() {
        let empty = [Sample](repeating: sample("a", [0, 0, 0, 0, 0, 0]), count: 4) + [sample("z", [1, 1, 1, 1, 1, 1])]
        let data = DataSet(shape: shape, samples: empty, split: 0.8, isSorted: true, seed: 0)
        let text = message { try data.checkTrainable() }
        #expect(text.contains("no foreground at all in the masks of 4 training pictures"), "\(text)")
        let none = DataSet(
            shape: shape, samples: [sample("a", [1, 1, 1, 1, 1, 1])], split: 0.5, isSorted: true, seed: 0)
        #expect(message { try none.checkTrainable() }.contains("leaves none to train on"))
    }

    private func classData(_ masks: [[UInt8]], training: Int, ignore: Int? = 9) -> DataSet {
        let task = TrainingTask.classes(ClassRange(count: 3, ignore: ignore))
        let shape = SampleShape(channels: 3, height: 2, width: 3, task: task)
        let samples = masks.enumerated().map { sample("s\($0)", $1) }
        return DataSet(shape: shape, training: Array(samples[..<training]), testing: Array(samples[training...]))
    }

    @Test func classMapsAreFlippedAndFedTheirNumbers() throws {
        let void = ClassRange.void
        let data = classData([[0, 1, 2, void, 2, 2]], training: 1)
        let epoch = (0...).first { EpochDraw(seed: 0, epoch: $0).isFlipped(0) } ?? 0
        #expect(try BatchMaker(data: data).batch([0]).targets == [[0, 1, 2, 9, 2, 2]])
        let flipped = try flipping(data, epoch: epoch)
        #expect(flipped.targets == [[2, 1, 0, 2, 2, 9]])
    }

    @Test func givenSplitsAreKept() {
        let data = classData([[0, 1, 2, 0, 0, 0], [1, 1, 1, 1, 1, 0], [2, 1, 1, 1, 1, 0]], training: 2)
        #expect(data.training == [0, 1] && data.testing == [2])
    }

    @Test func whatIsMissingIsNoted() throws {
        let void = ClassRange.void
        let data = classData([[0, 1, 1, void, 0, 0], [1, 1, 1, 1, 1, 1]], training: 1)
        let names = try ClassNames(["sky", "road", "car"], task: data.shape.task)
        #expect(
            data.findings(names, pairs: [], map: nil).map { $0.words() } == [
                "class 2 (car) occurs in no training mask; the net cannot learn to find it",
                "class 0 (sky) occurs in no test mask; the mean IoU is that of the others, without it",
            ])
    }

    @Test func fingerprintsSeeEveryChange() {
        let samples = ["a", "b", "c", "d", "e"].map { sample($0, [1, 0, 0, 0, 0, 1]) }
        func fingerprint(_ samples: [Sample], split: Double = 0.8, seed: UInt64 = 0) -> String {
            DataSet(shape: shape, samples: samples, split: split, isSorted: false, seed: seed).fingerprint
        }
        var other = samples
        other[4].mask[0] = 0
        var renamed = samples
        renamed[0].name = "A"
        let all = [
            fingerprint(samples), fingerprint(other), fingerprint(renamed), fingerprint(samples, split: 0.6),
            fingerprint(samples, seed: 1),
        ]
        #expect(Set(all).count == all.count, "\(all)")
        #expect(fingerprint(samples) == fingerprint(samples))
    }

    @Test func picturesBecomePlanesAndBack() {
        let bitmap = Bitmap(width: 3, height: 2, channels: 3, pixels: (0..<18).map { UInt8($0) })
        let planes = SizedPicture.Samples.bytes(bitmap.pixels).planes(channels: 3, area: 6)
        let words = SizedPicture.Samples.words(bitmap.pixels.map { UInt16($0) }).planes(channels: 3, area: 6)
        guard case .bytes(let planes) = planes, case .words(let deep) = words else { return }
        #expect(deep == planes.map { UInt16($0) })
        #expect(planes == [0, 3, 6, 9, 12, 15, 1, 4, 7, 10, 13, 16, 2, 5, 8, 11, 14, 17])
        #expect(Bitmap(planes: planes, shape: shape) == bitmap)
    }

    @Test(
        arguments: [([255, 255, 255], 255), ([255, 0, 0], 76), ([0, 255, 0], 150), ([0, 0, 255], 29)]
            as [([UInt8], UInt8)])
    func grayIsPillowsLuma(rgb: [UInt8], gray: UInt8) {
        #expect(Bitmap(width: 1, height: 1, channels: 3, pixels: rgb).luma().pixels == [gray])
    }
}

private enum Frozen {
    static let order = [3, 5, 6, 0, 4, 7, 2, 1]
    static let flips = [false, true, false, false, true, true, true, true]
    static let split = [4, 1, 5, 7, 0, 2]
}
