import Base
import FileAccess
import Imaging
import Runtime
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Predictions
@testable import TrainerSupport

/// What is said of masks as `predict` writes them is what one finds in its files.
@Suite struct WrittenEvaluationTests {
    /// Pictures of other sizes than the net's, and masks of theirs or of yet other ones.
    private func data(classes: Bool, maskScale: Int = 1) throws -> TestFolder {
        let data = try TestFolder()
        try data.folder("images")
        try data.folder("masks")
        for index in 0..<7 {
            var random = SplitMix64(seed: 3, UInt64(index))
            let (width, height) = (17 + 7 * index, 40 - 3 * index)
            var picture = Bitmap(width: width, height: height, channels: 3)
            for y in 0..<height {
                for x in 0..<width {
                    for c in 0..<3 { picture[x, y, c] = UInt8(random.index(below: 100)) }
                    if x > width / 3 { picture[x, y, y > height / 2 ? 1 : 0] += 150 }
                }
            }
            var mask = Bitmap(width: width * maskScale, height: height * maskScale, channels: 1)
            for y in 0..<mask.height {
                for x in 0..<mask.width {
                    let isThere = x / maskScale > width / 3 + random.index(below: 3)
                    let number = isThere ? y / maskScale > height / 2 ? 2 : 1 : 0
                    mask[x, y] = classes ? (x < 3 ? 9 : UInt8(number)) : number == 1 ? 255 : 0
                }
            }
            try picture.writePNG(to: data.file("images/p\(index).png"))
            try mask.writePNG(to: data.file("masks/p\(index).png"))
        }
        return data
    }

    private func written(_ data: TestFolder, _ model: Model, threads: Int) throws -> TestResult {
        let record = try Checkpoint(path: data.file("run/best.safetensors")).record(for: model)
        let samples = try DataSet.load(
            record.data, .testing(nil), shape: try NetInterface(model: model).shape, seed: record.settings.seed,
            threads: threads, isStrict: true, console: Console(isQuiet: true)
        ).data
        let net = try Net(
            model: model, for: .testing, threads: threads, preparedWeights: .kept,
            weights: Checkpoint(path: data.file("run/best.safetensors")))
        return try #require(try test(net, on: samples.testing, of: samples, measuring: MeasureSettings()))
    }

    @Test(arguments: [1, 3])
    func diceIsThatOfTheFiles(maskScale: Int) throws {
        let data = try data(classes: false, maskScale: maskScale)
        let model = try PixelModel.load()
        let flags = ["--data", data.path, "--out", data.file("run"), "--quiet", "--lr", "0.3", "--split", "0.3"]
        try TinyRuns.run(["train", "--epochs", "6"] + flags, model: model)
        let result = try written(data, model, threads: 1)
        let scores = try #require(result.written)
        #expect(scores == (try written(data, model, threads: 3)).written)
        try TinyRuns.run(
            ["predict", data.file("images"), "--run", data.file("run"), "--out", data.file("found")], model: model)
        var sums = (both: 0, found: 0, truth: 0)
        let json = try JSON(parsing: FileSystem.text(of: data.file("run/best.json")))
        let record = try Checkpoint(path: data.file("run/best.safetensors")).record(for: model)
        let tested = DataSet.parts(
            count: 7, split: 0.3, isSorted: false, seed: record.settings.seed
        ).testing
        for index in tested {
            let found = try decodeMask(path: data.file("found/p\(index).png"))
            let truth = try decodeMask(path: data.file("masks/p\(index).png"))
                .resizedNearest(width: found.width, height: found.height)
            for (a, b) in zip(found.pixels, truth.pixels) {
                sums.both += a == 255 && b == 255 ? 1 : 0
                sums.found += a == 255 ? 1 : 0
                sums.truth += b == 255 ? 1 : 0
            }
        }
        let dice = 2 * Double(sums.both) / Double(sums.found + sums.truth)
        #expect(scores.values[0] == dice && dice > 0.5 && dice < 1)
        #expect(scores.values[1] == Double(sums.both) / Double(sums.found + sums.truth - sums.both))
        #expect(json["own_size"]?["dice"]?.number == dice && json["net_size"]?["dice"]?.number != dice)
        let report = try FileSystem.text(of: data.file("run/report.html"))
        #expect(
            report.contains(
                "at 16x16; on masks as predict writes them, at the pictures' own size: Dice \(Text.fixed(dice, 4))"))
    }

    @Test func meanIoUIsThatOfTheFiles() throws {
        let data = try data(classes: true)
        let model = try PixelModel.load(["CLASSES=3", "IGNORE=9", "NAME=\"classes\"", "HASH=\"classes\""])
        let flags = ["--data", data.path, "--out", data.file("run"), "--quiet", "--lr", "0.5", "--split", "0.3"]
        try TinyRuns.run(["train", "--epochs", "8"] + flags, model: model)
        let scores = try #require(try written(data, model, threads: 2).written)
        try TinyRuns.run(
            ["predict", data.file("images"), "--run", data.file("run"), "--out", data.file("found")], model: model)
        var counts = Array(repeating: Array(repeating: 0, count: 3), count: 3)
        let record = try Checkpoint(path: data.file("run/best.safetensors")).record(for: model)
        for index in DataSet.parts(count: 7, split: 0.3, isSorted: false, seed: record.settings.seed).testing {
            let found = try decodeMask(path: data.file("found/p\(index).png")).pixels
            let truth = try decodeMask(path: data.file("masks/p\(index).png")).pixels
            for (a, b) in zip(found, truth) where b != 9 { counts[Int(b)][Int(a)] += 1 }
        }
        let ious = (0..<3).map { k in
            let (row, column) = (counts[k].reduce(0, +), counts.reduce(0) { $0 + $1[k] })
            return Double(counts[k][k]) / Double(row + column - counts[k][k])
        }
        #expect(scores.values[0] == ious.reduce(0, +) / 3)
        let right = (0..<3).reduce(0) { $0 + counts[$1][$1] }
        #expect(scores.values[1] == Double(right) / Double(counts.joined().reduce(0, +)))
    }

    @Test func itCanBeLeftOut() throws {
        let data = try data(classes: false)
        try TinyRuns.run([
            "train", "--data", data.path, "--out", data.file("run"), "--quiet", "--epochs", "1", "--no-own-size",
        ])
        let json = try JSON(parsing: FileSystem.text(of: data.file("run/best.json")))
        #expect(json["own_size"] == .null && json["net_size"]?["test_loss"]?.number != nil)
        try TinyRuns.run(["evaluate", "--run", data.file("run"), "--no-own-size"])
    }

    /// Training is done when a mask turns out to be gone: that is said, and nothing is lost.
    @Test func aMaskThatIsGoneEndsNoFinishedRun() throws {
        let data = try data(classes: false)
        let model = try PixelModel.load()
        let flags = ["--data", data.path, "--out", data.file("run"), "--quiet", "--epochs", "1", "--split", "0.3"]
        try TinyRuns.run(["train"] + flags, model: model)
        let record = try Checkpoint(path: data.file("run/best.safetensors")).record(for: model)
        let samples = try DataSet.load(
            record.data, .training, shape: try NetInterface(model: model).shape, seed: record.settings.seed, threads: 1,
            isStrict: true, console: Console(isQuiet: true)
        ).data
        let gone = try #require(samples.samples[samples.testing[1]].pair?.mask)
        try FileWriter.write(gone, [1, 2, 3])
        let net = try Net(
            model: model, for: .testing, threads: 1, preparedWeights: .kept,
            weights: Checkpoint(path: data.file("run/best.safetensors")))
        let result = try #require(try test(net, on: samples.testing, of: samples, measuring: MeasureSettings()))
        #expect(result.written?.fault?.contains(gone) == true && result.written?.values == [])
        #expect(result.scores.values[0] != nil)
    }

    @Test func drawnPicturesHaveTheNetsSizeAlone() throws {
        let folder = try TestFolder()
        try TinyRuns.run(["train", "--out", folder.file("run"), "--quiet", "--epochs", "1"])
        let json = try JSON(parsing: FileSystem.text(of: folder.file("run/best.json")))
        #expect(json["own_size"] == .null && json["epoch"]?.integer == 1)
    }
}
