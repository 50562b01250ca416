import Base
import Imaging
import Runtime
import TensorFiles
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Predictions
@testable import Reporting
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// Whole runs of nets that learn class maps or their input, through the command line.
@Suite struct TaskRunTests {
    private static let classes = ["CLASSES=3", "IGNORE=9", "NAME=\"classes\"", "HASH=\"classes\""]
    private static let reconstruction = ["RECONSTRUCTION=1", "NAME=\"copy\"", "HASH=\"copy\""]

    private func run(_ arguments: [String], _ defines: [String] = classes) throws {
        let all = ["trainer"] + arguments
        try perform(parse(all), TrainerContext(model: try PixelModel.load(defines), arguments: all))
    }

    private func fault(_ arguments: [String], _ defines: [String] = classes) -> String {
        message { try run(arguments, defines) }
    }

    /// A sample of three colours: class 0 is dark, 1 red, 2 green; the first column is ignored.
    private func write(_ name: String, pictures: String, masks: String, seed: UInt64, in folder: TestFolder) throws {
        var picture = Bitmap(width: 16, height: 16, channels: 3)
        var mask = Bitmap(width: 16, height: 16, channels: 1)
        var random = SplitMix64(seed: seed)
        let (left, top) = (3 + random.index(below: 4), 3 + random.index(below: 4))
        for y in 0..<16 {
            for x in 0..<16 {
                let number = x < left ? 0 : y < top ? 1 : 2
                for c in 0..<3 { picture[x, y, c] = UInt8(random.index(below: 90)) }
                if number > 0 { picture[x, y, number - 1] += 150 }
                mask[x, y] = x == 0 ? 9 : UInt8(number)
            }
        }
        try picture.writePNG(to: folder.file("\(pictures)/\(name).png"))
        try mask.writePNG(to: folder.file("\(masks)/\(name).png"))
    }

    /// `train/` and `val/` with their masks, nine and three samples.
    private func streets() throws -> TestFolder {
        let folder = try TestFolder()
        for (part, count) in [("train", 9), ("val", 3)] {
            try folder.folder(part)
            try folder.folder(part + "annot")
            for index in 0..<count {
                let seed = UInt64(index + (part == "val" ? 100 : 0))
                try write("s\(index)", pictures: part, masks: part + "annot", seed: seed, in: folder)
            }
        }
        return folder
    }

    private func trained(_ data: TestFolder, _ more: [String] = []) throws -> String {
        let output = data.file("run")
        try run(
            ["train", "--data", data.path, "--out", output, "--quiet", "--epochs", "8", "--lr", "0.5"] + more)
        return output
    }

    @Test func classMapsAreLearnedFromAGivenSplit() throws {
        let data = try streets()
        let output = try trained(data, ["--classes", "ground,red,green"])
        let task = TrainingTask.classes(ClassRange(count: 3, ignore: 9))
        let rows = try MetricsLog(
            parsing: FileSystem.text(of: output + "/metrics.csv"), task: task, through: 99, path: "m"
        ).rows
        #expect(rows.map(\.step) == (1...8).map { 3 * $0 }, "9 pictures train, in batches of 4")
        let last = try #require(rows.last?.test)
        #expect(last.loss < (rows[0].test?.loss ?? 0) * 0.7)
        #expect(last.values[0] ?? 0 > 0.8 && last.values[1] ?? 0 > 0.9, "mean IoU and pixel accuracy: \(last)")
        for name in ["curves.png", "samples.png", "confusion.png"] {
            #expect(try decodePicture(path: output + "/" + name).width > 100, "\(name)")
        }
        let record = try Checkpoint(path: output + "/best.safetensors").record(for: nil)
        #expect(record.data.classNames == ["ground", "red", "green"])
        #expect(record.progress.best?.value == rows.compactMap { $0.test?.values[0] }.max())
    }

    @Test func resumedClassMapsContinueExactly() throws {
        let data = try streets()
        let whole = try trained(data)
        let parts = data.file("parts")
        try run(["train", "--data", data.path, "--out", parts, "--quiet", "--epochs", "3", "--lr", "0.5"])
        try run(["train", "--out", parts, "--quiet", "--epochs", "8", "--resume", "--classes", "a,b,c"])
        let files = try [whole, parts].map { try TensorFile(path: $0 + "/best.safetensors") }
        for name in ["out.weight", "out.bias"] {
            #expect(try files[0].floats(name) == files[1].floats(name), "\(name)")
        }
    }

    /// Predicted class maps are masks: fed as the truth, they agree with the net everywhere.
    @Test func predictedClassMapsAreMasks() throws {
        let data = try streets()
        let output = try trained(data)
        try run(["predict", data.file("val"), "--run", output, "--out", data.file("found")])
        let map = try decodeMask(path: data.file("found/s1.png"))
        #expect(map.width == 16 && Set(map.pixels).isSubset(of: [0, 1, 2]))
        let truth = try decodeMask(path: data.file("valannot/s1.png"))
        #expect(zip(map.pixels, truth.pixels).count { $0 == $1 } > 200)
        #expect(try decodePicture(path: data.file("found/overlays/s1.png")).width > 400)
        try run(["predict", data.file("val"), "--run", output, "--out", data.file("found")])
        try run([
            "evaluate", "--run", output, "--data", data.path, "--images", "val", "--masks", "found", "--split", "0",
            "--show", "1", "--out", data.file("show.png"), "--confusion", data.file("matrix.png"),
        ])
        #expect(try decodePicture(path: data.file("show.png")).width > 900)
        #expect(try decodePicture(path: data.file("matrix.png")).width > 150)
        let interface = try NetInterface(model: try PixelModel.load(Self.classes))
        let settings = DataSettings(pictures: data.file("val"), masks: data.file("found"), split: 0)
        let net = try Net(
            model: try PixelModel.load(Self.classes), for: .testing, threads: 1, preparedWeights: .recomputed)
        try Checkpoint(path: output + "/best.safetensors").restoreWeights(net.parameters)
        let samples = try DataSet.load(
            settings, .testing(nil), shape: interface.shape, seed: 0, threads: 1, isStrict: true,
            console: Console(isQuiet: true)
        ).data
        let result = try #require(try test(net, on: samples.testing, of: samples))
        #expect(result.scores.values == [1, 1])
        #expect(result.confusion?.total == 3 * 256)
    }

    @Test func classMapsKeepFilesThatAreNotTheirs() throws {
        let data = try streets()
        let output = try trained(data, ["--epochs", "1"])
        try data.folder("found/overlays")
        try data.writePicture("found/overlays/s0.png")
        let overlay = fault(["predict", data.file("val/s0.png"), "--run", output, "--out", data.file("found")])
        #expect(overlay.contains("1 of the 2 files that would be written is there already"), "\(overlay)")
        #expect(overlay.contains("overlays/s0.png"), "\(overlay)")
        try run(["predict", data.file("val/s2.png"), "--run", output, "--out", data.file("found")])
        let input = fault([
            "predict", data.file("found/overlays/s2.png"), "--run", output, "--out", data.file("found"),
        ])
        #expect(input.contains("overlays/s2.png: the overlay would replace a picture"), "\(input)")
        try data.writePicture("found/s1.png")
        let picture = fault(["predict", data.file("val/s1.png"), "--run", output, "--out", data.file("found")])
        #expect(picture.contains("found/s1.png"), "\(picture)")
    }

    @Test func evaluationsChooseAPart() throws {
        let data = try streets()
        let output = try trained(data, ["--epochs", "1"])
        for part in ["train", "val"] { try run(["evaluate", "--run", output, "--part", part]) }
        #expect(fault(["evaluate", "--run", output, "--part", "test"]).contains("the data has the parts train, val"))
        #expect(
            fault(["evaluate", "--run", output, "--split", "0.5"]).contains("comes parted into train/, val/"))
        #expect(
            fault(["train", "--data", data.path, "--out", data.file("x"), "--sorted"]).contains(
                "--images train --masks trainannot"))
        #expect(fault(["evaluate", "--run", output, "--classes", "a,b"]).contains("the graph has 3"))
        let whole = fault([
            "evaluate", "--run", output, "--images", data.file("val"), "--masks", data.file("valannot"), "--part",
            "val",
        ])
        #expect(whole.contains("the data is not parted"), "\(whole)")
    }

    @Test func wrongClassMasksAreExplained() throws {
        let data = try streets()
        func train(_ more: [String] = []) -> String {
            fault(["train", "--data", data.path, "--out", data.file("run"), "--quiet", "--epochs", "1"] + more)
        }
        try data.writeMask("valannot/s2.png", left: 0, right: 255)
        let binary = train()
        #expect(binary.contains("valannot/s2.png: mask value 255 (128 pixels) is no class"), "\(binary)")
        #expect(train(["--mask-map", "0=0,1=1,2=2,ignore=9+255"]).isEmpty)
        #expect(train(["--out", data.file("b"), "--mask-map", "0=0,5=1"]).contains("the graph has the classes 0 to 2"))
        try data.writeMask("valannot/s2.png", left: 9, right: 9)
        let strict = train(["--out", data.file("c"), "--strict"])
        #expect(strict.contains("valannot/s2.png: all of its pixels are ignored"), "\(strict)")
        for index in 0..<9 { try data.writeMask("trainannot/s\(index).png", left: 9, right: 9) }
        let nothing = train(["--out", data.file("d")])
        #expect(nothing.contains("train: none of 9 pictures can be used"), "\(nothing)")
        #expect(nothing.contains("trainannot/s0.png: all of its pixels are ignored"), "\(nothing)")
        for index in 0..<9 { try data.writeMask("trainannot/s\(index).png", left: 9, right: 1) }
        let single = train(["--out", data.file("e")])
        #expect(single.contains("the masks of 9 training pictures hold nothing but class 1"), "\(single)")
    }

    @Test func inputsAreReconstructed() throws {
        let data = try streets()
        let output = data.file("run")
        let more = ["--quiet", "--epochs", "10", "--lr", "0.3"]
        try run(["train", "--data", data.path, "--out", output] + more, Self.reconstruction)
        let rows = try MetricsLog(
            parsing: FileSystem.text(of: output + "/metrics.csv"), task: .reconstruction, through: 99, path: "m"
        ).rows
        #expect(rows.map(\.step) == (1...10).map { 3 * $0 })
        let last = try #require(rows.last?.test)
        let (first, end) = (try #require(rows[0].test?.values[0]), try #require(last.values[0]))
        #expect(end > first + 5, "PSNR \(end)")
        let record = try Checkpoint(path: output + "/best.safetensors").record(for: nil)
        #expect(record.progress.best?.value == rows.compactMap { $0.test?.loss }.min(), "the smallest loss is the best")
        #expect(try decodePicture(path: output + "/samples.png").width > 300)
        try run(["predict", data.file("val"), "--run", output, "--out", data.file("made")], Self.reconstruction)
        let made = try decodePicture(path: data.file("made/s0.png"))
        let picture = try decodePicture(path: data.file("val/s0.png"))
        let difference = zip(made.pixels, picture.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(difference / made.pixels.count < 40)
        try run(["predict", data.file("val"), "--run", output, "--out", data.file("made")], Self.reconstruction)
        let own = fault(
            ["predict", data.file("val"), "--run", output, "--out", data.file("val")], Self.reconstruction)
        #expect(own.contains("the reconstruction would replace a picture"), "\(own)")
    }

    /// Pictures alone, in a folder that is nothing but pictures, and one of two named folders.
    @Test func reconstructionNeedsNoMasks() throws {
        let data = try streets()
        func train(_ arguments: [String]) -> String {
            fault(["train", "--quiet", "--epochs", "1"] + arguments, Self.reconstruction)
        }
        #expect(train(["--data", data.file("train"), "--out", data.file("a")]).isEmpty)
        #expect(train(["--images", data.file("val"), "--out", data.file("b")]).isEmpty)
        let masks = train(["--images", data.file("val"), "--masks", data.file("valannot"), "--out", data.file("c")])
        #expect(masks.contains("from pictures alone"), "\(masks)")
        let map = train(["--data", data.path, "--mask-map", "0=0,1=1", "--out", data.file("d")])
        #expect(map.contains("nothing for --mask-map to say"), "\(map)")
        let confusion = fault(
            ["evaluate", "--run", data.file("a"), "--confusion", data.file("m.png")], Self.reconstruction)
        #expect(confusion.contains("no classes that could be confused"), "\(confusion)")
        let lacking = fault(["train", "--images", data.file("val"), "--out", data.file("e")])
        #expect(lacking.contains("this net is trained on masks"), "\(lacking)")
    }

    @Test(arguments: [classes, reconstruction])
    func embeddedPicturesServeEveryTask(defines: [String]) throws {
        let folder = try TestFolder()
        try run(["train", "--out", folder.file("run"), "--quiet", "--epochs", "1"], defines)
        #expect(try decodePicture(path: folder.file("run/samples.png")).width > 300)
    }
}
