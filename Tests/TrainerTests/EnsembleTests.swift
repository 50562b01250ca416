import Base
import FileAccess
import Imaging
import Runtime
import Testing
import TrainerTestSupport

@testable import Nets
@testable import Predictions
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// Several nets, mirror images, thresholds and what is done to masks afterwards: what `evaluate` says is what one finds in the
/// files of `predict`.
@Suite struct EnsembleTests {
    private static let tiled = ["TILED=1", "NAME=\"tiled\"", "HASH=\"tiled\""]

    /// Two runs of one split, that have learnt different things.
    private func runs() throws -> (folder: TestFolder, model: Model) {
        let folder = try TinyRuns.pictures()
        let model = try PixelModel.load(Self.tiled)
        for (run, rate) in [("a", "0.02"), ("b", "0.2")] {
            try TinyRuns.run(
                [
                    "train", "--data", folder.path, "--out", folder.file(run), "--quiet", "--epochs", "2", "--lr", rate,
                    "--no-flip",
                ], model: model)
        }
        return (folder, model)
    }

    private func predict(
        _ folder: TestFolder, _ model: Model, _ out: String, _ flags: [String], runs: [String] = ["a", "b"]
    ) throws {
        try TinyRuns.run(
            ["predict", folder.file("images"), "--out", folder.file(out)]
                + runs.flatMap { ["--run", folder.file($0)] } + flags, model: model)
    }

    private func gray(_ path: String) throws -> [Int] { try decodeMask(path: path).pixels.map(Int.init) }

    @Test(arguments: [[], ["--tiles", "--scale", "1"]])
    func probabilitiesAreTheMean(flags: [String]) throws {
        let (folder, model) = try runs()
        for (out, runs) in [("both", ["a", "b"]), ("one", ["a"]), ("other", ["b"])] {
            try predict(folder, model, out, ["--probabilities", "8"] + flags, runs: runs)
        }
        var differences = 0
        for number in 0..<11 {
            let file = "probabilities/p\(number).png"
            let both = try gray(folder.file("both/\(file)"))
            let (one, other) = (try gray(folder.file("one/\(file)")), try gray(folder.file("other/\(file)")))
            for place in both.indices {
                #expect(abs(2 * both[place] - one[place] - other[place]) <= 2)
                differences += one[place] != other[place] ? 1 : 0
            }
        }
        #expect(differences > 1000)
    }

    /// The measures over all pixels, of the files that `predict` writes.
    private func dice(_ folder: TestFolder, _ out: String, _ names: [String]) throws -> Double {
        var sums = MaskSums()
        for name in names {
            sums.add(
                labels: try decodeMask(path: folder.file("\(out)/\(name).png")).pixels,
                mask: try decodeMask(path: folder.file("masks/\(name).png")).pixels)
        }
        return try #require(sums.dice)
    }

    @Test(
        arguments: [
            ["--threshold", "0.4"], ["--threshold", "best"], ["--flips", "auto"], ["--flips", "hv"],
            ["--keep-largest"], ["--min-size", "9", "--connectivity", "4", "--threshold", "0.3"],
        ], [[], ["--tiles", "--scale", "1"]])
    func whatIsMeasuredIsWhatIsWritten(flags: [String], tiles: [String]) throws {
        guard !(flags.contains("hv") && !tiles.isEmpty) else { return }
        let (folder, model) = try runs()
        for runs in [["a"], ["a", "b"]] {
            try predict(folder, model, "out", flags + tiles + ["--overlay", "--overwrite"], runs: runs)
            try TinyRuns.run(
                ["evaluate", "--table", folder.file("t.json"), "--overwrite"]
                    + runs.flatMap { ["--run", folder.file($0)] } + flags + tiles, model: model)
            let json = try JSON(parsing: FileSystem.text(of: folder.file("t.json")))
            let pictures = try #require(json["pictures"]?.array)
            #expect(pictures.count == 3)
            for picture in pictures {
                let name = try #require(picture["picture"]?.string)
                #expect(picture["dice"]?.number == (try dice(folder, "out", [name])), "\(flags) \(tiles) \(runs)")
            }
        }
    }

    @Test func theBestThresholdIsStored() throws {
        let (folder, model) = try runs()
        let record = try Checkpoint(path: folder.file("a/best.safetensors")).record(for: model)
        let threshold = try #require(record.threshold)
        #expect(try Checkpoint(path: folder.file("a/checkpoint.safetensors")).record(for: model).threshold == nil)
        #expect(FileSystem.isFile(folder.file("a/thresholds.png")))
        var dices: [Double] = []
        for flag in ["best", "\(threshold)", "0.5"] {
            try predict(folder, model, flag, ["--threshold", flag], runs: ["a"])
            let names = try FileSystem.text(of: folder.file("a/pictures.csv")).split(separator: "\n").dropFirst()
            dices.append(try dice(folder, flag, names.map { String($0.split(separator: ",")[0]) }))
        }
        #expect(dices[0] == dices[1] && dices[0] >= dices[2])
        // Of several the mean.
        let other = try #require(try Checkpoint(path: folder.file("b/best.safetensors")).record(for: model).threshold)
        try predict(folder, model, "mean", ["--threshold", "\((threshold + other) / 2)"])
        try predict(folder, model, "best-of-both", ["--threshold", "best"])
        for number in 0..<11 {
            #expect(try gray(folder.file("mean/p\(number).png")) == gray(folder.file("best-of-both/p\(number).png")))
        }
        // Weights alone know it, too.
        try TinyRuns.run(
            [
                "predict", folder.file("images"), "--weights", folder.file("a/best.safetensors"), "--out",
                folder.file("w"), "--threshold", "best", "--flips", "auto",
            ], model: model)
        #expect(try gray(folder.file("w/p3.png")) == gray(folder.file("best/p3.png")))
    }

    @Test func whereNothingWasMeasuredThatIsSaid() throws {
        let folder = try TinyRuns.pictures()
        let flags = ["--data", folder.path, "--out", folder.file("run"), "--quiet", "--epochs", "1"]
        try TinyRuns.run(["train", "--no-own-size"] + flags)
        let predict = ["predict", folder.file("images"), "--out", folder.file("o"), "--threshold", "best"]
        let text = message { try TinyRuns.run(predict + ["--run", folder.file("run")]) }
        #expect(text.contains("best.safetensors does not say which threshold is the best"), "\(text)")
        // As the hint has it.
        try TinyRuns.run(["train", "--resume", "--quiet", "--out", folder.file("run")])
        try TinyRuns.run(predict + ["--run", folder.file("run")])
    }

    @Test func foldsAreTakenTogether() throws {
        let folder = try TinyRuns.pictures()
        let model = try PixelModel.load(Self.tiled)
        try TinyRuns.run(
            [
                "train", "--data", folder.path, "--out", folder.file("folds"), "--quiet", "--epochs", "1", "--folds",
                "3",
            ], model: model)
        try predict(folder, model, "all", ["--probabilities", "8"], runs: ["folds"])
        try predict(
            folder, model, "each", ["--probabilities", "8"], runs: ["folds/fold-1", "folds/fold-2", "folds/fold-3"])
        for number in 0..<11 {
            let file = "probabilities/p\(number).png"
            #expect(try gray(folder.file("all/\(file)")) == gray(folder.file("each/\(file)")))
        }
        let evaluate = ["evaluate", "--run", folder.file("folds")]
        let text = message { try TinyRuns.run(evaluate, model: model) }
        #expect(text.contains("each picture has trained some of these nets"), "\(text)")
        // All pictures that are named, not a fold of them.
        let table = ["--data", folder.path, "--table", folder.file("t.csv")]
        try TinyRuns.run(evaluate + table, model: model)
        #expect(try FileSystem.text(of: folder.file("t.csv")).split(separator: "\n").count == 12)
        try TinyRuns.run(
            ["evaluate", "--run", folder.file("folds/fold-1"), "--split", "0", "--overwrite"] + table, model: model)
        #expect(try FileSystem.text(of: folder.file("t.csv")).split(separator: "\n").count == 12)
        try TinyRuns.run(["postprocess", "--run", folder.file("folds")], model: model)
        let single = message { try TinyRuns.run(["postprocess", "--run", folder.file("folds/fold-1")], model: model) }
        #expect(single.contains("expected the folder of a run with --folds"), "\(single)")
    }

    @Test(
        arguments: [
            (["--run", "a", "--run", "a"], "is named more than once"),
            (["--run", "nothing"], "found no best.safetensors"),
            (["--run", "a", "--run", "a", "--weights", "w"], "Give --run RUN or --weights FILE"),
            (["--run", "a", "--threshold", "1.5"], "between 0 and 1, or best"),
            (["--run", "a", "--connectivity", "4"], "goes with --keep-largest or --min-size"),
            (["--run", "a", "--tiles", "--flips", "v"], "cannot be upside down"),
            (["--run", "a", "--run", "ranged"], "do not read pictures alike: --range"),
        ] as [([String], String)])
    func whatCannotBeIsSaid(flags: [String], expected: String) throws {
        let (folder, model) = try runs()
        try TinyRuns.run(
            [
                "train", "--data", folder.path, "--out", folder.file("ranged"), "--quiet", "--epochs", "1", "--range",
                "0-200",
            ], model: model)
        let named = flags.map { ["a", "nothing", "ranged", "w"].contains($0) ? folder.file($0) : $0 }
        let text = message {
            try TinyRuns.run(["predict", folder.file("images"), "--out", folder.file("o")] + named, model: model)
        }
        #expect(text.contains(expected), "\(text)")
    }
}
