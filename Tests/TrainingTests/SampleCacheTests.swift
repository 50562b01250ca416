import Glibc
import Imaging
import Testing

@testable import Training

/// What does not fit into memory is read again, gives the same numbers, and is watched.
@Suite struct SampleCacheTests {
    private let shape = SampleShape(channels: 3, height: 16, width: 16)

    private func folder(_ count: Int = 6) throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for index in 0..<count {
            try folder.writePicture("images/p\(index).png", width: 20 + index, red: UInt8(40 + index))
            try folder.writeMask("masks/p\(index).png", left: 255, right: 0, width: 20 + index)
        }
        return folder
    }

    private func load(_ folder: TestFolder, cache: Int) throws -> DataSet {
        try DataSet.load(
            DataSettings(folder: folder.path), .training, shape: shape, seed: 0, threads: 2, isStrict: false,
            cache: SampleCache(limit: cache), console: Console(isQuiet: true)
        ).data
    }

    @Test func samplesAreTheSameFromMemoryAndFromFiles() throws {
        let folder = try folder()
        let all = try load(folder, cache: 1 << 20)
        #expect(all.keptCount == 6 && all.cacheText == "6.0 KiB of pictures in memory")
        for kept in [0, 1, 4] {
            let some = try load(folder, cache: kept * 1024 + 1023)
            #expect(some.keptCount == kept)
            #expect(some.cacheText.hasPrefix("\(kept) of 6 pictures in memory, "), "\(some.cacheText)")
            #expect(some.fingerprint == all.fingerprint && some.training == all.training)
            #expect(some.samples.map(\.classes) == all.samples.map(\.classes))
            for index in 0..<6 { #expect(try some.sample(index) == all.sample(index), "\(index), \(kept) kept") }
        }
    }

    @Test func changedFilesAreNamed() throws {
        let folder = try folder()
        let data = try load(folder, cache: 1024)
        try folder.writePicture("images/p1.png", width: 21, red: 200)
        let changed = message { _ = try data.sample(1) }
        #expect(changed.contains("images/p1.png: the file holds another picture than at the start"), "\(changed)")
        #expect(changed.contains("continue with --resume"), "\(changed)")
        try folder.writeMask("masks/p2.png", left: 0, right: 255, width: 22)
        let mask = message { _ = try data.sample(2) }
        #expect(mask.contains("masks/p2.png: the file holds another mask than at the start"), "\(mask)")
        unlink(folder.file("images/p3.png"))
        let gone = message { _ = try data.sample(3) }
        #expect(gone.contains("images/p3.png: the file could be read at the start and now"), "\(gone)")
        #expect(gone.contains("No such file"), "\(gone)")
        unlink(folder.file("images/p0.png"))
        #expect(try data.sample(0).name == "p0", "what is in memory does not need its file")
        try folder.writePicture("images/p4.png", width: 24, red: 44)
        #expect(try data.sample(4).name == "p4", "written again with the same content")
    }

    @Test(arguments: [1, 2, 3, 8])
    func producersDeliverInOrderWhateverTheirThreads(threads: Int) throws {
        let folder = try folder()
        var data = try load(folder, cache: 3 * 1024)
        let augmentation = EpochAugmentation(
            settings: try AugmentationSettings(parsing: "paper,noise=0.1"), draw: EpochDraw(seed: 3, epoch: 1))
        let maker = BatchMaker(data: data, augmentation: augmentation)
        let batches = (0..<40).map { [$0 % 6, ($0 * 5 + 1) % 6, $0 * $0 % 6] }
        let expected = try batches.map { try maker.batch($0).pictures }
        data.threads = threads
        let producer = try BatchProducer(
            maker: BatchMaker(data: data, augmentation: augmentation), batches: batches)
        for (index, pictures) in expected.enumerated() {
            let same = try producer.next()?.pictures == pictures
            #expect(same, "batch \(index)")
        }
        #expect(try producer.next() == nil)
        #expect(producer.waited > 0)
    }

    @Test func producersFailAtTheBatchThatNeedsTheFile() throws {
        let folder = try folder()
        var data = try load(folder, cache: 0)
        data.threads = 3
        unlink(folder.file("images/p4.png"))
        unlink(folder.file("images/p5.png"))
        let producer = try BatchProducer(maker: BatchMaker(data: data), batches: [[0, 1], [2, 3], [4, 5], [0, 1]])
        for _ in 0..<2 { #expect(try producer.next()?.pictures.count == 2) }
        let text = message { _ = try producer.next() }
        #expect(text.contains("p4.png"), "the first of the batch: \(text)")
    }

    @Test(arguments: [("0", 0), ("1000", 1000), ("3K", 3072), ("512M", 512 << 20), ("2g", 2 << 30)])
    func sizesAreRead(text: String, bytes: Int) throws {
        #expect(try SampleCache(parsing: text).limit == bytes)
    }

    @Test(arguments: ["", "G", "-1", "1.5G", "2GB", "99999999999T"])
    func sizesThatMakeNoSenseAreRefused(text: String) {
        let found = message { _ = try SampleCache(parsing: text) }
        #expect(found.contains("--cache \"\(text)\": expected bytes with K, M, G or T"), "\(found)")
    }

    @Test func theStandardIsHalfOfWhatIsFree() {
        #expect(SampleCache.standard.limit > 10 << 20)
    }
}
