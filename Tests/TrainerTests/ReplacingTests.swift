import FileAccess
import Imaging
import Platform
import Runtime
import TensorFiles
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Predictions
@testable import Reporting
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// Files that results must not take the place of, and those that they may.
@Suite struct ReplacingTests {
    /// Three pictures, half red, in `images/`, and weights for a net that finds red.
    private func data() throws -> TestFolder {
        let data = try TestFolder()
        try data.folder("images")
        for name in ["a", "b", "c"] { try data.writePicture("images/\(name).png", red: 200) }
        var writer = SafetensorsWriter()
        try writer.add("out.weight", shape: [1, 3, 1, 1], values: [20, 0, 0])
        try writer.add("out.bias", shape: [1], values: [-10])
        try writer.write(to: data.file("w.safetensors"))
        return data
    }

    private func predict(_ data: TestFolder, _ arguments: [String]) throws {
        let all = ["trainer", "predict", "--weights", data.file("w.safetensors"), "--threads", "2"] + arguments
        let model = try PixelModel.load(["TILED=1", "NAME=\"red\"", "HASH=\"red\""])
        try perform(parse(all), TrainerContext(model: model, arguments: all))
    }

    private func contents(_ folder: String) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for name in try FileSystem.names(in: folder) {
            let path = FileSystem.join(folder, name)
            if !FileSystem.isFolder(path) { found[name] = bytes(path) }
        }
        return found
    }

    /// A mask that somebody has drawn looks exactly as one that was predicted.
    @Test(arguments: [[], ["--tiles"]])
    func handDrawnMasksStay(flags: [String]) throws {
        let data = try data()
        try data.folder("masks")
        for name in ["b", "c"] { try data.writeMask("masks/\(name).png", left: 0, right: 255) }
        let before = try contents(data.file("masks"))
        let arguments = [data.file("images"), "--out", data.file("masks")] + flags
        let text = message { try predict(data, arguments) }
        #expect(text.contains("2 of the 3 files that would be written are there already"), "\(text)")
        #expect(text.contains("masks/b.png, ") && text.contains("masks/c.png"), "\(text)")
        #expect(text.contains("--overwrite"), "\(text)")
        #expect(try contents(data.file("masks")) == before, "nothing is written, also where there is room")
        try predict(data, arguments + ["--overwrite"])
        #expect(try contents(data.file("masks")).count == 3)
        #expect(try decodeMask(path: data.file("masks/b.png")).pixels.allSatisfy { $0 == 255 })
        // Now all are ours.
        try predict(data, arguments)
    }

    @Test(arguments: ["p.png", "overlays/p.png", "probabilities/p.png"])
    func resultsAreReplacedUntilSomebodyChangesThem(name: String) throws {
        let data = try data()
        try data.writePicture("p.png", red: 220)
        let arguments = [
            data.file("p.png"), "--overlay", "--probabilities", "8", "--out", data.file("out"),
        ]
        try predict(data, arguments)
        let first = bytes(data.file("out/p.png"))
        try predict(data, arguments)
        #expect(bytes(data.file("out/p.png")) == first)
        // As an editor saves it: the same picture, stored in another way.
        let path = data.file("out/\(name)")
        let picture = try decodePicture(path: path)
        try data.write("out/\(name)", picture.encodePNG())
        let edited = bytes(path)
        let text = message { try predict(data, arguments) }
        #expect(text.contains("1 of the 3 files that would be written is there already"), "\(text)")
        #expect(text.contains("out/\(name)") && bytes(path) == edited, "\(text)")
        try predict(data, arguments + ["--overwrite"])
        #expect(isOwnPNG(path: path))
    }

    /// Pictures that are read stay, whatever is said, by whatever path they are found.
    @Test(arguments: ["images", "link"], [[], ["--overwrite"]])
    func picturesThatAreReadStay(folder: String, flags: [String]) throws {
        let data = try data()
        #expect(symlink("images", data.file("link")) == 0)
        let before = try contents(data.file("images"))
        let text = message { try predict(data, [data.file("images"), "--out", data.file(folder)] + flags) }
        #expect(text.contains("the mask would replace a picture that is to be predicted, and 2 other files"), "\(text)")
        #expect(try contents(data.file("images")) == before)
    }

    @Test func foldersAreNoPlaceForResults() throws {
        let data = try data()
        try data.folder("out/a.png")
        for flags in [[], ["--overwrite"]] {
            let text = message { try predict(data, [data.file("images"), "--out", data.file("out")] + flags) }
            #expect(text.contains("out/a.png: is a folder"), "\(text)")
        }
    }

    /// What comes on a pipe is looked at picture by picture.
    @Test func listsOfUnknownLengthKeepFiles() throws {
        let data = try data()
        try data.folder("out")
        try data.writeMask("out/b.png", left: 0, right: 255)
        let drawn = bytes(data.file("out/b.png"))
        let targets = PredictionTargets(folder: data.file("out"), task: .mask, style: PredictionStyle())
        let list = try Pipe(["a", "b", "c"].map { data.file("images/\($0).png") }.joined(separator: "\n"))
        var source = PredictionSource(PathList(descriptor: list.end, isNullSeparated: false), targets)
        var results: [String] = []
        var faults: [String] = []
        while let next = source.next(isStopped: { false }) {
            switch next {
            case .success(let job): results.append(FileSystem.name(job.result))
            case .failure(let error): faults.append(error.description)
            }
        }
        #expect(results == ["a.png", "c.png"] && faults.count == 1)
        #expect(faults[0].contains("images/b.png: is left out: its mask"), "\(faults)")
        #expect(faults[0].contains("out/b.png would replace a file that unetc has not written"), "\(faults)")
        #expect(bytes(data.file("out/b.png")) == drawn)
    }

    /// People correct masks while others are predicted: what counts is the moment at which the result gets its name.
    @Test(arguments: ["out/a.png", "out/overlays/a.png", "out/probabilities/a.png"])
    func filesThatAreChangedMeanwhileStay(file: String) throws {
        let data = try data()
        let style = PredictionStyle(probabilityBits: 8, overlay: .tinted)
        let targets = PredictionTargets(folder: data.file("out"), task: .mask, style: style)
        let job = targets.job(PredictionPicture(path: data.file("images/a.png")))
        try job.makeFolders()
        let writer = try PredictionWriter(
            job, size: PictureSize(width: 4, height: 2), channels: 1, task: .mask, style: style)
        let picture = [UInt8](repeating: 9, count: 12)
        func append() throws {
            try [Float](repeating: 0.7, count: 4).withUnsafeBufferPointer { try writer.append($0, picture: picture) }
        }
        try append()
        try data.writeMask("drawn.png", left: 0, right: 255)
        let drawn = bytes(data.file("drawn.png"))
        try #require(rename(data.file("drawn.png"), data.file(file)) == 0)
        let text = message { try append() }
        #expect(text.contains("images/a.png: is left out: its") && text.contains("has not written"), "\(text)")
        #expect(bytes(data.file(file)) == drawn)
        #expect(job.files.filter(FileSystem.isFile) == [data.file(file)], "the others have not appeared")
    }

    /// Two names may be one place.
    @Test func resultsMeetThroughLinks() throws {
        let data = try data()
        for folder in ["in/left", "in/right", "out/left"] { try data.folder(folder) }
        for folder in ["left", "right"] { try data.writePicture("in/\(folder)/x.png") }
        #expect(symlink("left", data.file("out/right")) == 0)
        let text = message { try predict(data, [data.file("in"), "--recursive", "--out", data.file("out")]) }
        #expect(text.contains("in/left/x.png and ") && text.contains("would both give"), "\(text)")
        #expect(try FileSystem.names(in: data.file("out/left")).isEmpty)
    }

    @Test(arguments: ["augment", "doctor", "evaluate"])
    func figuresReplaceOwnFilesOnly(command: String) throws {
        let data = try TinyRuns.pictures()
        let target = data.file("figure.png")
        let arguments: [String]
        switch command {
        case "augment": arguments = ["augment", "--data", data.path, "--out", target]
        case "doctor": arguments = ["doctor", "--data", data.path, "--sheet", target]
        default:
            try TinyRuns.run(["train", "--data", data.path, "--out", data.file("run"), "--epochs", "1", "--quiet"])
            arguments = ["evaluate", "--run", data.file("run"), "--show", "1", "--out", target]
        }
        func run(_ more: [String] = []) -> String { message { try TinyRuns.run(arguments + more) } }
        try data.writePicture("figure.png")
        let drawn = bytes(target)
        let text = run()
        #expect(text.contains("figure.png: is there already") && text.contains("--overwrite"), "\(text)")
        #expect(bytes(target) == drawn)
        #expect(run(["--overwrite"]).isEmpty && bytes(target) != drawn)
        #expect(run().isEmpty, "it is ours now")
    }

    @Test func recordsOfThreadsReplaceNothingElse() throws {
        let data = try TestFolder()
        try data.write("a.json", Array("{\"mine\": 1}".utf8))
        #expect(message { try Trace.check(data.file("a.json")) }.contains("a.json: is there already"))
        try Trace(header: [], threads: []).write(to: data.file("b.json"))
        try Trace.check(data.file("b.json"))
        try Trace.check(data.file("none.json"))
    }
}
