import Base
import FileAccess
import Imaging
import Platform
import Runtime
import TensorFiles
import Testing
import TrainerTestSupport

@testable import DataDoctor
@testable import DataSets
@testable import Nets
@testable import Predictions
@testable import Reporting
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// Pictures of any name: none vanishes, and no two are taken for one.
@Suite struct FileNameTests {
    private let shape = SampleShape(channels: 3, height: 16, width: 16)

    /// Names before the extension, as bytes.
    static let stems: [[UInt8]] = [
        Array("M".utf8) + [0xFC] + Array("ller".utf8), Array("\u{1B}[31mred".utf8), Array("two\nlines\t".utf8),
        Array("caf\u{E9}".utf8), Array("cafe\u{301}".utf8), Array("\u{202E}turned".utf8), Array("\u{10FFAB}".utf8),
        [0xFF], Array(repeating: 0x78, count: 251), Array("scan.2024.05.01".utf8), Array("scan.2024.05.02".utf8),
        Array("[a]*?".utf8), Array(" blank ".utf8), Array("\u{301}accent".utf8), Array("-flag".utf8),
        Array("a'b\"c".utf8),
    ].map { Array($0) }

    private func name(_ stem: [UInt8], _ ending: String = ".png") -> String {
        FileName.text(of: stem + Array(ending.utf8))
    }

    /// `images/` and `masks/` with all of them.
    private func allNames(ending: String = ".png") throws -> TestFolder {
        let data = try TestFolder()
        try data.folder("images")
        try data.folder("masks")
        for stem in Self.stems {
            try data.writePicture("images/" + name(stem, ending), red: 200)
            try data.writeMask("masks/" + name(stem, ending), left: 0, right: 255)
        }
        return data
    }

    private func load(_ data: TestFolder) throws -> LoadedSamples {
        try SampleLoading(shape: shape, threads: 2).load(
            DataLayout.recognize(folder: data.path, pictures: nil, masks: nil), map: nil)
    }

    private func predict(_ data: TestFolder, _ arguments: [String]) throws {
        var writer = SafetensorsWriter()
        try writer.add("out.weight", shape: [1, 3, 1, 1], values: [20, 0, 0])
        try writer.add("out.bias", shape: [1], values: [-10])
        try writer.write(to: data.file("w.safetensors"))
        let all = ["trainer", "predict", "--weights", data.file("w.safetensors")] + arguments
        let model = try PixelModel.load(["TILED=1", "NAME=\"red\"", "HASH=\"red\""])
        try perform(parse(all), TrainerContext(model: model, arguments: all))
    }

    @Test(arguments: [".png", ""])
    func anyNameIsReadAndPaired(ending: String) throws {
        let data = try allNames(ending: ending)
        let loaded = try load(data)
        #expect(loaded.report.issues.isEmpty)
        let expected = Self.stems.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(loaded.samples.map { FileName.bytes(of: $0.name) } == expected)
        for sample in loaded.samples {
            let pair = try #require(sample.pair)
            #expect(ExactText(FileSystem.name(pair.picture)) == ExactText(FileSystem.name(pair.mask ?? "")))
        }
    }

    @Test(arguments: [[], ["--tiles"], ["--overlay", "--probabilities", "16"]])
    func anyNameIsPredicted(flags: [String]) throws {
        let data = try allNames()
        try predict(data, [data.file("images"), "--strict", "--out", data.file("out")] + flags)
        let names = Self.stems.map { $0 + Array(".png".utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        for folder in ["out"] + (flags.count > 1 ? ["out/overlays", "out/probabilities"] : []) {
            let found = try FileSystem.names(in: data.file(folder)).filter { $0.hasSuffix(".png") }
            #expect(found.map(FileName.bytes) == names)
        }
    }

    @Test func anyNameComesOnAList() throws {
        let data = try allNames()
        let paths = Self.stems.map { Array(data.file("images/").utf8) + $0 + Array(".png".utf8) }
        try data.write("list", Array(paths.joined(separator: [0])))
        let file = open(data.file("list"), O_RDONLY)
        defer { close(file) }
        let inputs = try PredictionInputs(PathList(descriptor: file, isNullSeparated: true))
        #expect(inputs.pictures.map { FileName.bytes(of: $0.path) } == paths && inputs.report.issues.isEmpty)
    }

    /// A folder of such a name is found again when a run goes on, from what the checkpoint says.
    @Test func foldersOfAnyNameAreRemembered() throws {
        let data = try TinyRuns.pictures()
        let folder = data.file(FileName.text(of: [0xFC, 0x1B, 0x5B]))
        let moved = folder.withFileName { target in
            mkdir(target, 0o700) == 0
        }
        try #require(moved)
        for name in ["images", "masks"] {
            let target = FileSystem.join(folder, name)
            #expect(target.withFileName { rename(data.file(name), $0) } == 0)
        }
        let run = FileSystem.join(folder, "run")
        try TinyRuns.run(["train", "--data", folder, "--out", run, "--epochs", "1", "--quiet"])
        try TinyRuns.run(["train", "--out", run, "--resume", "--epochs", "2", "--quiet"])
        let record = try Checkpoint(path: RunFiles(folder: run).checkpoint).record(for: nil)
        #expect(record.data.folder.map(FileName.bytes) == FileName.bytes(of: FileSystem.absolute(folder)))
        #expect(record.progress.epoch == 2)
        let line = ShellWords.line(["trainer", "--data", "\u{10FFFC}\u{10FF1B}'\\"])
        #expect(line == #"trainer --data $'\xfc\x1b\'\\'"#)
    }

    @Test func namesDoNothingToTerminalsAndPages() throws {
        let data = try allNames()
        for stem in Self.stems { _ = data.file("masks/" + name(stem)).withFileName { unlink($0) } }
        try data.writeMask("masks/" + name(Self.stems[0]), left: 0, right: 255)
        var settings = DataSettings(folder: data.path)
        settings.isSorted = true
        let diagnosis = try DataExamination(settings: settings, seed: 0, net: nil, threads: 1).diagnosis()
        let json = try JSON(parsing: diagnosis.json)
        let left = try #require(json["left_out"]?.array).compactMap { $0["file"]?.string }
        #expect(left.contains { $0.hasSuffix(#"images/\x1b[31mred.png"#) })
        for text in [diagnosis.text.shown, diagnosis.json, HTML.text(diagnosis.text)] {
            let isQuiet = text.unicodeScalars.allSatisfy { $0.isShown || $0 == "\n" }
            #expect(isQuiet)
            #expect(text.contains(#"\x1b[31mred"#) || text.contains(#"\\x1b[31mred"#))
        }
        #expect(JSON.string("\u{1B}\u{202E}\u{10FFFC}é").text == #""\u001b\u202e\udbff\udffcé""#)
        #expect(try JSON(parsing: #""\udbff\udffc""#).string == "\u{10FFFC}")
    }

    /// One writes é as a letter, the other as e and an accent: two names, though Swift calls them equal.
    @Test func accentsThatLookAlikeAreTwoNames() throws {
        let data = try TestFolder()
        for folder in ["images", "masks"] { try data.folder(folder) }
        try data.writePicture("images/caf\u{E9}.png")
        try data.writeMask("masks/cafe\u{301}.png", left: 0, right: 255)
        let layout = try DataLayout.recognize(folder: data.path, pictures: nil, masks: nil)
        let text = message { _ = try SamplePairing(layout.folders[0]) }
        #expect(text.contains("names look the same but are of other bytes"), "\(text)")
        try data.writePicture("images/b.png")
        try data.writeMask("masks/b.png", left: 0, right: 255)
        let loaded = try load(data)
        #expect(loaded.samples.map(\.name) == ["b"] && loaded.report.issues.count == 2)
        #expect(loaded.report.issues[0].reason.contains("looks the same, but writes its accents with other bytes"))
        let diagnosis = try DataExamination(
            settings: DataSettings(folder: data.path), seed: 0, net: nil, threads: 1
        ).diagnosis()
        #expect(diagnosis.finding(.pictureAlone)?.advice?.contains("names look the same") == true)
        // The right mask is taken when both are there.
        try data.writeMask("masks/caf\u{E9}.png", left: 255, right: 0)
        let both = try load(data)
        #expect(both.samples.count == 2 && both.report.issues.map(\.kind) == [.maskAlone])
        #expect(both.samples[1].kept?.mask.first == 1)
        // And two results have two names.
        try data.writePicture("images/cafe\u{301}.png", red: 250)
        try predict(data, [data.file("images"), "--out", data.file("out")])
        #expect(try FileSystem.names(in: data.file("out")).count == 3)
    }

    @Test(arguments: ["same", "link", "dot"])
    func aPictureIsNotItsOwnMask(form: String) throws {
        let data = try TestFolder()
        try data.folder("images")
        try data.writePicture("images/a.png")
        #expect(symlink("images", data.file("link")) == 0)
        let masks = ["same": "images", "link": "link", "dot": "images/."][form] ?? ""
        let layout = try DataLayout.recognize(folder: data.path, pictures: "images", masks: masks)
        let text = message { _ = try SampleLoading(shape: shape, threads: 1).load(layout, map: nil) }
        #expect(text.contains("each picture would be its own mask") && text.contains("--mask-name"), "\(text)")
        let settings = DataSettings(folder: data.path, pictures: "images", masks: masks)
        let diagnosis = try DataExamination(settings: settings, seed: 0, net: nil, threads: 1).diagnosis()
        #expect(diagnosis.words(.layout).contains("each picture would be its own mask"))
    }

    @Test func aLinkToThePictureIsNoMask() throws {
        let data = try TestFolder()
        for folder in ["images", "masks"] { try data.folder(folder) }
        for name in ["a", "b"] {
            try data.writePicture("images/\(name).png")
            try data.writeMask("masks/\(name).png", left: 0, right: 255)
        }
        unlink(data.file("masks/b.png"))
        #expect(symlink("../images/b.png", data.file("masks/b.png")) == 0)
        let loaded = try load(data)
        #expect(loaded.samples.map(\.name) == ["a"])
        #expect(
            loaded.report.issues.map(\.text).first?.contains("masks/b.png: is the same file as its picture") == true)
    }

    @Test func linksToPicturesAloneAreNoMasks() throws {
        let data = try TestFolder()
        for folder in ["images", "masks"] { try data.folder(folder) }
        for name in ["a", "b"] {
            try data.writePicture("images/\(name).png")
            #expect(link(data.file("images/\(name).png"), data.file("masks/\(name).png")) == 0)
        }
        let text = message { _ = try load(data) }
        #expect(text.contains("masks: no mask in it, but links to the pictures: "), "\(text)")
        #expect(text.contains("masks/a.png") && text.contains("masks/b.png"), "\(text)")
    }

    // MARK: What is left out

    /// Files that were meant as pictures, and what is said of them; nil for those that nobody means.
    static let others: [(name: String, bytes: [UInt8], words: String?)] = [
        ("empty.jpg", [], "is empty"),
        ("photo.heic", [0, 0, 0, 24] + Array("ftypheic\0\0\0\0mif1heic".utf8), "is a HEIC"),
        ("named.png", [0, 0, 0, 24] + Array("ftypavif\0\0\0\0".utf8), "is an AVIF"),
        ("scan", [0xFF, 0x4F, 0xFF, 0x51, 0, 0], "is a JPEG 2000"), ("b.PSD", Array("8BPS\0".utf8), "is a PSD"),
        ("c.jxl", [0xFF, 0x0A], "is a JPEG XL"), ("text.JPEG", Array("not a picture".utf8), "is not a picture"),
        ("notes.txt", Array("notes".utf8), nil), ("Thumbs.db", [1, 2, 3], nil), (".hidden.jpg", [], nil),
    ]

    @Test func whatLooksMeantIsNamed() throws {
        let data = try TestFolder()
        try data.folder("in")
        try data.writePicture("in/good.png", red: 200)
        for other in Self.others { try data.write("in/" + other.name, other.bytes) }
        #expect(symlink("nowhere.jpg", data.file("in/dangling.jpg")) == 0)
        #expect(symlink("nowhere", data.file("in/dangling")) == 0)
        #expect(mkfifo(data.file("in/pipe.png"), 0o600) == 0)
        let inputs = try PredictionInputs([data.file("in")], isRecursive: false, output: data.file("out"))
        #expect(inputs.pictures.map { FileSystem.name($0.path) } == ["good.png"])
        var expected = Dictionary(
            uniqueKeysWithValues: Self.others.compactMap { other in other.words.map { (other.name, $0) } })
        for name in ["dangling.jpg", "dangling"] { expected[name] = "is a link to nothing" }
        expected["pipe.png"] = "is not a file"
        #expect(inputs.report.issues.count == expected.count)
        for issue in inputs.report.issues {
            let words = try #require(expected[FileSystem.name(issue.file)])
            #expect(issue.reason.hasPrefix(words), "\(issue.text)")
        }
        let count = expected.count
        #expect(inputs.report.warning?.hasPrefix("left out \(count) of \(count + 1) files:\n") == true)
        let strict = message { try predict(data, [data.file("in"), "--strict", "--out", data.file("out")]) }
        #expect(strict.hasPrefix("\(count) of \(count + 1) files cannot be used"), "\(strict)")
        #expect(!FileSystem.isFolder(data.file("out")), "nothing is written")
        try predict(data, [data.file("in"), "--out", data.file("out")])
        #expect(try FileSystem.names(in: data.file("out")) == ["good.png"])
        // Training and the doctor name them as well, and other files besides.
        let report = try SamplePairing(listing: DataFolders(pictures: data.file("in"))).report
        #expect(report.issues.count == count + 2 && report.fileCount == count + 3)
    }

    @Test func unreadableFilesAreNamed() throws {
        guard geteuid() != 0 else { return print("unreadableFilesAreNamed: skipped, everything can be read here") }
        let data = try TestFolder()
        try data.writePicture("a.png")
        try data.writePicture("b")
        chmod(data.file("b"), 0)
        let inputs = try PredictionInputs([data.path], isRecursive: false, output: data.file("out"))
        #expect(inputs.report.issues.map { FileSystem.name($0.file) } == ["b"])
    }

    /// The result of a name without an extension is longer than its picture's.
    @Test func namesTooLongForResultsAreLeftOut() throws {
        let data = try TestFolder()
        try data.folder("in")
        for count in [251, 252, 255] {
            try data.writePicture("in/" + String(repeating: "x", count: count), red: 200)
        }
        try data.writePicture("in/" + String(repeating: "y", count: 251) + ".png", red: 200)
        let inputs = try PredictionInputs([data.file("in")], isRecursive: false, output: data.file("out"))
        let targets = PredictionTargets(folder: data.file("out"), task: .mask, style: PredictionStyle())
        let source = try PredictionSource(inputs, targets, threads: 1)
        #expect(source.count == 2 && source.report.issues.count == 2)
        #expect(source.report.issues[0].reason.contains("it would be 256 bytes, more than the 255 allowed"))
        try predict(data, [data.file("in"), "--out", data.file("out")])
        #expect(try FileSystem.names(in: data.file("out")).count == 2)
    }

    // MARK: Patterns and folders

    @Test(
        arguments: [
            ("dir [a]/*.png", ["dir [a]/a1.png", "dir [a]/a2.png"]), ("dir [a]/a[2-9].png", ["dir [a]/a2.png"]),
            ("dir [a]", ["dir [a]/a1.png", "dir [a]/a2.png"]), ("dir*/a?.png", ["dir [a]/a1.png", "dir [a]/a2.png"]),
            ("*/[a].png", ["odd/[a].png"]), ("odd/[a].png", ["odd/[a].png"]), ("odd/[[]a].png", ["odd/[a].png"]),
            ("d*[]]/a1*", ["dir [a]/a1.png"]), ("od[d]/\\[a].p*", ["odd/[a].png"]),
        ] as [(String, [String])])
    func patternsStandBesideRealNames(pattern: String, expected: [String]) throws {
        let data = try TestFolder()
        for name in ["dir [a]/a1.png", "dir [a]/a2.png", "odd/[a].png"] {
            try FileSystem.makeFolder(FileSystem.parent(data.file(name)))
            try data.writePicture(name)
        }
        let inputs = try PredictionInputs([data.file(pattern)], isRecursive: false, output: data.file("out"))
        #expect(inputs.pictures.map(\.path) == expected.map(data.file))
    }

    @Test func picturesInFoldersInsideAreSpokenOf() throws {
        let data = try TestFolder()
        try data.folder("masks")
        for name in ["images/x/1.png", "images/x/2.png", "images/y/z/3.png", "images/y/text.txt"] {
            try FileSystem.makeFolder(FileSystem.parent(data.file(name)))
            if name.hasSuffix("png") { try data.writePicture(name) } else { try data.write(name, [0x61]) }
        }
        let words = "images: expected picture files, found none; 3 pictures are in 2 folders inside: x/, y/z/"
        let layout = try DataLayout.recognize(folder: data.path, pictures: nil, masks: nil)
        let training = message { _ = try SamplePairing(layout.folders[0]) }
        #expect(training.contains(words) && training.contains("--images"), "\(training)")
        let predicting = message { try predict(data, [data.file("images"), "--out", data.file("out")]) }
        #expect(predicting.contains("3 pictures are in 2 folders inside: x/, y/z/"), "\(predicting)")
        #expect(predicting.contains("--recursive"), "\(predicting)")
        try data.writePicture("images/top.png")
        let inputs = try PredictionInputs([data.file("images")], isRecursive: false, output: data.file("images/x"))
        #expect(inputs.unseenFolders.isEmpty, "y/ has no picture itself, and x/ is for results")
        let others = try PredictionInputs([data.file("images")], isRecursive: false, output: data.file("out"))
        #expect(others.unseenFolders == [data.file("images/x")])
    }

    @Test(
        arguments: [
            ("a/b/c.png", "a/b", "c.png", "c"), ("c", ".", "c", "c"), ("/c", "/", "c", "c"), ("a/b//", "a", "b", "b"),
            ("/", "/", "/", "/"), ("a/\u{301}b.png", "a", "\u{301}b.png", "\u{301}b"), ("", ".", "", ""),
            ("a.d/scan.2024.05.01", "a.d", "scan.2024.05.01", "scan.2024.05.01"),
        ])
    func pathsHaveParts(path: String, parent: String, name: String, stem: String) {
        #expect(ExactText(FileSystem.parent(path)) == ExactText(parent))
        #expect(ExactText(FileSystem.name(path)) == ExactText(name))
        #expect(ExactText(FileSystem.stem(path)) == ExactText(stem))
    }

    @Test(
        arguments: [
            ([], ""), (["a"], "a"), (["a", "b", "c"], "a, b, c"), (["a", "b", "c", "d"], "a, b, c, d"),
            (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
        ] as [([String], String)])
    func listsAreCut(items: [String], text: String) { #expect(Text.list(items) == text) }
}
