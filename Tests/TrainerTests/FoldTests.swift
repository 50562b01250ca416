import FileAccess
import Imaging
import Platform
import Runtime
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Reporting
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// Cross-validation: the parts, the runs, and what is said of them.
@Suite struct FoldTests {
    @Test(arguments: [(10, 5), (11, 3), (599, 5), (7, 7), (100, 8)])
    func foldsAreDisjointAndHoldEverything(count: Int, folds: Int) {
        let order = Array((0..<count).reversed())
        var tested: [Int] = []
        for number in 1...folds {
            let parts = Fold(number: number, count: folds).parts(order)
            #expect((parts.training + parts.testing).sorted() == Array(0..<count), "fold \(number)")
            #expect([count / folds, (count + folds - 1) / folds].contains(parts.testing.count), "fold \(number)")
            tested += parts.testing
        }
        #expect(tested.sorted() == Array(0..<count))
    }

    @Test func foldsDependOnTheSeedOnly() throws {
        let samples = (0..<40).map { (name: "\($0)", group: String?.none) }
        func testing(_ number: Int, _ seed: UInt64) throws -> [Int] {
            let settings = DataSettings(split: 0.8, fold: Fold(number: number, count: 5))
            return try Partition(settings, seed: seed).parts(of: samples).testing
        }
        let one = try testing(2, 1)
        #expect(try one == testing(2, 1) && one != testing(2, 2) && one != testing(3, 1))
        #expect(try testing(1, 0).sorted() != Array(0..<8), "drawn, not the first ones")
    }

    @Test(arguments: ["1/1", "0/5", "6/5", "5", "a/b", "1/2/3", ""])
    func textsOfNoFoldAreRefused(text: String) { #expect(Fold(text) == nil) }

    @Test func tablesReadBackAndAreSummedUp() throws {
        let size = "96x64"
        var table = FoldTable(task: .mask)
        table.add(.init(fold: 2, bestEpoch: 3, scores: TestScores(loss: 0.3, values: [0.8, 1.0 / 3])))
        #expect(table.summary(of: 3, size: size) == "1 of 3 folds: loss 0.3000, Dice 0.8000, IoU 0.3333 at 96x64")
        table.add(.init(fold: 1, bestEpoch: 9, scores: TestScores(loss: 0.5, values: [0.6, 0.4])))
        table.add(.init(fold: 2, bestEpoch: 4, scores: TestScores(loss: 0.1, values: [0.8, 1.0 / 3])))
        #expect(table.rows.map(\.fold) == [1, 2] && table.rows[1].bestEpoch == 4)
        #expect(try FoldTable(parsing: table.text, task: .mask, path: "f") == table)
        // Deviations by numpy's std(ddof=1).
        #expect(
            table.summary(of: 2, size: size)
                == "2 folds: loss 0.3000 ± 0.2828, Dice 0.7000 ± 0.1414, IoU 0.3667 ± 0.0471 at 96x64")
        // Of a fold without any object in its test masks the loss alone.
        table.add(.init(fold: 3, bestEpoch: 4, scores: TestScores(loss: 0.3, values: [nil, nil])))
        #expect(table.summary(of: 3, size: size).contains("loss 0.3000 ± 0.2000, Dice 0.7000 ± 0.1414 (2 of them)"))
        #expect(try FoldTable(parsing: table.text, task: .mask, path: "f") == table)
        let wrong = message { _ = try FoldTable(parsing: table.text + "3,x\n", task: .mask, path: "f.csv") }
        #expect(wrong.contains("f.csv:5: expected numbers, found \"3,x\""), "\(wrong)")
    }

    private func train(_ arguments: [String]) throws {
        let all = ["trainer", "train", "--quiet", "--threads", "1"] + arguments
        try perform(parse(all), TrainerContext(model: try PixelModel.load(), arguments: all))
    }

    private func pictures(_ count: Int) throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for index in 0..<count {
            try folder.writePicture("images/p\(index).png", red: UInt8(40 + 10 * index))
            try folder.writeMask("masks/p\(index).png", left: 255, right: 0)
        }
        return folder
    }

    @Test func foldsAreCompleteRuns() throws {
        let data = try pictures(7)
        let output = data.file("run")
        try train(["--data", data.path, "--out", output, "--folds", "3", "--epochs", "2"])
        let table = try FoldTable(parsing: FileSystem.text(of: output + "/folds.csv"), task: .mask, path: "f")
        #expect(table.rows.map(\.fold) == [1, 2, 3])
        var tested = 0
        for number in 1...3 {
            let files = RunFiles(folder: output + "/fold-\(number)")
            let record = try Checkpoint(path: files.checkpoint).record(for: nil)
            #expect(record.data.fold == Fold(number: number, count: 3) && record.progress.epoch == 2)
            #expect(table.rows[number - 1].bestEpoch == record.progress.bestEpoch)
            #expect(FileSystem.isFile(files.best) && FileSystem.isFile(files.samples), "fold \(number)")
            let evaluated = try DataSet.load(
                record.data, .testing(nil), shape: SampleShape(channels: 3, height: 16, width: 16),
                seed: record.settings.seed, threads: 1, isStrict: true, console: Console(isQuiet: true)
            ).data
            #expect(evaluated.fingerprint == record.fingerprint, "evaluate finds the fold's own test pictures")
            tested += evaluated.testing.count
        }
        #expect(tested == 7)
        let refused = message { try train(["--data", data.path, "--out", output]) }
        #expect(refused.contains("there are the runs of 3 folds in this folder already"), "\(refused)")
        let other = message { try train(["--data", data.path, "--out", output, "--folds", "4", "--resume"]) }
        #expect(other.contains("were started with --folds 3"), "\(other)")
    }

    /// One fold alone, then the others, in a folder; and without --folds, which the runs remember.
    @Test func foldsAreResumed() throws {
        let data = try pictures(7)
        let whole = data.file("whole")
        let parts = data.file("parts")
        let flags = ["--data", data.path, "--epochs", "2", "--augment", "flip,rotate=20,noise=0.1"]
        try train(flags + ["--out", whole, "--folds", "3"])
        try train(flags + ["--out", parts, "--folds", "3", "--fold", "2"])
        #expect(try FileSystem.text(of: parts + "/folds.csv").split(separator: "\n").count == 2)
        #expect(!FileSystem.isFolder(parts + "/fold-1"))
        try train(["--out", parts, "--resume", "--data", data.path, "--folds", "3"] + flags)
        for name in ["folds.csv"] + (1...3).map({ "fold-\($0)/checkpoint.safetensors" }) {
            #expect(bytes(parts + "/" + name) == bytes(whole + "/" + name), "\(name)")
        }
        try train(["--out", parts, "--resume", "--epochs", "3"])
        for number in 1...3 {
            let checkpoint = Checkpoint(path: parts + "/fold-\(number)/checkpoint.safetensors")
            #expect(try checkpoint.record(for: nil).progress.epoch == 3, "fold \(number)")
        }
    }

    /// A fold that was killed before its first checkpoint has a folder and a description.
    @Test func foldsThatWereBarelyBegunAreLikeTheOthers() throws {
        let data = try pictures(7)
        let output = data.file("run")
        try train(["--data", data.path, "--out", output, "--folds", "3", "--epochs", "1", "--seed", "4"])
        let files = RunFiles(folder: output + "/fold-3")
        let whole = (bytes(output + "/folds.csv"), bytes(files.checkpoint))
        for file in [files.checkpoint, files.best, files.bestScores, files.hashes, files.metrics] { Files.remove(file) }
        let rows = try FileSystem.text(of: output + "/folds.csv").split(separator: "\n").filter { !$0.hasPrefix("3,") }
        try FileWriter.write(output + "/folds.csv", text: rows.joined(separator: "\n") + "\n")
        try train(["--out", output, "--resume"])
        #expect(bytes(output + "/folds.csv") == whole.0 && bytes(files.checkpoint) == whole.1)
    }

    /// Data, seed and settings of the fold that is there, though nothing but the folder is named.
    @Test func foldsYetToBeginAreLikeThoseThatAreThere() throws {
        let data = try pictures(7)
        let (whole, parts) = (data.file("whole"), data.file("parts"))
        let flags = ["--data", data.path, "--epochs", "1", "--seed", "5", "--folds", "3", "--augment", "vflip"]
        try train(flags + ["--out", whole])
        try train(flags + ["--out", parts, "--fold", "2"])
        try train(["--out", parts, "--resume"])
        for name in ["folds.csv"] + (1...3).map({ "fold-\($0)/checkpoint.safetensors" }) {
            #expect(bytes(parts + "/" + name) == bytes(whole + "/" + name), "\(name)")
        }
    }

    @Test func aFoldAfterTheOtherKeepsTheTable() throws {
        let data = try pictures(7)
        let output = data.file("run")
        for fold in ["1", "3"] {
            try train(["--data", data.path, "--epochs", "1", "--folds", "3", "--fold", fold, "--out", output])
        }
        let table = try FoldTable(parsing: FileSystem.text(of: output + "/folds.csv"), task: .mask, path: "f")
        #expect(table.rows.map(\.fold) == [1, 3])
    }

    @Test func foldsThatStopEarlyAreDone() throws {
        let data = try pictures(6)
        let output = data.file("run")
        try train(["--data", data.path, "--out", output, "--folds", "2", "--epochs", "5", "--until", "iou=0"])
        let table = try FoldTable(parsing: FileSystem.text(of: output + "/folds.csv"), task: .mask, path: "f")
        #expect(table.rows.map(\.fold) == [1, 2] && table.rows.map(\.bestEpoch) == [1, 1])
    }

    @Test func whatCannotBeFoldedIsRefused() throws {
        let data = try pictures(3)
        let few = message { try train(["--data", data.path, "--out", data.file("a"), "--folds", "5"]) }
        #expect(few.contains("--folds 5: there are only 3 pictures"), "\(few)")
        let parted = try TestFolder()
        for folder in ["train", "trainannot", "val", "valannot"] { try parted.folder(folder) }
        let text = message { try train(["--data", parted.path, "--out", parted.file("a"), "--folds", "2"]) }
        #expect(text.contains("--folds: the data in \(parted.path) comes parted into train/, val/"), "\(text)")
        #expect(!FileSystem.isFolder(parted.file("a")))
        for arguments in [
            ["--folds", "1"], ["--fold", "1"], ["--folds", "3", "--fold", "4"], ["--folds", "3", "--split", "0.5"],
            ["--folds", "3", "--repeat", "r"],
        ] {
            #expect(throws: UsageError.self) { try train(["--out", data.file("b")] + arguments) }
        }
    }
}
