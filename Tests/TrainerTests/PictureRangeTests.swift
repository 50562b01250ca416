import Base
import Imaging
import Testing
import TrainerTestSupport

@testable import DataDoctor
@testable import DataSets
@testable import Predictions
@testable import Recipes
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// Pictures of 10 to 16 bits stay as deep as their files, and what becomes 0 and 1 is the same in all commands.
@Suite struct PictureRangeTests {
    private let shape = SampleShape(channels: 1, height: 16, width: 16)

    /// Gray pictures of 16 bits, in which number `n` of a picture is `first + step * n`, with masks of two halves.
    private func folder(_ count: Int = 10, first: Int = 0, step: Int = 16, bits: Int = 16) throws -> DoctorFolder {
        let data = try DoctorFolder(count)
        for index in 1...count { try write(data, index, first: first + index, step: step, bits: bits) }
        return data
    }

    private func write(_ data: DoctorFolder, _ index: Int, first: Int, step: Int, bits: Int = 16) throws {
        let samples = (0..<256).map { UInt16(clamping: first + step * $0) }
        let file = HandmadePNG(width: 16, height: 16, bits: bits, samples: samples)
        try data.folder.write("images/p\(index < 10 ? "0" : "")\(index).png", file.bytes)
    }

    private func load(
        _ data: DoctorFolder, range: String = "auto", known: PictureRange? = nil, cache: Int = .max, channels: Int = 1,
        selection: DataSet.Selection = .training
    ) throws -> (data: DataSet, findings: DataFindings) {
        var settings = DataSettings(folder: data.folder.path, isSorted: true)
        settings.rangeSetting = try RangeSetting(parsing: range)
        settings.range = known
        var shape = shape
        shape.channels = channels
        let loaded = try DataSet.load(
            settings, selection, shape: shape, seed: 0, threads: 2, isStrict: true, cache: SampleCache(limit: cache),
            console: Console(isQuiet: true))
        return (loaded.data, try #require(loaded.findings))
    }

    /// The numbers of the first picture of `folder()`, as fractions.
    private func numbers(over high: Float) -> [Float] {
        (0..<256).map { (place: Int) -> Float in Float(1 + 16 * place) / high }
    }

    // MARK: Settings

    @Test(arguments: ["auto", "full", "0-4095", "120-121", "p1-p99", "p0.5-p99.5", "p0-p100"])
    func settingsReadBack(text: String) throws {
        #expect(try RangeSetting(parsing: text).description == text)
        let settings = DataSettings(folder: "/d", rangeSetting: try RangeSetting(parsing: text), range: .full)
        let metadata = Dictionary(uniqueKeysWithValues: settings.metadata)
        #expect(try DataSettings(RecordFields(metadata: metadata, path: "c")) == settings)
    }

    @Test(arguments: [
        "", "all", "5", "9-5", "5-5", "0-65536", "-1-5", "p1", "p9-p1", "p1-99", "p1-p101", "1-2-3", "pa-pb",
    ])
    func settingsThatMeanNothingAreExplained(text: String) {
        let words = message { _ = try RangeSetting(parsing: text) }
        #expect(words.contains("--range \"\(text)\": expected auto, full, two numbers"), "\(words)")
    }

    @Test(arguments: ["high-bytes", "0-255/0-4095", "10-20/0-65535", "0-255/0-65535/-0.5..2", "0-255/0-4095/1-2"])
    func rangesReadBack(text: String) throws {
        #expect(PictureRange(text)?.description == text)
    }

    @Test(arguments: ["", "0-255", "0-256/0-4095", "0-255/9-3", "0-255/0-4095/1-2/3-4", "0-255/0-4095/2..1"])
    func otherRangesAreNone(text: String) { #expect(PictureRange(text) == nil) }

    // MARK: Numbers

    /// What 8 bits hold is fed as ever, to the bit.
    @Test func bytesKeepTheirBits() {
        let planes = PicturePlanes((0...255).map { UInt8($0) })
        let fractions = (0...255).map { (number: Int) -> Float in Float(number) / 255 }
        #expect(planes.units == fractions)
        #expect(planes.shown == Array(0...255))
        #expect(planes.sum(0..<256) == 32640)
    }

    @Test func whatLiesOutsideIsCut() {
        let planes = PicturePlanes(.words([0, 100, 150, 200, 65535]), span: NumberSpan(low: 100, high: 200))
        #expect(planes.units == [0, 0, 0.5, 1, 1])
        #expect(planes.shown == [0, 0, 128, 255, 255])
        #expect(planes.sum(0..<5) == 250)
    }

    /// Resized, mirrored and turned pictures are those of the same numbers in 8 bits.
    @Test(arguments: ["", "flip", "vflip,rotate=30", "contrast=0.5,brightness=0.2"])
    func augmentationsWorkOnAllBits(text: String) throws {
        let settings = text.isEmpty ? AugmentationSettings() : try AugmentationSettings(parsing: text)
        let bytes = (0..<256).map { UInt8($0 * 37 % 256) }
        func item(_ planes: PicturePlanes) -> [Float] {
            let sample = Sample(name: "a", file: "a", picture: planes, mask: [UInt8](repeating: 1, count: 256))
            let data = DataSet(shape: shape, training: [sample], testing: [])
            let augmentation = EpochAugmentation(settings: settings, draw: EpochDraw(seed: 1, epoch: 3))
            let maker = BatchMaker(data: data, augmentation: augmentation)
            return maker.item(
                sample,
                augmentation.augmentation(
                    of: 0, space: augmentation.space(of: 0, size: PictureSize(width: 16, height: 16)),
                    mean: { shape.mean(of: sample.picture) })
            ).picture
        }
        let plain = item(PicturePlanes(bytes))
        #expect(plain == item(PicturePlanes(.words(bytes.map { UInt16($0) }), span: .bytes)))
        let deep = item(PicturePlanes(.words(bytes.map { 257 * UInt16($0) })))
        #expect(zip(plain, deep).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    // MARK: Data sets

    struct Auto: Sendable {
        var first: Int
        var step: Int
        var bits = 16
        var range: String
    }

    /// By the first eight of ten pictures, which train.
    @Test(
        arguments: [
            Auto(first: 0, step: 16, range: "0-255/1-4088"), Auto(first: 32000, step: 4, range: "0-255/32001-33028"),
            Auto(first: 0, step: 256, range: "0-255/0-65535"), Auto(first: 0, step: 0, range: "0-255/1-8"),
            Auto(first: 0, step: 1, bits: 8, range: "0-255/0-65535"),
        ])
    func automaticRangesAreThoseOfTheTrainingPictures(auto: Auto) throws {
        let data = try folder(first: auto.first, step: auto.step, bits: auto.bits)
        for cache in [0, .max] {
            let (set, findings) = try load(data, cache: cache)
            #expect(set.range.description == auto.range && findings.range == set.range)
        }
    }

    @Test func allBitsReachTheNet() throws {
        let (set, _) = try load(folder())
        let picture = try set.sample(0).picture
        #expect(Set(picture.units).count == 256)
        #expect(picture.units.first == 0 && picture.units.allSatisfy { (0...1).contains($0) })
        let full = try load(folder(), range: "full").data.sample(0).picture
        #expect(full.units == numbers(over: 65535))
        let given = try load(folder(), range: "0-4095").data.sample(0).picture
        #expect(given.units == numbers(over: 4095))
        // Earlier runs were fed 16 levels of them.
        let earlier = try load(folder(), known: .highBytes).data.sample(0).picture
        #expect(Set(earlier.units).count == 16 && earlier.units[255] == Float(15) / 255)
    }

    @Test func percentilesLeaveOutTheFew() throws {
        let data = try folder()
        try write(data, 3, first: 65535, step: 0)
        let (all, _) = try load(data)
        #expect(all.range == .full, "one picture is white")
        let (most, _) = try load(data, range: "p10-p80")
        guard case .spans(let bytes, let words, _) = most.range else { return }
        #expect(bytes == .bytes && words.low < 700 && (3300...4095).contains(words.high), "\(most.range)")
        for threads in [1, 5] {
            var again = try load(data, cache: 0).data
            again.threads = threads
            try again.settleRange(RangeSetting(parsing: "p10-p80"), pairs: [])
            #expect(again.range == most.range)
        }
    }

    @Test func testPicturesHaveNoSay() throws {
        let data = try folder()
        let before = try load(data).data.range
        try write(data, 10, first: 60000, step: 1)
        #expect(try load(data).data.range == before)
    }

    @Test func depthsMayBeMixed() throws {
        let data = try folder()
        for index in 1...4 { try write(data, index, first: 0, step: 1, bits: 8) }
        let (set, findings) = try load(data)
        #expect(try set.sample(0).picture.shown.first == 0)
        #expect(try set.sample(0).picture.span == .bytes)
        #expect(try Set(set.sample(7).picture.units).count == 256)
        #expect(findings.text.contains(", 16 bits from 5 to 4088"), "\(findings.text)")
        let found = try data.diagnosis()
        #expect(
            found.words(.mixedDepths).hasPrefix("6 of the pictures have 16 bits and 4 have 8 bits"), "\(found.text)")
    }

    @Test func numbersHaveToExist() throws {
        let words = message { _ = try load(folder(step: 1, bits: 8), range: "0-4095") }
        #expect(words.contains("--range 0-4095: the pictures have 8 bits"), "\(words)")
        #expect(try load(folder(step: 1, bits: 8), range: "10-90").data.range.description == "10-90/10-90")
    }

    @Test func everyBitIsPartOfTheContent() throws {
        let data = try folder()
        let (set, _) = try load(data, cache: 0)
        let before = set.fingerprint
        try write(data, 2, first: 2, step: 16)
        _ = try set.sample(1)
        var samples = (0..<256).map { UInt16(2 + 16 * $0) }
        samples[40] += 1
        try data.folder.write("images/p02.png", HandmadePNG(width: 16, height: 16, bits: 16, samples: samples).bytes)
        #expect(message { _ = try set.sample(1) }.contains("holds another picture than at the start"))
        #expect(try load(data).data.fingerprint != before)
        #expect(try load(folder(), range: "full").data.fingerprint != before, "another range is other data")
    }

    @Test func deepPicturesCountTwice() throws {
        let data = try folder()
        // A picture of two bytes a pixel and a mask of one.
        for kept in [0, 3, 10] {
            let (set, _) = try load(data, cache: kept * 768 + 700)
            #expect(set.keptCount == kept && set.keptBytes == kept * 768)
        }
    }

    // MARK: Words

    @Test(arguments: [("full", Finding.Severity.warning), ("auto", .note), ("0-65535", .warning)])
    func theDoctorSaysWhenLittleIsUsed(range: String, severity: Finding.Severity) throws {
        let data = try folder()
        var settings = DataSettings(folder: data.folder.path, isSorted: true)
        settings.rangeSetting = try RangeSetting(parsing: range)
        let found = try DataExamination(
            settings: settings, seed: 0, net: DoctorNet(side: 16, task: .mask), threads: 2
        ).diagnosis()
        let finding = try #require(found.finding(.unusedRange))
        #expect(finding.severity == severity)
        #expect(finding.text.contains(severity == .note ? "from 1 to 4088 become 0 to 1" : "numbers from 1 to 4088"))
        #expect(finding.advice?.contains("--range") == true)
        #expect(found.finding(.plainPictures) == nil, "169 values are not one colour")
    }

    /// One hot pixel in each picture makes `auto` take all of 16 bits; what the pictures show is dark all the same.
    @Test func deadPixelsHideNothing() throws {
        let data = try DoctorFolder(10)
        for index in 1...10 {
            var samples = (0..<256).map { UInt16(index + 16 * $0) }
            samples[100] = 65535
            let file = HandmadePNG(width: 16, height: 16, bits: 16, samples: samples)
            try data.folder.write("images/p\(index < 10 ? "0" : "")\(index).png", file.bytes)
        }
        let found = try data.diagnosis()
        #expect(found.survey.range == .full)
        #expect(
            found.words(.unusedRange).contains("numbers from 1 to 65535, nearly all of a picture within"),
            "\(found.text)")
        #expect(try load(data, range: "p1-p99").data.range.span(.words).high < 4096)
    }

    @Test func darkBytesAreSaidToo() throws {
        let data = try DoctorFolder(10)
        for index in 1...10 {
            let samples = (0..<256).map { UInt16($0 % 20) }
            try data.folder.write(
                "images/p\(index < 10 ? "0" : "")\(index).png",
                HandmadePNG(width: 16, height: 16, samples: samples).bytes)
        }
        let found = try data.diagnosis()
        #expect(
            found.words(.unusedRange).contains("8 training pictures of 8 bits hold numbers from 0 to 19"),
            "\(found.text)")
        #expect(found.words(.unusedRange).contains("--range p1-p99"), "\(found.text)")
    }

    // MARK: Predictions

    @Test func rowsOfLargePicturesHaveTheRange() throws {
        let data = try folder(1)
        let path = data.folder.file("images/p01.png")
        let range = PictureRange.spans(bytes: .bytes, words: NumberSpan(low: 0, high: 4095))
        let rows = PictureFloats(try PictureReader(path: path), range)
        let first = try rows.next()
        #expect(first.luma.units == Array(numbers(over: 4095)[..<16]))
        #expect(first.units.count == 48 && first.units[3] == Float(17) / 4095)
        let earlier = PictureFloats(try PictureReader(path: path), .highBytes)
        _ = try earlier.next()
        #expect(try earlier.next().luma.units.allSatisfy { $0 == Float(1) / 255 })
        let job = PredictionJob(picture: path, results: [""])
        let tools = PredictionTools(shape: shape, style: PredictionStyle(range: range))
        let picture = try tools.decode(job).get().picture
        #expect(picture == numbers(over: 4095))
    }

    @Test func rangesOfPredictionsNeedNoTrainingPart() throws {
        func settings(_ words: [String], _ known: DataSettings?) throws -> DataSettings {
            try PictureFlags.parse(words).applied(to: known)
        }
        let known = DataSettings(
            rangeSetting: .percentiles(1, 99), range: .spans(bytes: .bytes, words: NumberSpan(low: 7, high: 900)),
            isOriented: false)
        #expect(try settings([], known).range == known.range)
        #expect(try settings([], known).isOriented == false)
        #expect(try settings(["--exif"], known).isOriented)
        #expect(try settings(["--range", "p1-p99"], known).range == known.range)
        #expect(try settings(["--range", "full"], known).range == .full)
        #expect(try settings(["--range", "0-4095"], nil).range?.description == "0-255/0-4095")
        #expect(try settings(["--no-exif"], nil).isOriented == false)
        let words = message { _ = try settings(["--range", "p2-p98"], known) }
        #expect(words.contains("--range p2-p98: the range is that of training pictures"), "\(words)")
        let auto = message { _ = try settings(["--range", "auto"], known) }
        #expect(auto.contains("--range auto: the range is that of training pictures"), "\(auto)")
        #expect(try settings(["--range", "auto"], DataSettings(range: .full)).range == .full, "as the run was trained")
        #expect(try settings([], nil).range == .full)
    }

    /// Tests are no measure of themselves.
    @Test(arguments: ["auto", "p1-p99"])
    func rangesOfEvaluationsAreThoseOfTheRun(text: String) throws {
        let data = try TinyRuns.parted { _, x, _ in x > 7 }
        try TinyRuns.run([
            "train", "--data", data.path, "--out", data.file("run"), "--epochs", "1", "--quiet", "--range", "3-200",
        ])
        let evaluation = ["evaluate", "--run", data.file("run")]
        let words = message { try TinyRuns.run(evaluation + ["--range", text]) }
        #expect(words.contains("--range \(text): the range is that of training pictures"), "\(words)")
        for more in [[], ["--range", "3-200"], ["--range", "full"]] { try TinyRuns.run(evaluation + more) }
    }

    /// Numbers are those of the files, whichever pictures a command happens to see.
    @Test(arguments: [("10-90", "10-90/10-90"), ("0-4095", "0-255/0-4095")])
    func numbersMeanTheSameInEachCommand(text: String, expected: String) throws {
        let mixed = try folder(step: 16)
        for index in 1...4 { try write(mixed, index, first: 0, step: 1, bits: 8) }
        #expect(try load(mixed, range: text).data.range.description == expected)
        #expect(try PictureFlags.parse(["--range", text]).applied(to: nil).range?.description == expected)
    }
}
