import Base
import Imaging
import Platform
import Runtime
import Synchronization
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Recipes
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

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

    /// A picture changes while a run that keeps none in memory is under way.
    @Test func runsEndWhenAFileChanges() throws {
        let folder = try folder()
        let output = folder.file("run")
        let arguments = ["trainer", "train", "--data", folder.path, "--out", output, "--cache", "0", "--quiet"]
        let model = try PixelModel.load()
        let found = Mutex("")
        func train(_ more: [String]) throws {
            try perform(parse(arguments + more), TrainerContext(model: model, arguments: arguments))
        }
        let thread = try PosixThread {
            let text = message {
                try perform(
                    parse(arguments + ["--epochs", "100000"]), TrainerContext(model: model, arguments: arguments))
            }
            found.withLock { $0 = text }
        }
        while !FileSystem.isFile(output + "/checkpoint.safetensors") { usleep(1000) }
        try folder.writePicture("images/p1.png", width: 21, red: 200)
        thread.join()
        let text = found.withLock { $0 }
        #expect(text.contains("images/p1.png: the file holds another picture than at the start"), "\(text)")
        let done = try Checkpoint(path: output + "/checkpoint.safetensors").record(for: model).progress.epoch
        try folder.writePicture("images/p1.png", width: 21, red: 41)
        try train(["--resume", "--epochs", "\(done + 1)"])
        #expect(try Checkpoint(path: output + "/checkpoint.safetensors").record(for: model).progress.epoch == done + 1)
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

    /// The net comes first, the rest is halved between pictures that are kept and decoding, which always gets a little.
    @Test(
        arguments: [
            (1000, nil, 200, 400, 400), (1000, 500, 200, 150, 150), (100, 500, 20, 40, 40), (1000, 500, 499, 0, 4),
            (1000, 100, 200, 0, 4), (0, nil, 0, 0, 4), (1000, -20, 10, 0, 4),
        ] as [(Int, Int?, Int, Int, Int)])
    func memoryIsShared(free: Int, budget: Int?, net: Int, cache: Int, decoding: Int) {
        let shares = MemoryShares(free: free << 20, budget: budget.map { $0 << 20 }, net: net << 20)
        #expect(shares.cache.limit >> 20 == cache && shares.decoding >> 20 == decoding)
        #expect(shares.supervisor.most == shares.decoding)
        #expect(MemoryShares(budget: nil, net: 0, threads: 2).cache.limit > 10 << 20)
    }

    /// What cannot be decoded within the share is named, and left out as what cannot be read is.
    @Test func picturesThatAreTooLargeAreNamed() throws {
        let folder = try folder()
        var shares = MemoryShares(free: 1 << 30, budget: nil, net: 0)
        shares.decoding = 1000
        let text = message {
            _ = try DataSet.load(
                DataSettings(folder: folder.path), .training, shape: shape, seed: 0, threads: 2, isStrict: false,
                shares: shares, console: Console(isQuiet: true))
        }
        #expect(text.contains("p0.png: takes 1 MiB to decode, which is more than the 0 MiB that are left"), "\(text)")
    }

    /// Wherever a signal finds the decoders, they end, and no file is blamed.
    @Test(arguments: [0, 1, 5, 20])
    func decodingEndsWhenAskedTo(questions: Int) throws {
        let folder = try folder()
        let asked = Atomic(0)
        let supervisor = DecodingSupervisor(isCancelled: {
            asked.wrappingAdd(1, ordering: .relaxed).oldValue >= questions
        })
        let loading = SampleLoading(
            shape: shape, threads: 3, cache: SampleCache(limit: 0), decoding: DecodingOptions(supervisor: supervisor))
        let layout = try DataLayout.recognize(folder: folder.path, pictures: nil, masks: nil, needsMasks: true)
        #expect(throws: Interrupted.self) { try loading.load(layout, map: nil) }
        var data = try load(folder, cache: 0)
        data.reader?.decoding.supervisor = supervisor
        let producer = try BatchProducer(maker: BatchMaker(data: data), batches: [[0, 1, 2], [3, 4, 5]])
        #expect(throws: Interrupted.self) { try producer.next() }
    }

    /// What memory has no room for is drawn again: the same bits, however large the net's pictures are.
    @Test func drawingsNeedNotBeKept() throws {
        let folder = try TestFolder()
        for (run, cache) in [("kept", "1G"), ("drawn", "0"), ("some", "100K")] {
            try TinyRuns.run(["train", "--out", folder.file(run), "--quiet", "--epochs", "1", "--cache", cache])
            #expect(
                bytes(folder.file("kept/checkpoint.safetensors")) == bytes(folder.file(run + "/checkpoint.safetensors"))
            )
        }
    }
}
