import Base
import Imaging
import Runtime
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Predictions
@testable import Reporting
@testable import TrainerSupport

/// Whole runs on pictures and masks whose numbers do not mean what a plain look says: they are learned, and all commands read
/// them alike.
@Suite struct ReadingRunTests {
    enum Trap: String, CaseIterable, Sendable {
        /// 12 bits in files of 16, all of whose upper bytes are equal.
        case deep
        /// Stored upside down.
        case upsideDown
        /// Stored as rows of columns.
        case turned
        /// Black and white, in every other file white first.
        case palette
    }

    /// Twelve pictures that are brighter where there is object, and what their masks show.
    private func data(_ trap: Trap) throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for index in 0..<12 {
            var random = SplitMix64(seed: 3, UInt64(index))
            var picture: [UInt16] = []
            let mask = truth(index)
            for isObject in mask { picture.append(UInt16((isObject == 0 ? 40 : 90) + random.index(below: 30))) }
            let name = index < 10 ? "p0\(index).png" : "p\(index).png"
            let white: [[UInt8]] = [[255, 255, 255], [0, 0, 0]]
            var pictureFile = HandmadePNG(width: 16, height: 16, samples: picture)
            var maskFile = HandmadePNG(width: 16, height: 16, samples: mask.map { UInt16($0) * 255 })
            switch trap {
            case .deep: pictureFile.bits = 16
            case .upsideDown: (pictureFile.samples, pictureFile.orientation) = (picture.reversed(), 3)
            case .turned:
                pictureFile.samples = (0..<256).map { picture[$0 % 16 * 16 + $0 / 16] }
                pictureFile.orientation = 5
            case .palette:
                let isSwapped = index % 2 == 0
                maskFile.kind = .palette
                maskFile.palette = isSwapped ? white : white.reversed()
                maskFile.samples = mask.map { UInt16(isSwapped ? 1 - $0 : $0) }
            }
            try folder.write("images/" + name, pictureFile.bytes)
            try folder.write("masks/" + name, maskFile.bytes)
        }
        return folder
    }

    /// 1 for object.
    private func truth(_ index: Int) -> [UInt8] {
        (0..<256).map { $0 % 16 > 3 + index % 3 && $0 / 16 > 8 ? 1 : 0 }
    }

    private func run(_ arguments: [String]) throws {
        try TinyRuns.run(arguments, model: try PixelModel.load(["TILED"]))
    }

    private func dice(_ folder: TestFolder, _ run: String) throws -> Double {
        let log = try MetricsLog(
            parsing: FileSystem.text(of: folder.file(run + "/metrics.csv")), task: .mask, through: 1000, path: "")
        return log.rows.last?.test?.values[0] ?? 0
    }

    private let flags = ["--quiet", "--lr", "0.5", "--batch", "4", "--threads", "2"]

    @Test(arguments: Trap.allCases)
    func trapsAreLearnedAndPredicted(trap: Trap) throws {
        let data = try data(trap)
        try run(["train", "--data", data.path, "--out", data.file("run"), "--epochs", "40"] + flags)
        #expect(try dice(data, "run") > 0.97)
        for (out, more) in [("whole", [String]()), ("tiles", ["--tiles"])] {
            try run(
                ["predict", data.file("images"), "--run", data.file("run"), "--out", data.file(out)] + more)
            for index in 0..<12 {
                let found = try decodeMask(path: data.file(out + (index < 10 ? "/p0\(index).png" : "/p\(index).png")))
                let right = zip(found.pixels, truth(index)).count { ($0 == 255) == ($1 == 1) }
                #expect(right > 250, "\(index)")
            }
        }
        // With the file of weights alone as well.
        try run([
            "predict", data.file("images/p03.png"), "--weights", data.file("run/best.safetensors"), "--out",
            data.file("alone"),
        ])
        #expect(bytes(data.file("alone/p03.png")) == bytes(data.file("whole/p03.png")))
    }

    /// A run that was stopped goes on as one that was not, and can be repeated.
    @Test(arguments: Trap.allCases)
    func runsGoOnAndRepeatToTheBit(trap: Trap) throws {
        let data = try data(trap)
        let range = trap == .deep ? ["--range", "p2-p98"] : []
        let whole = ["train", "--data", data.path, "--epochs", "4"] + flags + range
        try run(whole + ["--out", data.file("a")])
        try run(["train", "--data", data.path, "--out", data.file("b"), "--epochs", "2"] + flags + range)
        try run(["train", "--out", data.file("b"), "--resume", "--epochs", "4", "--quiet"])
        #expect(bytes(data.file("a/checkpoint.safetensors")) == bytes(data.file("b/checkpoint.safetensors")))
        try run(["train", "--repeat", data.file("a"), "--out", data.file("c"), "--quiet"])
        #expect(bytes(data.file("a/hashes.csv")) == bytes(data.file("c/hashes.csv")))
        let record = try Checkpoint(path: data.file("a/checkpoint.safetensors")).record(for: nil).data
        #expect(record.range != nil && record.range != .highBytes)
        #expect((record.range == .full) == (trap != .deep))
        #expect((record.palettes != nil) == (trap == .palette))
    }

    @Test func otherWaysToReadAreAnotherRun() throws {
        let data = try data(.deep)
        try run(["train", "--data", data.path, "--out", data.file("a"), "--epochs", "1", "--range", "0-200"] + flags)
        func fault(_ more: String...) -> String {
            message { try run(["train", "--out", data.file("a"), "--resume", "--epochs", "2", "--quiet"] + more) }
        }
        #expect(fault("--range", "full").contains("--range full: the run was started with --range 0-200"))
        #expect(fault("--no-exif").contains("--no-exif: the run was started with --exif"))
        #expect(fault("--range", "0-200", "--exif") == "")
    }

    /// Folds have training parts of their own, and so ranges of their own.
    @Test func foldsHaveTheirOwnRanges() throws {
        let data = try data(.deep)
        var bright = HandmadePNG(width: 16, height: 16, bits: 16, samples: Array(repeating: 130, count: 256))
        bright.samples[0] = 900
        try data.write("images/p00.png", bright.bytes)
        try run(["train", "--data", data.path, "--out", data.file("f"), "--epochs", "1", "--folds", "3"] + flags)
        let ranges = try (1...3).map { fold in
            try Checkpoint(path: data.file("f/fold-\(fold)/checkpoint.safetensors")).record(for: nil).data.range
        }
        #expect(Set(ranges).count == 2, "\(ranges)")
    }
}
