import Driver
import Foundation
import Imaging
import Strategy
import TestSupport
import Testing

/// Training on pieces of pictures that are larger than the net, from the command line to the predicted mask.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct PatchTrainingTests {
    /// Thin bright lines on noise, which are lost when 192x160 become 32x32; masks of the lines.
    private static let lines = Result { () throws -> TemporaryFolder in
        let folder = try TemporaryFolder(isKept: true)
        for name in ["images", "masks"] {
            try FileManager.default.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
        }
        var state: UInt64 = 1
        func random(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        for index in 0..<10 {
            let (width, height) = (192 + 8 * (index % 3), 160)
            var mask = Bitmap(width: width, height: height, channels: 1)
            for _ in 0..<6 {
                let (start, slope, isSteep) = (random(150), random(41) - 20, random(2) == 0)
                for place in 0..<(isSteep ? height : width) {
                    let other = start + slope * place / 60
                    for thick in 0..<2 where other + thick >= 0 && other + thick < (isSteep ? width : height) {
                        if isSteep { mask[other + thick, place] = 255 } else { mask[place, other + thick] = 255 }
                    }
                }
            }
            let pixels = mask.pixels.flatMap { value -> [UInt8] in
                let shade = UInt8(60 + random(60) + (value > 0 ? 70 : 0))
                return [shade, shade, UInt8(random(100))]
            }
            let picture = Bitmap(width: width, height: height, channels: 3, pixels: pixels)
            try Data(picture.encodePNG()).write(to: URL(fileURLWithPath: "\(folder.path)/images/p\(index).png"))
            try Data(mask.encodePNG()).write(to: URL(fileURLWithPath: "\(folder.path)/masks/p\(index).png"))
        }
        return folder
    }

    /// The recipe for pictures of 32x32, with a plan for tiles.
    private static let program = Result { () throws -> String in
        let folder = try TemporaryFolder(isKept: true)
        let session = try Session(
            path: checkoutFolder() + "/graphs/unet-small.graph", overrides: [("width", "8"), ("size", "32")])
        var options = CompileOptions(target: .native(), batch: 8, jobs: 2)
        options.cacheFolder = folder.path + "/cache"
        options.plans.append(.tile)
        return try session.compile(into: folder.path + "/net", options).product
    }

    private let trainer: Trainer
    private let data: String

    init() throws {
        trainer = Trainer(program: try Self.program.get(), folder: try TemporaryFolder())
        data = try Self.lines.get().path
    }

    private func train(_ name: String, _ more: [String]) throws -> String {
        let result = try trainer.run(
            [
                "train", "--data", data, "--seed", "3", "--batch", "8", "--lr", "3e-3", "--out",
                trainer.folder.path + "/" + name,
            ]
                + more)
        #expect(result.status == 0, "\(result.output)")
        return result.output
    }

    /// The Dice of the best epoch.
    private func dice(_ output: String) -> Double {
        output.components(separatedBy: "best Dice ").last.flatMap { Double($0.prefix(6)) } ?? 0
    }

    private func weights(_ name: String) throws -> [UInt8] {
        try readBytes(trainer.folder.path + "/\(name)/hashes.csv")
    }

    /// Lines of two pixels are found by a net that saw pieces, and evaluate and predict look at whole pictures as its tests did.
    @Test func thinThingsAreFound() throws {
        let run = trainer.folder.path + "/run"
        let output = try train(
            "run", ["--patches", "12", "--epochs", "12", "--augment", "flip,vflip,rotate90,rotate=20"])
        #expect(output.contains("12 pieces of 32x32 of each in an epoch"))
        #expect(output.contains("at the pictures' own size") && dice(output) > 0.8, "\(output)")
        let evaluated = try trainer.run(["evaluate", "--run", run])
        let best = try String(contentsOfFile: run + "/best.json", encoding: .utf8)
        #expect(best.contains("\"net_size\": null"), "\(best)")
        let said = "Dice \(String(format: "%.4f", dice(output)))"
        #expect(output.contains("best " + said) && evaluated.output.contains(said), "\(evaluated.output)")
        let predicted = try trainer.run(["predict", data + "/images/p1.png", "--run", run, "--out", run + "/masks"])
        #expect(predicted.status == 0, "\(predicted.output)")
        let (mask, truth) = (
            try decodeMask(path: run + "/masks/p1.png"), try decodeMask(path: data + "/masks/p1.png")
        )
        #expect(mask.width == 200 && mask.height == 160)
        let hits = zip(mask.pixels, truth.pixels).count { $0 > 0 && $1 > 0 }
        #expect(2 * hits * 10 > 7 * (mask.pixels.count { $0 > 0 } + truth.pixels.count { $0 > 0 }))
        // A net that saw shrunk pictures does not find them, and says beforehand that it will not.
        let shrunk = try train("shrunk", ["--epochs", "12"])
        #expect(shrunk.contains("--patches") && shrunk.contains("a perfect net would reach Dice 0."), "\(shrunk)")
        let tiled = try trainer.run(["evaluate", "--run", trainer.folder.path + "/shrunk", "--tiles"])
        #expect(tiled.output.contains("the net was trained on pictures resized"), "\(tiled.output)")
    }

    /// The same bits whatever the threads and the memory, and after a stop within an epoch.
    @Test func runsRepeatToTheBit() throws {
        let flags = ["--patches", "5", "--scale", "0.75", "--epochs", "2", "--augment", "paper"]
        _ = try train("one", flags + ["--threads", "1"])
        let expected = try weights("one")
        for (name, more) in [
            ("two", ["--threads", "3"]), ("three", ["--cache", "0"]), ("four", ["--cache", "100K"]),
        ] {
            _ = try train(name, flags + more)
            #expect(try weights(name) == expected, "\(name)")
        }
        _ = try train("five", flags + ["--checkpoint-every", "1", "--minutes", "0.00001"])
        for _ in 0..<2 {
            let result = try trainer.run([
                "train", "--resume", "--out", trainer.folder.path + "/five", "--minutes", "1",
            ])
            #expect(result.status == 0, "\(result.output)")
        }
        #expect(try weights("five") == expected)
        let other = try trainer.run(["train", "--resume", "--out", trainer.folder.path + "/one", "--patches", "6"])
        #expect(
            other.status == 1 && other.output.contains("--patches 6 --scale 0.75: the run was started with --patches 5")
        )
    }

    @Test func whatCannotBeIsSaid() throws {
        func output(_ trainer: Trainer, _ arguments: [String]) throws -> String {
            let result = try trainer.run(["train", "--out", self.trainer.folder.path + "/none"] + arguments)
            #expect(result.status != 0)
            return result.output
        }
        #expect(
            try output(trainer, ["--patches", "4"]).contains("the embedded pictures are drawn at the net's size"))
        #expect(try output(trainer, ["--data", data, "--scale", "0.5"]).contains("it goes with --patches"))
        #expect(try output(trainer, ["--data", data, "--patches", "0"]).contains("--patches takes a number from 1"))
        #expect(
            try output(Trainer(.mask), ["--data", data, "--patches", "4"]).contains("has no plan for tiles"))
        #expect(
            try output(Trainer(.reconstruction), ["--images", data + "/images", "--patches", "4"])
                .contains("the net learns its input"))
    }
}
