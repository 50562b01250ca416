import Base
import FileAccess
import Imaging
import Runtime
import TensorFiles
import Testing
import TrainerTestSupport

@testable import Predictions
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// Tables and sheets of single pictures, by a net that says what can be worked out by hand: object where a pixel is red.
@Suite struct PictureTableTests {
    /// Pictures with a red half; what is true is the first `truth` rows of their 12.
    private func data(
        _ pictures: [(name: String, width: Int, truth: Int)], classes: Bool = false
    ) throws -> TestFolder {
        let folder = try TestFolder()
        for name in ["images", "masks"] { try folder.folder(name) }
        for (name, width, truth) in pictures {
            var picture = Bitmap(width: width, height: 12, channels: 3)
            var mask = Bitmap(width: width, height: 12, channels: 1)
            for y in 0..<12 {
                for x in 0..<width {
                    if y < 6 { picture[x, y, 0] = 255 }
                    mask[x, y] = y < truth ? (classes ? 1 : 255) : 0
                }
            }
            try FileWriter.write(folder.file("images/\(name).png"), picture.encodePNG())
            try FileWriter.write(folder.file("masks/\(name).png"), mask.encodePNG())
        }
        return folder
    }

    private func evaluate(_ folder: TestFolder, _ arguments: [String], classes: Bool = false) throws {
        var writer = SafetensorsWriter()
        let count = classes ? 3 : 1
        try writer.add(
            "out.weight", shape: [count, 3, 1, 1], values: classes ? [0, 0, 0, 20, 0, 0, 0, 0, 0] : [20, 0, 0])
        try writer.add("out.bias", shape: [count], values: classes ? [10, 0, 0] : [-10])
        try writer.write(to: folder.file("w.safetensors"))
        let model = try PixelModel.load(
            classes
                ? ["TILED=1", "CLASSES=3", "NAME=\"three\"", "HASH=\"three\""]
                : ["TILED=1", "NAME=\"red\"", "HASH=\"red\""])
        try TinyRuns.run(
            ["evaluate", "--weights", folder.file("w.safetensors"), "--data", folder.path, "--split", "0"] + arguments,
            model: model)
    }

    private func lines(_ path: String) throws -> [String] {
        try FileSystem.text(of: path).split(separator: "\n").map(String.init)
    }

    private static let pictures = [
        (name: "right", width: 16, truth: 6), ("a, \"b\" ü", 16, 3), ("nothing", 16, 0), ("all", 16, 12),
    ]

    /// Whole pictures (of the net's width; twelve rows are brought to sixteen and back) and tiles go one way.
    @Test(arguments: [[], ["--tiles"]])
    func theWorstComeFirst(flags: [String]) throws {
        let folder = try data(Self.pictures)
        try evaluate(folder, ["--table", folder.file("t.csv")] + flags)
        let found = try lines(folder.file("t.csv"))
        #expect(
            found[0]
                == "picture,width,height,dice,iou,precision,recall,bf1,hd95,cldice,truth_pixels,predicted_pixels")
        #expect(found.dropFirst().map { $0.prefix(8) } == ["nothing,", "\"a, \"\"b\"", "all,16,1", "right,16"])
        #expect(found[1] == "nothing,16,12,0.0,0.0,0.0,n/a,0.0,20.0,0.0,0,96")
        #expect(found[4] == "right,16,12,1.0,1.0,1.0,1.0,1.0,0.0,1.0,96,96")
        #expect(found[2].hasPrefix("\"a, \"\"b\"\" ü\",16,12,\(2.0 * 48 / 144),0.5,0.5,1.0,"))
        #expect(found[3].hasPrefix("all,16,12,\(2.0 * 96 / 288),0.5,1.0,0.5,"))
    }

    @Test func tablesAreJSONByTheirExtension() throws {
        let folder = try data(Self.pictures)
        try evaluate(folder, ["--table", folder.file("t.JSON"), "--boundary-tolerance", "100"])
        let json = try JSON(parsing: FileSystem.text(of: folder.file("t.JSON")))
        let pictures = try #require(json["pictures"]?.array)
        #expect(pictures.map { $0["picture"]?.string } == ["nothing", "a, \"b\" ü", "all", "right"])
        #expect(pictures[0]["recall"] == .null && pictures[0]["hd95"]?.number == 20)
        let means = try #require(json["means"])
        let (dice, recall): (Double, Double) = ((0 + 2.0 / 3 + 2.0 / 3 + 1) / 4, (1 + 0.5 + 1) / 3)
        #expect(means["dice"]?.number == dice)
        #expect(means["recall"]?.number == recall)
        #expect(means["bf1"]?.number == 0.75, "all edges are near but those of nothing")
    }

    /// Class 2 is nowhere, and class 1 may be found where it is not.
    @Test func classesHaveColumns() throws {
        let folder = try data([("x", 16, 6), ("y", 16, 0)], classes: true)
        try evaluate(folder, ["--table", folder.file("t.csv"), "--classes", "sky,road,sea"], classes: true)
        let rows = try lines(folder.file("t.csv")).map { $0.split(separator: ",").map(String.init) }
        func cell(_ row: Int, _ column: String) -> String { rows[row][rows[0].firstIndex(of: column) ?? 0] }
        #expect(rows.allSatisfy { $0.count == rows[0].count } && cell(1, "picture") == "y")
        let sky = 2.0 * 96 / 288
        #expect(cell(1, "dice_sky") == "\(sky)" && cell(1, "dice_road") == "0.0")
        #expect(cell(1, "dice_sea") == "n/a" && cell(1, "truth_pixels_road") == "0")
        #expect(cell(1, "predicted_pixels_road") == "96" && cell(1, "dice") == "\(sky / 2)")
        #expect(cell(2, "dice") == "1.0" && cell(2, "hd95_road") == "0.0")
        try evaluate(folder, ["--table", folder.file("t.json"), "--classes", "sky,road,sea"], classes: true)
        let json = try JSON(parsing: FileSystem.text(of: folder.file("t.json")))
        #expect(json["means"]?["classes"]?["road"]?["dice"]?.number == 0.5)
        #expect(json["pictures"]?.array?[0]["classes"]?["sea"]?["dice"] == .null)
    }

    /// The worst two of four, each in its own shape, in the colours of what became of their pixels.
    @Test(arguments: [[], ["--tiles"]])
    func theWorstAreDrawn(flags: [String]) throws {
        let folder = try data(Self.pictures)
        try evaluate(folder, ["--worst", folder.file("w.png"), "--worst-count", "2"] + flags)
        let sheet = try decodePicture(path: folder.file("w.png"))
        // 16 x 12 pixels, eight times as large: 128 x 96.
        func color(_ x: Int, _ y: Int) -> [UInt8] { (0..<3).map { sheet[x, y, $0] } }
        // The first cell, "nothing": false alarms above (red under magenta), nothing below.
        let (left, top) = (14 + (300 - 128) / 2, 14)
        #expect(color(left + 64, top + 20) == [236, 0, 120])
        #expect(color(left + 64, top + 80) == [0, 0, 0])
        // The second one, of which half of what was found is there.
        let second = left + 314
        #expect(color(second + 64, top + 10) == [159, 59, 43] && color(second + 64, top + 36) == [236, 0, 120])
    }

    @Test func aRunHasItsTable() throws {
        let folder = try TinyRuns.pictures()
        try TinyRuns.run(["train", "--data", folder.path, "--out", folder.file("run"), "--quiet", "--epochs", "3"])
        try TinyRuns.run(["evaluate", "--run", folder.file("run"), "--table", folder.file("t.csv")])
        #expect(try lines(folder.file("run/pictures.csv")) == lines(folder.file("t.csv")))
        let json = try JSON(parsing: FileSystem.text(of: folder.file("run/best.json")))
        let names = try lines(folder.file("t.csv")).dropFirst().map { $0.split(separator: ",")[0] }
        let dices = try lines(folder.file("t.csv")).dropFirst().compactMap { Double($0.split(separator: ",")[3]) }
        #expect(names.count == 3 && dices == dices.sorted())
        #expect(json["own_size"]?["per_picture"]?["dice"]?.number == dices.reduce(0, +) / 3)
        let report = try FileSystem.text(of: folder.file("run/report.html"))
        #expect(report.contains("<h2>Pictures</h2>") && report.contains("<td>\(names[0])</td><td>16x16</td>"))
    }

    @Test(
        arguments: [
            (["--table", "t.csv", "--no-own-size"], "--no-own-size leaves out"),
            (["--worst-count", "0", "--worst", "w.png"], "--worst-count takes a number from 1 to 100"),
            (["--boundary-tolerance", "far"], "boundary-tolerance"),
        ] as [([String], String)])
    func whatCannotBeIsSaid(flags: [String], expected: String) throws {
        let folder = try data([("x", 16, 6)])
        let text = message { try evaluate(folder, flags) }
        #expect(text.contains(expected), "\(text)")
    }

    @Test func whatIsThereIsKept() throws {
        let folder = try data([("x", 16, 6)])
        try FileWriter.write(folder.file("t.csv"), text: "mine")
        let flags = ["--table", folder.file("t.csv")]
        let text = message { try evaluate(folder, flags) }
        #expect(text.contains("t.csv: is there already"), "\(text)")
        try evaluate(folder, flags + ["--overwrite"])
        #expect(try lines(folder.file("t.csv")).count == 2)
    }

    @Test func drawnPicturesHaveNone() throws {
        let folder = try TestFolder()
        try TinyRuns.run(["train", "--out", folder.file("run"), "--quiet", "--epochs", "1"])
        let flags = ["evaluate", "--run", folder.file("run"), "--table", folder.file("t.csv")]
        let text = message { try TinyRuns.run(flags) }
        #expect(text.contains("--table: drawn pictures have the net's size alone"), "\(text)")
        #expect(!FileSystem.isFile(folder.file("run/pictures.csv")))
    }
}
