import Base
import FileAccess
import Imaging
import Testing
import TrainerTestSupport

import Platform

@testable import DataSets
@testable import Predictions
@testable import Recipes
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// Pictures of any number of channels, and what nets are fed of their numbers.
@Suite struct BandsTests {
    private static let bands = 5

    /// Eleven pictures of five bands, of which the last one shows the object.
    private func pictures(
        _ format: (HandmadeTIFF) -> HandmadeTIFF.Samples = { $0.samples }, isPaged: Bool = false
    ) throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for index in 0..<11 {
            var random = SplitMix64(seed: 5, UInt64(index))
            var mask = Bitmap(width: 16, height: 16, channels: 1)
            var numbers = (0..<256 * Self.bands).map { _ in UInt8(random.index(below: 120)) }
            for pixel in 0..<256 where pixel % 16 > 4 + index % 3 && pixel / 16 > 5 {
                numbers[pixel * Self.bands + Self.bands - 1] += 100
                mask[pixel % 16, pixel / 16] = 255
            }
            var file = HandmadeTIFF(
                width: 16, height: 16, bands: Self.bands, samples: .bytes(numbers), isPaged: isPaged)
            file.samples = format(file)
            try folder.write("images/p\(index).tif", file.bytes)
            try mask.writePNG(to: folder.file("masks/p\(index).png"))
        }
        return folder
    }

    private static func words(_ file: HandmadeTIFF) -> HandmadeTIFF.Samples {
        guard case .bytes(let bytes) = file.samples else { return file.samples }
        return .words(bytes.map { 16 * UInt16($0) })
    }

    private static func floats(_ file: HandmadeTIFF) -> HandmadeTIFF.Samples {
        guard case .bytes(let bytes) = file.samples else { return file.samples }
        return .floats(bytes.map { Float($0) / 10 - 4 })
    }

    private func load(
        _ data: TestFolder, _ rule: NormalizationSetting = .range, cache: Int = .max, channels: Int = bands
    ) throws -> (data: DataSet, findings: DataFindings) {
        var settings = DataSettings(folder: data.path, isSorted: true)
        settings.normalizationSetting = rule
        let loaded = try DataSet.load(
            settings, .training, shape: SampleShape(channels: channels, height: 16, width: 16), seed: 0, threads: 3,
            isStrict: true, cache: SampleCache(limit: cache), console: Console(isQuiet: true))
        return (loaded.data, try #require(loaded.findings))
    }

    /// The numbers of a file, band by band.
    private func numbers(_ index: Int, _ format: (HandmadeTIFF) -> HandmadeTIFF.Samples) throws -> [[Double]] {
        var random = SplitMix64(seed: 5, UInt64(index))
        var bytes = (0..<256 * Self.bands).map { _ in UInt8(random.index(below: 120)) }
        for pixel in 0..<256 where pixel % 16 > 4 + index % 3 && pixel / 16 > 5 {
            bytes[pixel * Self.bands + Self.bands - 1] += 100
        }
        let all: [Double] =
            switch format(HandmadeTIFF(width: 16, height: 16, bands: Self.bands, samples: .bytes(bytes))) {
            case .bytes(let bytes): bytes.map(Double.init)
            case .words(let words): words.map(Double.init)
            case .floats(let floats): floats.map(Double.init)
            }
        return (0..<Self.bands).map { band in stride(from: band, to: all.count, by: Self.bands).map { all[$0] } }
    }

    private func moments(_ numbers: [Double]) -> (mean: Double, deviation: Double) {
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        return (mean, (numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)).squareRoot())
    }

    fileprivate static let formats: [(String, @Sendable (HandmadeTIFF) -> HandmadeTIFF.Samples)] = [
        ("bytes", { $0.samples }), ("words", { words($0) }), ("floats", { floats($0) }),
    ]

    // MARK: Commands

    /// Of all that a net of five channels can be asked.
    @Test(arguments: [false, true], NormalizationSetting.allCases)
    func fiveBandsTrainTestAndPredict(isPaged: Bool, rule: NormalizationSetting) throws {
        let data = try pictures(isPaged: isPaged)
        let model = try PixelModel.load(["CHANNELS=5", "TILED"])
        let run = data.file("run")
        try TinyRuns.run(
            [
                "train", "--data", data.path, "--out", run, "--epochs", "2", "--quiet", "--normalize", rule.rawValue,
                "--show-bands", "5,1,2", "--augment", "flip,rotate=10,brightness=0.1,noise=0.02",
            ], model: model)
        try TinyRuns.run(["evaluate", "--run", run], model: model)
        let predict = ["predict", "--run", run, data.file("images"), "--overlay"]
        try TinyRuns.run(predict + ["--out", data.file("whole")], model: model)
        try TinyRuns.run(predict + ["--tiles", "--out", data.file("tiles")], model: model)
        for index in 0..<11 {
            let name = "p\(index).png"
            #expect(
                try decodeMask(path: data.file("whole/\(name)")) == decodeMask(path: data.file("tiles/\(name)")),
                "the net's size is the picture's own")
        }
        #expect(FileSystem.isFile(run + "/samples.png"))
    }

    @Test func otherNumbersOfBandsAreNamed() throws {
        let data = try pictures()
        let words = message { _ = try load(data, channels: 3) }
        #expect(words.contains("has 5 bands (multi-band TIFF), expected 3 for the net's input"), "\(words)")
        #expect(words.contains("compile the net with [5, height, width]"), "\(words)")
    }

    // MARK: Numbers

    @Test(arguments: BandsTests.formats.indices, [0, Int.max])
    func numbersAreThoseOfTheFile(format: Int, cache: Int) throws {
        let make = Self.formats[format].1
        let data = try pictures(make)
        let (set, _) = try load(data, .none, cache: cache)
        for index in [0, 4, 10] {
            let place = try #require(set.samples.firstIndex { $0.name == "p\(index)" })
            let fed = try set.sample(place).picture.fed(channels: Self.bands)
            let expected = try numbers(index, make).flatMap { $0 }
            #expect(zip(fed, expected).allSatisfy { abs(Double($0) - $1) < 1e-3 }, "\(Self.formats[format].0)")
        }
    }

    /// By the sums of the training part, which other programs make as well.
    @Test(arguments: BandsTests.formats.indices)
    func meansAreThoseOfTheTrainingPart(format: Int) throws {
        let make = Self.formats[format].1
        let data = try pictures(make)
        let (set, _) = try load(data, .meanStd)
        let names = set.training.map { set.samples[$0].name }
        let training = try names.map { try numbers(try #require(Int($0.dropFirst())), make) }
        let first = try set.sample(set.training[0])
        let fed = first.picture.fed(channels: Self.bands)
        for band in 0..<Self.bands {
            let (mean, deviation) = moments(training.flatMap { $0[band] })
            for pixel in 0..<256 {
                let expected = (training[0][band][pixel] - mean) / deviation
                #expect(abs(Double(fed[band * 256 + pixel]) - expected) < 1e-4)
            }
        }
        guard case .scales(let scales) = set.normalization else { return }
        #expect(scales.count == Self.bands)
        #expect(Normalization(set.normalization.description) == set.normalization)
    }

    @Test(arguments: BandsTests.formats.indices, [0, Int.max])
    func eachPictureHasItsOwn(format: Int, cache: Int) throws {
        let make = Self.formats[format].1
        let data = try pictures(make)
        let (set, _) = try load(data, .perPicture, cache: cache)
        for index in [1, 7] {
            let place = try #require(set.samples.firstIndex { $0.name == "p\(index)" })
            let fed = try set.sample(place).picture.fed(channels: Self.bands)
            for (band, mine) in try numbers(index, make).enumerated() {
                let (mean, deviation) = moments(mine)
                #expect(
                    (0..<256).allSatisfy { abs(Double(fed[band * 256 + $0]) - (mine[$0] - mean) / deviation) < 1e-4 })
            }
        }
    }

    /// Gray is luma, a picture of one number has nothing to spread, and large means lose nothing.
    @Test func momentsAreThoseOfWhatTheNetIsFed() {
        var luma = PictureMoments(channels: 1)
        let colours: [UInt8] = [10, 20, 30, 200, 100, 50]
        colours.withUnsafeBufferPointer { luma.take(.bytes($0)) }
        let expected = moments([Double(Bitmap.luma(UInt8(10), 20, 30)), Double(Bitmap.luma(UInt8(200), 100, 50))])
        #expect(luma.channels[0].mean == expected.mean && abs(luma.channels[0].deviation - expected.deviation) < 1e-12)
        var plain = PictureMoments(channels: 2)
        [Float](repeating: 1e6, count: 64).withUnsafeBufferPointer { plain.take(.floats($0)) }
        #expect(ChannelScale(plain.channels[1], span: .units).deviation == 1)
        var large = Moments()
        for piece in 0..<100 {
            var numbers = PictureMoments(channels: 2)
            (0..<20).map { Float(4_000_000 + ($0 + piece) % 2) }.withUnsafeBufferPointer { numbers.take(.floats($0)) }
            large.add(numbers.channels[0])
            large.add(numbers.channels[1])
        }
        #expect(abs(large.mean - 4_000_000.5) < 1e-6 && abs(large.deviation - 0.5) < 1e-9)
    }

    @Test(arguments: ["range", "none", "per-picture", "mean-std 0.25:0.125,0.5:0.0625"])
    func rulesReadBack(text: String) throws {
        let rule = try #require(Normalization(text))
        #expect(rule.description == text)
        var settings = DataSettings(folder: "/d", range: .full)
        settings.normalizationSetting = try NormalizationSetting(parsing: String(text.split(separator: " ")[0]))
        (settings.normalization, settings.pages, settings.shownBands) = (rule, .first, ShownBands("4,3,2"))
        let metadata = Dictionary(uniqueKeysWithValues: settings.metadata)
        #expect(try DataSettings(RecordFields(metadata: metadata, path: "c")) == settings)
    }

    @Test(arguments: ["", "mean-std", "mean-std 1:0", "mean-std 1", "range 1", "none,range", "mean-std 1:2,"])
    func otherRulesAreNone(text: String) { #expect(Normalization(text) == nil) }

    @Test(arguments: ["", "1,2", "0,1,2", "1,2,3,4", "a", "1,,2", "-1"])
    func otherBandsAreNone(text: String) { #expect(ShownBands(text) == nil) }

    /// Runs of earlier versions fed numbers from 0 to 1.
    @Test func earlierRunsAreFedWhatTheyWere() throws {
        var metadata = Dictionary(uniqueKeysWithValues: DataSettings(folder: "/d", range: .full).metadata)
        for key in ["normalize", "normalize_numbers", "pages", "show_bands"] { metadata[key] = nil }
        let settings = try DataSettings(RecordFields(metadata: metadata, path: "c"))
        #expect(settings.normalization == .range && settings.pages == .automatic)
    }

    // MARK: Augmentation

    /// Any number of channels is moved as each alone.
    @Test func channelsMoveTogether() throws {
        let data = try pictures()
        let (set, _) = try load(data)
        let settings = AugmentationSettings(flip: true, vflip: true, rotate: 20, shift: 0.1)
        for epoch in 1...3 {
            let draw = EpochDraw(seed: 1, epoch: epoch)
            let maker = BatchMaker(data: set, augmentation: EpochAugmentation(settings: settings, draw: draw))
            let all = try maker.item(2).picture
            for band in 0..<Self.bands {
                var gray = set
                gray.shape.channels = 1
                gray.samples = try set.samples.indices.map { index in
                    let sample = try set.sample(index)
                    guard case .bytes(let bytes) = sample.picture.samples else { return set.samples[index] }
                    return StoredSample(
                        Sample(
                            name: sample.name, file: sample.file,
                            picture: Array(bytes[band * 256..<(band + 1) * 256]), mask: sample.mask))
                }
                let alone = try BatchMaker(data: gray, augmentation: maker.augmentation).item(2).picture
                #expect(Array(all[band * 256..<(band + 1) * 256]) == alone, "band \(band)")
            }
        }
    }
}

/// Pictures that have one file a channel.
@Suite struct ChannelFilesTests {
    /// Eleven pictures of two channels, the second of which shows the object.
    private func pictures(_ names: ChannelNames) throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for index in 0..<11 {
            var random = SplitMix64(seed: 9, UInt64(index))
            var mask = Bitmap(width: 16, height: 16, channels: 1)
            var planes = names.channels.map { _ in Bitmap(width: 16, height: 16, channels: 1) }
            for y in 0..<16 {
                for x in 0..<16 {
                    for place in planes.indices { planes[place][x, y] = UInt8(random.index(below: 120)) }
                    guard x > 4 + index % 3 && y > 5 else { continue }
                    planes[planes.count - 1][x, y] += 100
                    mask[x, y] = 255
                }
            }
            for (channel, plane) in zip(names.channels, planes) {
                let end = channel.fileExtension ?? ".png"
                try plane.writePNG(to: folder.file("images/\(channel.prefix)p\(index)\(channel.suffix)\(end)"))
            }
            try mask.writePNG(to: folder.file("masks/p\(index).png"))
        }
        return folder
    }

    /// nnU-Net's names are found, others are told; both are remembered.
    @Test(arguments: [nil, "red={}_R.png,nir=N-{}.png"])
    func twoFilesArePictures(told: String?) throws {
        let names = try #require(told.map { ChannelNames($0) } ?? ChannelNames(numbered: 2))
        let data = try pictures(names)
        let model = try PixelModel.load(["CHANNELS=2", "TILED"])
        let run = data.file("run")
        try TinyRuns.run(
            ["train", "--data", data.path, "--out", run, "--epochs", "3", "--quiet"]
                + (told.map { ["--channels", $0] } ?? []), model: model)
        try TinyRuns.run(["evaluate", "--run", run], model: model)
        let predict = ["predict", "--run", run, data.file("images"), "--overlay"]
        try TinyRuns.run(predict + ["--out", data.file("whole")], model: model)
        try TinyRuns.run(predict + ["--tiles", "--out", data.file("tiles")], model: model)
        let expected = (0..<11).map { "p\($0).png" }.sorted()
        #expect(try FileSystem.names(in: data.file("whole")).filter { $0 != "overlays" } == expected)
        for name in expected {
            #expect(try decodeMask(path: data.file("whole/\(name)")) == decodeMask(path: data.file("tiles/\(name)")))
        }
    }

    @Test func channelsThatAreMissingOrUnlikeAreNamed() throws {
        let data = try pictures(ChannelNames(numbered: 2))
        #expect(unlink(data.file("images/p3_0001.png")) == 0)
        try Bitmap(width: 17, height: 16, channels: 1).writePNG(to: data.file("images/p5_0001.png"))
        let settings = DataSettings(folder: data.path)
        let words = message {
            _ = try DataSet.load(
                settings, .training, shape: SampleShape(channels: 2, height: 16, width: 16), seed: 0, threads: 2,
                isStrict: true, console: Console(isQuiet: true))
        }
        #expect(words.contains("p3_0000.png: has no p3_0001.png beside it"), "\(words)")
        #expect(words.contains("p5_0001.png: has 17 x 16 pixels of gray PNG, expected those of "), "\(words)")
    }

    /// Frames of a film are numbered as well, and each of them is a picture.
    @Test func numberedFramesAreNoChannels() throws {
        let folder = try TestFolder()
        for name in ["images", "masks"] {
            try folder.folder(name)
            for index in 0..<3 {
                try Bitmap(width: 16, height: 16, channels: 1, fill: UInt8(index))
                    .writePNG(to: folder.file("\(name)/film_000\(index).png"))
            }
        }
        let pairing = try SamplePairing(
            listing: DataFolders(pictures: folder.file("images"), masks: folder.file("masks")))
        #expect(pairing.pairs.count == 3 && pairing.channels == nil)
    }

    @Test(arguments: ["red={}_R.tif,nir={}_N.tif", "0={}_0000,1={}_0001", "a=x-{}.png,b=y-{}.png"])
    func namesReadBack(text: String) throws { #expect(ChannelNames(text)?.description == text) }

    @Test(arguments: ["", "a", "{}", "={}_R", "a={}_R,b={}_R", "{}{}", "a={}_R,", "x/{}_R"])
    func otherNamesAreNone(text: String) {
        #expect(text == "{}" ? ChannelNames(text) != nil : ChannelNames(text) == nil, "\(text)")
    }

    @Test func namesAreTakenApart() throws {
        let names = try #require(ChannelNames("red={}_R.tif,nir=N-{}.tif"))
        #expect(names.files(of: "/a b/x.y_R.tif") == ["/a b/x.y_R.tif", "/a b/N-x.y.tif"])
        #expect(names.files(of: "x_R.png") == nil && names.files(of: "_R.tif") == nil)
        let numbered = ChannelNames(numbered: 12)
        #expect(numbered.files(of: "p_0000.TIF")?.last == "p_0011.TIF")
        #expect(numbered.core(of: "p_0007.tif", channel: 7) == "p")
    }
}
