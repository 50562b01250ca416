import Foundation
import Imaging
import TestSupport
import Testing

/// Class maps and reconstruction, from the graph's text to predicted pictures.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct TaskTests {
    /// The numbers of a column of `metrics.csv`.
    private func column(_ name: String, _ trainer: Trainer) throws -> [Double] {
        let rows = try trainer.metrics("run").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let index = try #require(rows.first?.firstIndex { $0 == name }, "no column \(name) in \(rows)")
        return try rows.dropFirst().map { try #require(Double($0[index])) }
    }

    private func run(_ trainer: Trainer, _ arguments: String...) throws -> String {
        let result = try trainer.run(arguments)
        try #require(result.status == 0, "trainer exits with \(result.status):\n\(result.output)")
        return result.output
    }

    @Test func classMapsAreLearnedAndPredicted() throws {
        let trainer = try Trainer(.classes)
        let base = trainer.folder.path
        try trainer.train(out: "run", "--classes", "ground,red,green,blue")
        let iou = try column("mean_iou", trainer)
        #expect(try #require(iou.last) > 0.4, "mean IoU \(iou)")
        let losses = try column("test_loss", trainer)
        #expect(try #require(losses.last) < losses[0])
        let table = try run(trainer, "evaluate", "--run", base + "/run", "--confusion", base + "/matrix.png")
        let best = fixed(try #require(iou.max()))
        #expect(table.contains("3 (blue)") && table.contains("mean IoU \(best)"), "\(table)")
        #expect(try decodePicture(path: base + "/matrix.png").width > 200)

        let picture = base + "/meadow.png"
        try Bitmap(width: 57, height: 41, channels: 3, fill: 90).writePNG(to: picture)
        _ = try run(trainer, "predict", picture, "--run", base + "/run", "--out", base + "/maps")
        let map = try decodeMask(path: base + "/maps/meadow.png")
        #expect(map.width == 57 && map.height == 41 && map.pixels.allSatisfy { $0 < 4 })
        #expect(try decodePicture(path: base + "/maps/overlays/meadow.png").width > 200)
        let info = try run(trainer, "info")
        #expect(info.contains("4 classes, 0 to 3 and 4, which is ignored"), "\(info)")
    }

    /// Discs, rings and bars that cross each other, told by colour and shape; each is found, and the files say what the net says.
    @Test func labelsThatOverlapAreLearnedAndPredicted() throws {
        let trainer = try Trainer(.labels)
        let base = trainer.folder.path
        let names = ["disc", "ring", "bar"]
        for name in ["images", "masks"] {
            try FileManager.default.createDirectory(atPath: base + "/" + name, withIntermediateDirectories: true)
        }
        for index in 0..<40 { try writeCell(index, names, in: base) }
        _ = try run(
            trainer, "train", "--data", base, "--out", base + "/run", "--classes", "disc,ring,bar", "--threads", "2")
        let dice = try column("mean_dice", trainer)
        #expect(try #require(dice.last) > 0.95, "mean Dice \(dice)")
        let table = try run(trainer, "evaluate", "--run", base + "/run")
        for (number, name) in names.enumerated() {
            let line = table.split(separator: "\n").first { $0.hasPrefix("\(number) (\(name))") }
            let cells = line?.split(separator: " ").compactMap { Double($0) } ?? []
            #expect(cells.count > 3 && cells[1] > 0.95, "\(table)")
        }
        _ = try run(trainer, "predict", base + "/images", "--run", base + "/run", "--out", base + "/found")
        let again = try run(
            trainer, "evaluate", "--run", base + "/run", "--images", base + "/images", "--masks", base + "/found",
            "--split",
            "0")
        #expect(again.contains("mean Dice 1.0000"), "\(again)")
    }

    private func writeCell(_ index: Int, _ names: [String], in base: String) throws {
        let side = 32
        var picture = Bitmap(width: side, height: side, channels: 3)
        var masks = [Bitmap](repeating: Bitmap(width: side, height: side, channels: 1), count: 3)
        let (x0, y0) = (10 + index * 7 % 11, 10 + index * 5 % 13)
        for y in 0..<side {
            for x in 0..<side {
                let square = (x - x0) * (x - x0) + (y - y0) * (y - y0)
                let other = (x - x0 - 6) * (x - x0 - 6) + (y - y0) * (y - y0)
                let isThere = [square < 49, (36..<100).contains(other), abs(x - 2 * y + index % 20) < 5]
                for c in 0..<3 {
                    picture[x, y, c] = UInt8((x * 31 + y * 17 + c * 7 + index * 13) % 60) + (isThere[c] ? 120 : 0)
                    masks[c][x, y] = isThere[c] ? 255 : 0
                }
            }
        }
        try picture.writePNG(to: base + "/images/cell \(index).png")
        for (mask, name) in zip(masks, names) { try mask.writePNG(to: base + "/masks/cell \(index)_\(name).png") }
    }

    /// The net says nothing about the outermost two pixels of 32, and they count neither for nor against it.
    @Test func outputsSmallerThanMasksAreComparedWithTheirMiddle() throws {
        let trainer = try Trainer(.middle)
        let base = trainer.folder.path
        try trainer.train(out: "run")
        let dice = try column("dice", trainer)
        #expect(try #require(dice.max()) > 0.6, "Dice \(dice)")
        let losses = try column("test_loss", trainer)
        #expect(try #require(losses.last) < losses[0])
        let picture = base + "/meadow.png"
        try Bitmap(width: 64, height: 64, channels: 3, fill: 90).writePNG(to: picture)
        _ = try run(trainer, "predict", picture, "--run", base + "/run", "--out", base + "/masks")
        let mask = try decodeMask(path: base + "/masks/meadow.png")
        #expect(mask.width == 64 && mask.height == 64)
        #expect(mask.pixels.prefix(2 * 64).allSatisfy { $0 == 0 } && mask.pixels.suffix(2 * 64).allSatisfy { $0 == 0 })
    }

    @Test func inputsAreReconstructed() throws {
        let trainer = try Trainer(.reconstruction)
        let base = trainer.folder.path
        try trainer.train(out: "run")
        let psnr = try column("psnr", trainer)
        let last = try #require(psnr.last)
        #expect(last > psnr[0] + 3, "PSNR \(psnr)")
        // The mean over the batches, weighted by their pictures, is the mean over all pictures.
        let loss = try #require(try column("test_loss", trainer).last)
        #expect(abs(-10 * log10(loss) - last) < 1e-3)
        let test = try run(trainer, "evaluate", "--run", base + "/run", "--show", "1")
        #expect(test.contains("PSNR") && test.contains("picture and reconstruction of"), "\(test)")
        let picture = base + "/meadow.png"
        try Bitmap(width: 57, height: 41, channels: 3, fill: 90).writePNG(to: picture)
        _ = try run(trainer, "predict", picture, "--run", base + "/run", "--out", base + "/made")
        let made = try decodePicture(path: base + "/made/meadow.png")
        #expect(made.width == 57 && made.height == 41)
        let error = made.pixels.reduce(0) { $0 + abs(Int($1) - 90) } / made.pixels.count
        #expect(error < 25, "a gray of 90 comes back \(error) off")
    }

    private func fixed(_ value: Double) -> String { String(format: "%.4f", value) }
}
