import ArgumentParser
import Runtime
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Recipes
@testable import Trainer

@Suite struct CommandTests {
    private func context() throws -> TrainerContext { TrainerContext(model: try PixelModel.load(), arguments: []) }

    /// What the trainer says to a command line that asks for help or makes no sense.
    private func usage(_ arguments: [String]) -> String {
        do {
            let command = try parse(["trainer"] + arguments)
            if !(command is any TrainerVerb) { try perform(command, try context()) }
            return ""
        } catch let error as UsageError {
            return TrainerCommand.fullMessage(for: error.cause)
        } catch {
            return "unexpected: \(error)"
        }
    }

    @Test(arguments: [
        (["train"], "--out"),
        (["train", "--out", "r", "--epochs", "0"], "--epochs takes a number from 1 to 1000000000, found 0"),
        (["train", "--out", "r", "--batch", "-1"], "batch"),
        (["train", "--out", "r", "--lr", "0"], "--lr takes a number above 0"),
        (["train", "--out", "r", "--lr", "-1"], "--lr takes a number above 0, found -1.0"),
        (["train", "--out", "r", "--weight-decay", "-1e-3"], "--weight-decay takes a number from 0, found -0.001"),
        (["train", "--out", "r", "--lr", "nan"], "--lr takes a number above 0"),
        (["train", "--out", "r", "--momentum", "1"], "--momentum takes"),
        (["train", "--out", "r", "--split", "1.5"], "--split takes a share from 0 to 1, found 1.5"),
        (["train", "--out", "r", "--split", "0"], "leaves nothing to train on"),
        (["train", "--out", "r", "--masks", "a"], "--masks is given together with --images"),
        (["train", "--out", "r", "--classes", "a,,b"], "found an empty one"),
        (["evaluate", "--run", "a", "--part", "dev"], "dev"),
        (["train", "--out", "r", "--optimizer", "rmsprop"], "rmsprop"),
        (["train", "--out", "r", "--mask-map", "0=0,1"], "expected CLASS=VALUE"),
        (["train", "--out", "r", "--threads", "0"], "--threads takes a number from 1"),
        (["train", "--out", "r", "--checkpoint-every", "0"], "--checkpoint-every takes"),
        (["evaluate"], "Give --run RUN or --weights FILE"),
        (["evaluate", "--run", "a", "--weights", "b"], "Give --run RUN or --weights FILE"),
        (["predict", "--run", "a", "--out", "b"], "file|dir"),
        (["prdict"], "prdict"),
    ])
    func nonsenseIsRefused(arguments: [String], expected: String) {
        let text = usage(arguments)
        #expect(text.contains(expected), "\(text)")
    }

    @Test func rootAnswersItself() throws {
        let root = try #require(try parse(["trainer", "--version"]) as? TrainerCommand)
        let text = try root.versionText(of: try context().model)
        #expect(root.version && text.split(separator: "\n").count == 2, "\(text)")
        #expect(throws: UsageError.self) { try perform(try parse(["trainer"]), try context()) }
        #expect(usage(["--help"]).contains("--version"))
    }

    @Test func helpSaysWhereDefaultsComeFrom() {
        let text = usage(["train", "--help"])
        #expect(text.contains("default: from the graph"), "\(text)")
        #expect(text.contains("trainer train"), "\(text)")
    }

    private func flags(_ arguments: [String]) throws -> TrainingFlags {
        try #require(try parse(["trainer", "train", "--out", "r"] + arguments) as? TrainCommand).flags
    }

    private func resolved(
        _ arguments: [String], recorded: TrainingSettings? = nil, optimizers: [String] = ["adam", "sgd"]
    ) throws -> TrainingSettings {
        var defaults = TrainingSettings()
        defaults.optimizer.learningRate = 1e-4
        defaults.batch = 16
        return try flags(arguments).resolved(
            defaults: defaults, recorded: recorded, batches: BatchRule(capacity: 8), optimizers: optimizers)
    }

    @Test func defaultsComeFromTheGraph() throws {
        let settings = try resolved([])
        #expect(settings.optimizer.learningRate == 1e-4)
        #expect(settings.batch == 8, "the default is cut to what was compiled for")
        #expect(settings.augmentation == AugmentationSettings(flip: true))
    }

    @Test func flagsComeFirst() throws {
        let settings = try resolved([
            "--epochs", "7", "--batch", "3", "--lr", "0.5", "--optimizer", "sgd", "--momentum", "0.9", "--weight-decay",
            "0.01", "--init", "pytorch", "--seed", "18446744073709551615", "--no-flip",
        ])
        var expected = TrainingSettings()
        expected.optimizer.kind = .sgd
        expected.optimizer.learningRate = 0.5
        expected.optimizer.momentum = 0.9
        expected.optimizer.weightDecay = 0.01
        expected.epochs = 7
        expected.batch = 3
        expected.initialValues = .pytorch
        expected.seed = .max
        expected.augmentation = AugmentationSettings()
        #expect(settings == expected)
    }

    @Test func tooLargeABatchSaysHowToCompile() {
        let text = message { _ = try resolved(["--batch", "32"]) }
        #expect(text.contains("a batch of 32 is larger than the 8"), "\(text)")
        #expect(text.contains("unetc compile --batch 32"), "\(text)")
    }

    @Test func missingOptimizersAreNamed() {
        let text = message { _ = try resolved(["--optimizer", "sgd"], optimizers: ["adam"]) }
        #expect(text.contains("compiled without the optimizer sgd; it has adam"), "\(text)")
    }

    @Test(arguments: [
        (["--batch", "4"], "--batch 4 instead of 8"), (["--seed", "1"], "--seed 1 instead of 0"),
        (["--optimizer", "sgd"], "--optimizer sgd instead of adam"), (["--no-flip"], "--augment none instead of flip"),
        (["--init", "pytorch"], "--init pytorch instead of he"),
    ])
    func resumedRunsKeepTheirSettings(arguments: [String], expected: String) throws {
        let recorded = try resolved([])
        let text = message { _ = try resolved(arguments, recorded: recorded) }
        #expect(text.contains("found \(expected)"), "\(text)")
    }

    @Test func resumedRunsMayGoOnLonger() throws {
        let recorded = try resolved(["--epochs", "2", "--seed", "9"])
        let settings = try resolved(["--epochs", "5", "--lr", "0.25"], recorded: recorded)
        #expect(settings.epochs == 5 && settings.seed == 9 && settings.optimizer.learningRate == 0.25)
    }

    @Test func resumeLinesAreReadyForAShell() {
        #expect(RunContinuation.line(["./trainer", "train", "--out", "r"]) == "./trainer train --out r --resume")
        let quoted = RunContinuation.line(["t", "--data", "my pets", "--out", "it's", "--resume"])
        #expect(quoted == #"t --data 'my pets' --out 'it'\''s' --resume"#)
    }

    @Test func metadataIsRead() throws {
        let defaults = try ModelDefaults(metadata: try PixelModel.load().metadata)
        #expect(defaults.compiler == "0.1.0" && defaults.target == "native")
        #expect(defaults.training.optimizer.learningRate == 0.05)
        #expect(defaults.training.epochs == 3 && defaults.training.seed == 5)
        #expect(defaults.training.initialValues == .pytorch)
        let text = message { _ = try ModelDefaults(metadata: #"{"train":{"optimizer":"lion"}}"#) }
        #expect(text.contains("\"lion\", expected one of adam, adamw, sgd"), "\(text)")
    }

    @Test func infoTellsShapesAndMemory() throws {
        let lines = try InfoLines(model: try PixelModel.load(), settings: TrainingSettings(), threads: 2).all.map {
            "\($0.label): \($0.value)"
        }
        #expect(lines.contains("input: image [3, 16, 16]"), "\(lines)")
        #expect(lines.contains("target: mask [1, 16, 16]"), "\(lines)")
        #expect(lines.contains("learns: a binary mask"), "\(lines)")
        #expect(lines.contains("parameters: 4 (128 bytes)"), "\(lines)")
        #expect(lines.contains("batch: 1 to 4 go through the net at once; the graph's is 16"), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("memory, training: ") }, "\(lines)")
        #expect(lines.contains { $0.contains("prepared weights 0 bytes") }, "\(lines)")
    }
}
