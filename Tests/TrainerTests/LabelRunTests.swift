import Base
import FileAccess
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

/// Whole runs of a net whose labels overlap, through the command line.
@Suite struct LabelRunTests {
    private static let defines = ["LABELS=2", "TILED=1", "NAME=\"labels\"", "HASH=\"labels\""]

    private func run(_ arguments: [String]) throws {
        try TinyRuns.run(arguments, model: PixelModel.load(Self.defines))
    }

    private func fault(_ arguments: [String]) -> String { message { try run(arguments) } }

    /// A red disc and a green ring that cross each other.
    private static func has(_ index: Int, _ number: Int, _ x: Int, _ y: Int, _ size: PictureSize) -> Bool {
        let (dx, dy) = (x - size.width / 3 - index % 3, y - size.height / 2)
        let square = dx * dx + dy * dy
        let side = min(size.width, size.height)
        if number == 0 { return square < side * side / 9 }
        let (ex, ey) = (dx - side / 5, dy)
        return (side * side / 25..<side * side / 5).contains(ex * ex + ey * ey)
    }

    /// `images/` and a folder of masks for each label.
    private func cells(_ count: Int = 11, size: PictureSize = PictureSize(width: 16, height: 16)) throws -> TestFolder {
        let folder = try TestFolder()
        for name in ["images", "masks/disc", "masks/ring"] { try folder.folder(name) }
        for index in 0..<count {
            var picture = Bitmap(width: size.width, height: size.height, channels: 3)
            var masks = [Bitmap](
                repeating: Bitmap(width: size.width, height: size.height, channels: 1), count: 2)
            var random = SplitMix64(seed: 5, UInt64(index))
            for y in 0..<size.height {
                for x in 0..<size.width {
                    for c in 0..<3 { picture[x, y, c] = UInt8(random.index(below: 90)) }
                    for number in 0..<2 where Self.has(index, number, x, y, size) {
                        picture[x, y, number] += 130
                        masks[number][x, y] = 255
                    }
                }
            }
            try picture.writePNG(to: folder.file("images/p\(index).png"))
            for (number, name) in ["disc", "ring"].enumerated() {
                try masks[number].writePNG(to: folder.file("masks/\(name)/p\(index).png"))
            }
        }
        return folder
    }

    private func trained(_ data: TestFolder, _ more: [String] = [], out: String = "run") throws -> String {
        let output = data.file(out)
        try run(
            ["train", "--data", data.path, "--out", output, "--quiet", "--epochs", "12", "--lr", "0.5"] + more)
        return output
    }

    private func scores(_ run: String) throws -> [Double?] {
        let rows = try MetricsLog(
            parsing: FileSystem.text(of: run + "/metrics.csv"), task: .labels(LabelRange(count: 2)), through: 99,
            path: "m"
        ).rows
        return try #require(rows.last?.test).values
    }

    /// The same labels, whatever the number of threads and the kinds of files.
    @Test func labelsThatOverlapAreLearned() throws {
        let data = try cells()
        let output = try trained(data, ["--threads", "1"])
        let values = try scores(output)
        #expect(values.count == 3 && values.allSatisfy { $0 ?? 0 > 0.95 }, "mean Dice, mean IoU, Dice: \(values)")
        let record = try Checkpoint(path: output + "/best.safetensors").record(for: nil)
        #expect(record.data.classNames == ["disc", "ring"] && record.data.labels == ["disc", "ring"])
        #expect(record.threshold != nil, "one threshold for all labels")
        let three = try trained(data, ["--threads", "3"], out: "three")
        let files = try [output, three].map { try TensorFile(path: $0 + "/best.safetensors") }
        for name in ["out.weight", "out.bias"] {
            #expect(try files[0].floats(name) == files[1].floats(name), "\(name)")
        }
        for name in ["curves.png", "samples.png", "thresholds.png"] {
            #expect(try decodePicture(path: output + "/" + name).width > 100, "\(name)")
        }
        let report = try FileSystem.text(of: output + "/report.html")
        #expect(report.contains("Labels") && report.contains("0 (disc)"))
        let table = try FileSystem.text(of: output + "/pictures.csv")
        #expect(table.contains("dice_disc") && table.contains("truth_pixels_ring"))
    }

    /// What is predicted is what the net says; read again as masks it agrees with the net everywhere.
    @Test(arguments: [[], ["--tiles", "--scale", "1"], ["--flips", "h"]])
    func predictedMasksAreThoseOfTheNet(flags: [String]) throws {
        let data = try cells()
        let output = try trained(data)
        let found = data.file("found")
        try run(
            ["predict", data.file("images"), "--run", output, "--out", found, "--overlay", "--probabilities", "16"]
                + flags)
        for (number, name) in ["disc", "ring"].enumerated() {
            let mask = try decodeMask(path: found + "/p3_\(name).png")
            #expect(Set(mask.pixels) == [0, 255])
            let truth = (0..<256).map {
                Self.has(3, number, $0 % 16, $0 / 16, PictureSize(width: 16, height: 16)) ? UInt8(255) : 0
            }
            #expect(zip(mask.pixels, truth).count { $0 == $1 } > 245)
            let said = try decodePicture(path: found + "/probabilities/p3_\(name).png")
            #expect(
                zip(mask.pixels, said.pixels.enumerated().filter { $0.offset % said.channels == 0 }.map(\.element))
                    .allSatisfy { ($0 == 255) == ($1 >= 128) })
        }
        #expect(try decodePicture(path: found + "/overlays/p3.png").width == 16)
        let table = data.file("table.json")
        try run(
            [
                "evaluate", "--run", output, "--data", data.path, "--images", "images", "--masks", "found", "--split",
                "0",
                "--table", table, "--worst", data.file("worst.png"),
            ] + flags)
        let text = try FileSystem.text(of: table)
        let json = try JSON(parsing: text)
        #expect(json["means"]?["labels"]?["ring"]?["dice"]?.number == 1, "\(text.prefix(600))")
        #expect(json["means"]?["dice"]?.number == 1)
        #expect(try decodePicture(path: data.file("worst.png")).width > 100)
    }

    @Test func piecesAndFoldsAndGroupsTrain() throws {
        let data = try cells(6, size: PictureSize(width: 45, height: 38))
        let output = try trained(data, ["--patches", "4", "--augment", "flip,rotate=20"])
        #expect(try scores(output).allSatisfy { $0 ?? 0 > 0.95 })
        #expect(try Checkpoint(path: output + "/best.safetensors").record(for: nil).data.patches?.perPicture == 4)
        try run([
            "train", "--data", data.path, "--out", data.file("folds"), "--quiet", "--epochs", "2", "--lr", "0.5",
            "--folds",
            "2", "--groups", "{}", "--classes", "disc,ring",
        ])
        let folds = try FileSystem.text(of: data.file("folds/folds.csv"))
        #expect(folds.contains("mean_dice") && folds.contains("mean_iou"), "\(folds)")
        try run([
            "predict", data.file("images/p1.png"), "--run", data.file("folds/fold-1"), "--run",
            data.file("folds/fold-2"), "--out", data.file("both"), "--keep-largest", "--threshold", "best",
        ])
        #expect(try decodeMask(path: data.file("both/p1_ring.png")).width == 45)
    }

    /// The largest part of each label stays, whatever lies over it.
    @Test func partsAreThoseOfALabel() {
        var labels: [UInt8] = [
            1, 3, 2, 0, 1,
            1, 0, 2, 0, 0,
        ]
        Postprocessing(keepsLargest: true).apply(to: &labels, width: 5, .labels(LabelRange(count: 2)))
        #expect(labels == [1, 3, 2, 0, 0, 1, 0, 2, 0, 0])
    }

    @Test func resumedRunsContinueExactly() throws {
        let data = try cells()
        let whole = try trained(data)
        let parts = data.file("parts")
        try run(["train", "--data", data.path, "--out", parts, "--quiet", "--epochs", "5", "--lr", "0.5"])
        try run(["train", "--out", parts, "--quiet", "--epochs", "12", "--resume"])
        let files = try [whole, parts].map { try TensorFile(path: $0 + "/best.safetensors") }
        #expect(try files[0].floats("out.weight") == files[1].floats("out.weight"))
    }

    @Test func flagsThatMeanNothingAreRefused() throws {
        let data = try cells(4)
        let out = ["--out", data.file("run")]
        let train = ["train", "--data", data.path] + out
        #expect(fault(train + ["--classes", "a"]).contains("--classes names 1 label, the graph has 2: a"))
        #expect(fault(train + ["--classes", "a,a"]).contains("label \"a\" is named twice"))
        #expect(fault(train + ["--classes", "a/b,c"]).contains("expected one without \"/\""))
        #expect(fault(train + ["--mask-map", "0=0,1=255"]).contains("whose masks have one value each, found values"))
        let masks = message {
            try TinyRuns.run(train + ["--sparse-labels"])
        }
        #expect(masks.contains("--sparse-labels: the net learns a binary mask, no labels that overlap"), "\(masks)")
        // Masks of labels, and a net that learns one mask.
        let other = message { try TinyRuns.run(train) }
        #expect(other.contains("expected picture files, found none") && other.contains("2 folders"), "\(other)")
    }
}
