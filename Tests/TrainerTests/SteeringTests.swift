import Base
import Imaging
import Runtime
import TensorFiles
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Predictions
@testable import Recipes
@testable import Reporting
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// What decides over a run when measures say nothing, say the same again and again, or are no numbers.
@Suite struct SteeringTests {
    private func train(_ data: TestFolder, _ more: [String] = [], run: String = "run") throws {
        try TinyRuns.run(
            ["train", "--data", data.path, "--out", data.file(run), "--quiet", "--threads", "1"] + more)
    }

    private func rows(_ data: TestFolder, run: String = "run") throws -> [MetricsRow] {
        try MetricsLog(
            parsing: FileSystem.text(of: data.file(run) + "/metrics.csv"), task: .mask, through: 999, path: "m"
        ).rows
    }

    private func progress(_ data: TestFolder, run: String = "run") throws -> RunProgress {
        try Checkpoint(path: data.file(run) + "/checkpoint.safetensors").record(for: nil).progress
    }

    /// The first epoch that no other one is better than, looked for in another way.
    private func best(_ rows: [MetricsRow]) -> Int? {
        rows.compactMap { row in row.test.map { (row.epoch, $0.values[0] ?? 0, $0.loss) } }
            .min { ($1.1, $0.2, $0.0) < ($0.1, $1.2, $1.0) }?.0
    }

    // MARK: Nothing to find

    @Test func withoutAnObjectTheTestLossDecides() throws {
        let data = try TinyRuns.parted { _, _, _ in false }
        try train(data, ["--epochs", "6", "--lr", "0.05"])
        let rows = try rows(data)
        #expect(rows.count == 6 && rows.allSatisfy { $0.test?.values == [nil, nil] })
        let losses = rows.compactMap { $0.test?.loss }
        let least = try #require(losses.min())
        let best = try #require(losses.firstIndex(of: least)) + 1
        #expect(try progress(data).bestEpoch == best)
        let lines = try FileSystem.text(of: data.file("run/metrics.jsonl")).split(separator: "\n")
        #expect(lines.count == 6 && lines.allSatisfy { $0.contains("\"dice\":null,\"iou\":null") }, "\(lines)")
        #expect(try FileSystem.text(of: data.file("run/metrics.csv")).contains(",n/a,n/a,"))
        let report = try FileSystem.text(of: data.file("run/report.html"))
        #expect(report.contains("Dice n/a, IoU n/a at 16x16"))
        let said = try FileSystem.text(of: data.file("run/run.json"))
        #expect(
            said.contains(
                "no mask of the test part has an object; Dice and IoU say nothing (n/a), and the best weights"))
        let json = try JSON(parsing: FileSystem.text(of: data.file("run/best.json")))
        #expect(json["net_size"]?["dice"] == .null && json["net_size"]?["width"]?.integer == 16)
    }

    @Test(arguments: ["dice=0.85", "iou=0.1", "test_loss=0.1,dice=0.5"])
    func goalsThatNoTestCanReachAreRefused(goal: String) throws {
        let data = try TinyRuns.parted { _, _, _ in false }
        let text = message { try train(data, ["--epochs", "3", "--until", goal]) }
        #expect(text.contains("no mask of the test part has an object") && text.contains("never reached"), "\(text)")
        #expect(
            !FileSystem.isFile(data.file("run/checkpoint.safetensors")) && !FileSystem.isFile(data.file("run/run.json"))
        )
        try train(data, ["--epochs", "9", "--until", "test_loss=9"])
        #expect(try progress(data).epoch == 1, "the loss can be reached")
    }

    /// Patience and plateaus look at the loss as well: with Dice they would stop behind the first epoch.
    @Test func patienceAndPlateausLookAtTheLossThen() throws {
        let data = try TinyRuns.parted { _, _, _ in false }
        try train(
            data, ["--epochs", "8", "--lr", "0.01", "--patience", "2", "--schedule", "plateau:factor=0.5,patience=0"])
        let losses = try rows(data).compactMap { $0.test?.loss }
        #expect(losses.count > 3, "\(losses)")
        let falls = zip(losses, losses.dropFirst()).count { $1 < $0 * (1 - 1e-4) }
        let plateau = try progress(data).plateau
        #expect(
            plateau.factor == zip(losses, losses.dropFirst()).reduce(1) { f, p in p.1 < p.0 ? f : f / 2 }, "\(losses)")
        #expect(falls >= 2)
    }

    @Test func oneObjectIsEnough() throws {
        let data = try TinyRuns.parted { index, x, y in index == 1 && x == 8 && y == 8 }
        try train(data, ["--epochs", "2"])
        #expect(try rows(data).allSatisfy { $0.test.map { !$0.values.contains(nil) } ?? false })
        #expect(try !FileSystem.text(of: data.file("run/run.json")).contains("no mask of the test part"))
    }

    @Test func evaluateSaysNothingOfNothing() throws {
        let data = try TinyRuns.parted { _, _, _ in false }
        try train(data, ["--epochs", "1"])
        try TinyRuns.run(["evaluate", "--run", data.file("run")])
    }

    // MARK: Ties

    /// Objects that the net does not find for long, as its rate is small: Dice is 0 in many epochs.
    @Test(arguments: [("0.002", 12), ("0.01", 8), ("0.05", 8), ("1e-30", 4)])
    func equalMeasuresAreDecidedByTheLoss(rate: String, epochs: Int) throws {
        let data = try TinyRuns.parted { index, x, y in x == 3 + index && y == 9 }
        let flags = ["--lr", rate, "--init", "he"]
        try train(data, ["--epochs", "\(epochs)"] + flags)
        let all = try rows(data)
        let progress = try progress(data)
        #expect(progress.bestEpoch == best(all), "\(all.compactMap(\.test))")
        #expect(progress.best?.loss == all[progress.bestEpoch - 1].test?.loss)
        // The same when it is stopped after every epoch.
        for epoch in 1...epochs {
            try train(data, ["--epochs", "\(epoch)"] + (epoch == 1 ? flags : ["--resume"]), run: "parts")
        }
        #expect(try self.progress(data, run: "parts").best == progress.best)
        #expect(
            bytes(data.file("parts/checkpoint.safetensors")) == bytes(data.file("run/checkpoint.safetensors")))
    }

    // MARK: No numbers

    /// A white first pixel: training is sound, the test is not.
    private func broken() throws -> TestFolder {
        let data = try TinyRuns.parted { _, x, y in x > 5 && y > 5 }
        var picture = try decodePicture(path: data.file("val/p1.png"))
        picture[0, 0, 0] = 255
        try picture.writePNG(to: data.file("val/p1.png"))
        return data
    }

    private static let overflowing = ["OVERFLOWS=1"]

    @Test func aTestThatGivesNoNumbersEndsTheRun() throws {
        let data = try broken()
        let model = try PixelModel.load(Self.overflowing)
        let flags = ["train", "--data", data.path, "--out", data.file("run"), "--quiet"]
        let text = message { try TinyRuns.run(flags + ["--epochs", "3"], model: model) }
        #expect(text.contains("the test loss became nan") && text.contains("in the test of epoch 1"), "\(text)")
        #expect(text.contains("first bad value: nan in logits (t:1), conv"), "\(text)")
        #expect(!FileSystem.isFile(data.file("run/best.safetensors")), "never the best")
        #expect(!FileSystem.isFile(data.file("run/metrics.csv")))
    }

    @Test func checkpointsBeforeThatStay() throws {
        let data = try broken()
        let sound = try decodePicture(path: data.file("val/p0.png"))
        let white = bytes(data.file("val/p1.png"))
        try sound.writePNG(to: data.file("val/p1.png"))
        let flags = ["train", "--data", data.path, "--out", data.file("run"), "--quiet"]
        let model = try PixelModel.load(Self.overflowing)
        try TinyRuns.run(flags + ["--epochs", "1"], model: model)
        let before = ["checkpoint.safetensors", "best.safetensors"].map { bytes(data.file("run/" + $0)) }
        // The same data, but not the same test: as if the net had been made worse since.
        let record = try Checkpoint(path: data.file("run/checkpoint.safetensors")).record(for: nil)
        let net = try Net(
            model: model, for: record.use(), threads: 1, preparedWeights: .recomputed)
        _ = try Checkpoint(path: data.file("run/checkpoint.safetensors")).restore(net.parameters)
        try data.write("val/p1.png", white)
        let interface = try NetInterface(model: model)
        let samples = try DataSet.load(
            record.data, .training, shape: interface.shape, seed: record.settings.seed, threads: 1, isStrict: true,
            console: Console(isQuiet: true)
        ).data
        var longer = record
        longer.settings.epochs = 2
        let run = TrainingRun(
            net: net, data: samples, names: try ClassNames([], task: .mask), files: RunFiles(folder: data.file("run")),
            state: RunState(record: longer, log: MetricsLog(task: .mask)), console: Console(isQuiet: true),
            interruption: Interruption())
        let text = message { _ = try run.run() }
        #expect(
            text.contains("in the test of epoch 2; the last good checkpoint is \(data.file("run"))/checkpoint"),
            "\(text)")
        for (name, content) in zip(["checkpoint.safetensors", "best.safetensors"], before) {
            #expect(bytes(data.file("run/" + name)) == content, "\(name)")
        }
    }

    @Test func noMaskIsWrittenOfNoNumbers() throws {
        let data = try broken()
        let model = try PixelModel.load(Self.overflowing + ["TILED=1"])
        var writer = SafetensorsWriter()
        try writer.add("out.weight", shape: [1, 3, 1, 1], values: [9, 0, 0])
        try writer.add("out.bias", shape: [1], values: [-4])
        try writer.write(to: data.file("w.safetensors"))
        let weights = ["--weights", data.file("w.safetensors")]
        for tiles in [[], ["--tiles"]] {
            let out = data.file("out\(tiles.count)")
            let text = message {
                try TinyRuns.run(["predict", data.file("val"), "--out", out] + weights + tiles, model: model)
            }
            #expect(text.contains("val/p1.png: the net's output for it is no finite number"), "\(text)")
            #expect(!FileSystem.isFile(out + "/p1.png"))
            #expect(try !FileSystem.names(in: out).contains { $0.hasSuffix(".tmp") })
            let test = message {
                try TinyRuns.run(["evaluate", "--data", data.path, "--part", "val"] + weights + tiles, model: model)
            }
            #expect(test.contains("val/p1.png") || test.contains("the test loss became nan"), "\(test)")
        }
    }
}
