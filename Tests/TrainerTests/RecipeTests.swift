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
@testable import Trainer
@testable import TrainerSupport

/// Whole runs with what goes beyond plain steps: nothing may depend on threads, or on stopping and resuming.
@Suite struct RecipeTests {
    private func train(_ data: TestFolder, _ output: String, _ more: [String] = []) throws {
        try TinyRuns.run(
            ["train", "--data", data.path, "--out", data.file(output), "--quiet", "--threads", "1"] + more)
    }

    private func record(_ data: TestFolder, _ output: String) throws -> RunRecord {
        try Checkpoint(path: data.file(output) + "/checkpoint.safetensors").record(for: nil)
    }

    private func checkpoint(_ data: TestFolder, _ output: String) -> [UInt8] {
        bytes(data.file(output) + "/checkpoint.safetensors")
    }

    private func values(_ data: TestFolder, _ file: String, _ name: String) throws -> [Float] {
        try TensorFile(path: data.file(file)).floats(name)
    }

    @Test(arguments: [
        ["--optimizer", "adamw", "--weight-decay", "0.1"],
        ["--clip", "0.05"],
        ["--batch", "1", "--accumulate", "3"],
        ["--ema", "0.9"],
        ["--schedule", "one-cycle"],
        ["--schedule", "cosine", "--warmup", "0.5"],
        ["--schedule", "plateau:factor=0.5,patience=0", "--lr", "1e-6"],
        [
            "--optimizer", "sgd", "--momentum", "0.9", "--schedule", "step:every=1,factor=0.5", "--clip", "0.1",
            "--accumulate", "2", "--ema", "0.5", "--batch", "2",
        ],
    ])
    func threadsAndResumingChangeNothing(recipe: [String]) throws {
        let data = try TinyRuns.pictures()
        let more = ["--batch", "3"] + recipe + ["--epochs", "3"]
        let flags = recipe.contains("--batch") ? Array(more.dropFirst(2)) : more
        try train(data, "whole", flags)
        try train(data, "threads", flags + ["--threads", "2"])
        #expect(checkpoint(data, "whole") == checkpoint(data, "threads"), "two threads")
        // Two sessions of a step each, in the middle of an epoch, then one to the end.
        try train(data, "parts", flags + ["--minutes", "1e-9"])
        try train(data, "parts", ["--resume", "--minutes", "1e-9"])
        #expect(try record(data, "parts").progress.step == 2)
        try train(data, "parts", ["--resume"])
        #expect(checkpoint(data, "whole") == checkpoint(data, "parts"), "stopped and resumed")
        for name in ["out.weight", "out.bias"] {
            #expect(
                try values(data, "whole/best.safetensors", name) == values(data, "parts/best.safetensors", name))
        }
        let other = message { try train(data, "whole", ["--resume", "--schedule", "polynomial", "--epochs", "9"]) }
        #expect(other.contains("--resume continues a run as it was started, found --schedule polynomial"), "\(other)")
    }

    /// Eight training pictures: four batches of two a step, or one of eight in parts of four.
    @Test func accumulatedBatchesAreALargeOne() throws {
        let data = try TinyRuns.pictures()
        let flags = ["--optimizer", "sgd", "--lr", "0.5", "--momentum", "0.9", "--epochs", "4", "--no-flip"]
        try train(data, "large", flags + ["--batch", "4", "--accumulate", "2"])
        for (name, batch, parts) in [("small", "2", "4"), ("uneven", "3", "3")] {
            try train(data, name, flags + ["--batch", batch, "--accumulate", parts])
            #expect(try record(data, name).progress.step == 4)
            for parameter in ["out.weight", "out.bias"] {
                let a = try values(data, "large/checkpoint.safetensors", parameter)
                let b = try values(data, "\(name)/checkpoint.safetensors", parameter)
                #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 2e-6 }, "\(name): \(a), \(b)")
            }
        }
    }

    @Test func accumulatingOneBatchOrClippingNothingIsThePlainStep() throws {
        let data = try TinyRuns.pictures()
        try train(data, "plain", ["--epochs", "2"])
        try train(data, "clip", ["--epochs", "2", "--clip", "1e6"])
        for name in ["out.weight", "adam.v.out.weight"] {
            #expect(
                try values(data, "plain/checkpoint.safetensors", name)
                    == values(data, "clip/checkpoint.safetensors", name))
        }
    }

    /// A step of plain descent is as long as the rate times the clipped gradient.
    @Test func clippedStepsAreShort() throws {
        let data = try TinyRuns.pictures()
        let flags = ["--optimizer", "sgd", "--epochs", "2", "--batch", "4", "--minutes", "1e-9"]
        try train(data, "start", flags + ["--lr", "1e-30"])
        func length(_ run: String) throws -> Double {
            let differences = try ["out.weight", "out.bias"].flatMap { name in
                try zip(
                    values(data, "start/checkpoint.safetensors", name),
                    values(data, "\(run)/checkpoint.safetensors", name)
                ).map { Double($0 - $1) }
            }
            return differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        try train(data, "free", flags + ["--lr", "1"])
        try train(data, "clipped", flags + ["--lr", "1", "--clip", "0.01"])
        #expect(try length("free") > 0.02)
        #expect(abs(try length("clipped") - 0.01) < 1e-6)
    }

    @Test func averagesAreTestedAndKept() throws {
        let data = try TinyRuns.pictures()
        try train(data, "run", ["--epochs", "1", "--ema", "0.5"])
        let best = try values(data, "run/best.safetensors", "out.weight")
        #expect(try best == values(data, "run/checkpoint.safetensors", "ema.out.weight"))
        #expect(try best != values(data, "run/checkpoint.safetensors", "out.weight"))
        // What is evaluated is what the run itself tested.
        let store = try ParameterStore(model: PixelModel.load())
        try Checkpoint(path: data.file("run/checkpoint.safetensors")).restoreWeights(store)
        #expect(try store.values(of: "out.weight") == best, "of a checkpoint, too")
        try Checkpoint(path: data.file("run/best.safetensors")).restoreWeights(store)
        #expect(try store.values(of: "out.weight") == best)
    }

    @Test func trainingStopsAtItsGoal() throws {
        let data = try TinyRuns.pictures()
        try train(data, "run", ["--epochs", "50", "--lr", "0.4", "--until", "dice=0.8,iou=0.1"])
        let epochs = try record(data, "run").progress.epoch
        #expect(epochs < 50)
        let log = try MetricsLog(
            parsing: FileSystem.text(of: data.file("run/metrics.csv")), task: .mask, through: 99, path: "m")
        #expect(
            log.rows.map { ($0.test.flatMap { $0.values[0] } ?? 0) >= 0.8 } == Array(
                repeating: false, count: epochs - 1) + [true])
        // It stays there, until it is asked for more.
        try train(data, "run", ["--resume"])
        #expect(try record(data, "run").progress.epoch == epochs)
        try train(data, "run", ["--resume", "--until", "none", "--epochs", "\(epochs + 1)"])
        #expect(try record(data, "run").progress.epoch == epochs + 1)
    }

    /// A budget of time ends with a rate that has fallen, and the record gives the same bits again without a clock.
    @Test func timeFitsTheSchedule() throws {
        let data = try TinyRuns.pictures()
        let flags = ["--epochs", "100000", "--lr", "0.1", "--schedule", "one-cycle", "--minutes", "0.04"]
        try train(data, "run", flags)
        let fit = try #require(try record(data, "run").settings.fit)
        // Where the machine has become slower the time was up before; the rest of the fitted schedule is there to be resumed.
        try train(data, "run", ["--resume"])
        let known = try record(data, "run")
        #expect(known.settings.fit == fit)
        #expect(fit.epochs < 100_000 && fit.from < known.progress.step)
        #expect(known.progress.epoch == fit.epochs, "the schedule has come to its end")
        let steps = known.progress.step / known.progress.epoch
        let last = known.settings.scalars(step: known.progress.step, stepsPerEpoch: steps, plateau: PlateauState())
        #expect(last.learningRate < 0.1 / 1000, "\(last.learningRate)")
        let said = try JSON(parsing: FileSystem.text(of: data.file("run/run.json")))
        #expect(said["sessions"]?.array?.first?["settings"]?["schedule_fit"]?.string == fit.description)
        try TinyRuns.run(
            ["train", "--data", data.path, "--repeat", data.file("run"), "--out", data.file("again"), "--quiet"])
        #expect(try record(data, "again").settings.fit == fit)
        // Other epochs have a schedule of their own.
        try train(data, "run", ["--resume", "--epochs", "\(fit.epochs + 1)"])
        #expect(try record(data, "run").settings.fit == nil)
        #expect(try record(data, "run").progress.epoch == fit.epochs + 1)
    }

    @Test func aScheduleIsLeftAloneWhereAsked() throws {
        let data = try TinyRuns.pictures()
        try train(
            data, "run",
            ["--epochs", "100000", "--schedule", "cosine", "--minutes", "0.01", "--no-fit-schedule"])
        #expect(try record(data, "run").settings.fit == nil)
    }

    @Test func patienceEnds() throws {
        let data = try TinyRuns.pictures()
        // Nothing is learnt, so that the first epoch stays the best.
        try train(data, "run", ["--epochs", "50", "--lr", "1e-30", "--patience", "2"])
        #expect(try record(data, "run").progress.epoch == 3)
        try train(data, "run", ["--resume", "--patience", "4"])
        #expect(try record(data, "run").progress.epoch == 5)
    }

    @Test func theBestMayBeChosenByAnotherMeasure() throws {
        let data = try TinyRuns.pictures()
        try train(data, "run", ["--epochs", "3", "--best-by", "test_loss"])
        let log = try MetricsLog(
            parsing: FileSystem.text(of: data.file("run/metrics.csv")), task: .mask, through: 99, path: "m")
        let losses = log.rows.compactMap { $0.test?.loss }
        #expect(try record(data, "run").progress.best?.value == losses.min())
        try train(data, "run", ["--epochs", "4", "--best-by", "iou", "--resume"])
        #expect(try record(data, "run").progress.bestEpoch == 4, "chosen anew")
    }

    @Test(arguments: [
        (["--best-by", "psnr"], "--best-by: tests of", "they measure dice, iou, test_loss"),
        (["--until", "loss=1"], "--until: tests of", "they measure dice, iou, test_loss"),
        (["--until", "dice=85"], "--until dice=85: Dice is a number from 0 to 1", "did you mean dice=0.85?"),
        (["--until", "test_loss=3,iou=-0.5"], "--until iou=-0.5: IoU is a number", "such as --until iou=0.85"),
        (["--until", "dice=0.8", "--split", "1"], "--until: no pictures test the net", "--split 0.8"),
        (["--patience", "2", "--split", "1"], "--patience: no pictures test the net", "--split 0.8"),
        (["--schedule", "one-cycle", "--warmup", "1"], "the schedule one-cycle rises by itself", "--warmup 0"),
        (["--warmup", "9", "--epochs", "4"], "the warm-up of 9 epochs is longer than the training of 4", "--epochs"),
    ])
    func whatDoesNotGoTogetherIsSaid(flags: [String], expected: String, hint: String) throws {
        let data = try TinyRuns.pictures()
        let text = message { try train(data, "run", flags) }
        #expect(text.contains(expected) && text.contains(hint), "\(text)")
    }

    @Test(arguments: [
        (["--schedule", "sine"], "unknown schedule"), (["--warmup=-1"], "--warmup takes"),
        (["--clip", "0"], "--clip takes"), (["--clip", "much"], "unableToParseValue"),
        (["--accumulate", "0"], "--accumulate takes"),
        (["--ema", "1"], "--ema takes"), (["--patience", "1.5"], "--patience takes"),
        (["--split", "80"], "Did you mean 0.8?"), (["--ema", "99"], "Did you mean 0.99?"),
        (["--until", "dice"], "expected a goal such as dice=0.85"), (["--minutes", "0"], "--minutes takes"),
    ])
    func nonsenseIsRefused(flags: [String], expected: String) {
        let text = message { _ = try parse(["trainer", "train", "--out", "r"] + flags) }
        #expect(text.contains(expected), "\(text)")
    }

    @Test func checkpointsOfTheOldFormatLoad() throws {
        var record = RunRecord(
            graphName: "g", graphHash: "h", settings: TrainingSettings(), data: DataSettings(), fingerprint: "f")
        record.progress.epoch = 2
        let added = StepSettings().metadata + StoppingRules().metadata + PlateauState().metadata
        var old = Dictionary(uniqueKeysWithValues: record.metadata)
        for (key, _) in added { old[key] = nil }
        old["format"] = "unetc-checkpoint-2"
        #expect(try RunRecord(old, path: "c") == record)
    }

    @Test func theGraphsDefaultsAreRead() throws {
        let json = """
            {"train":{"optimizer":"adamw","schedule":"step:every=3,factor=0.5","warmup":1.5,"clip":2,"accumulate":4,\
            "ema":0.99,"patience":7,"best_by":"iou"}}
            """
        let training = try ModelDefaults(metadata: json).training
        #expect(training.optimizer.kind == .adamw)
        #expect(training.steps.schedule == .step(every: 3, factor: 0.5))
        #expect(training.steps.warmup == 1.5 && training.steps.clip == 2 && training.steps.accumulate == 4)
        #expect(training.steps.ema == 0.99 && training.stopping.patience == 7 && training.stopping.bestBy == "iou")
    }
}
