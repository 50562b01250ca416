import FileAccess
import TensorFiles
import TestSupport
import Testing
import TrainerTestSupport

@testable import Nets
@testable import Recipes
@testable import Reporting
@testable import Trainer
@testable import TrainerSupport

/// Runs that start from weights, hold a part of them, or learn it at another rate.
@Suite struct StartingWeightsTests {
    private func train(_ data: TestFolder, _ output: String, _ more: [String] = [], _ defines: [String] = []) throws {
        try TinyRuns.run(
            [
                "train", "--data", data.path, "--out", data.file(output), "--quiet", "--threads", "1", "--batch", "3",
                "--epochs", "1",
            ] + more, model: try PixelModel.load(defines))
    }

    private func values(_ data: TestFolder, _ run: String, _ name: String) throws -> [Float] {
        try TensorFile(path: data.file(run) + "/checkpoint.safetensors").floats(name)
    }

    private func weights(_ data: TestFolder, _ name: String = "w.safetensors", channels: Int = 3) throws -> String {
        var writer = SafetensorsWriter()
        try writer.add("module.out.weight", shape: [1, channels, 1, 1], values: (1...channels).map(Float.init))
        try writer.add("module.out.bias", shape: [1], values: [0.5])
        try writer.write(to: data.file(name))
        return data.file(name)
    }

    /// What is frozen stays, to the bit; the rest moves.
    @Test(arguments: [[], ["--clip", "0.1"], ["--accumulate", "2"], ["--ema", "0.9"], ["--optimizer", "sgd"]])
    func frozenParametersStay(more: [String]) throws {
        let data = try TinyRuns.pictures()
        let file = try weights(data)
        try train(data, "run", ["--init-from", file, "--freeze", "*.weight"] + more)
        #expect(try values(data, "run", "out.weight") == [1, 2, 3])
        #expect(try values(data, "run", "out.bias") != [0.5])
        let record = try Checkpoint(path: data.file("run/checkpoint.safetensors")).record(for: nil)
        #expect(record.settings.parameters.frozen.map(\.text) == ["*.weight"])
        #expect(record.initialWeights?.count == 64)
        let other = message { try train(data, "run", ["--resume", "--freeze", "*.bias"]) }
        #expect(other.contains("found --freeze *.bias instead of *.weight"), "\(other)")
        try train(data, "run", ["--resume", "--epochs", "2", "--init-from", file])
        #expect(try values(data, "run", "out.weight") == [1, 2, 3])
    }

    /// A trainer that was compiled without a parameter goes on with its own runs alone, and so does one that trains it.
    @Test(arguments: [([], ["FROZEN"]), (["FROZEN"], [])], [["--resume", "--epochs", "2"], ["--repeat"]])
    func trainersCompiledWithOtherPartsFrozenAreRefused(trainers: ([String], [String]), how: [String]) throws {
        let data = try TinyRuns.pictures()
        try train(data, "run", [], trainers.0)
        let isRepetition = how == ["--repeat"]
        let (output, more) = isRepetition ? ("again", how + [data.file("run")]) : ("run", how)
        let found = message { try train(data, output, more, trainers.1) }
        let (without, with) = ("compiled without --freeze", "with --freeze '*.weight'")
        let expected =
            trainers.0.isEmpty
            ? "\(without), this one \(with): parameter \"out.weight\" is trained there, and frozen here"
            : "compiled \(with), this one without --freeze: parameter \"out.weight\" is frozen there, and trained here"
        #expect(found.contains(expected), "\(found)")
        try train(data, output, more, trainers.0)
    }

    /// Which is no optimizer's state, although state is called so.
    @Test(arguments: ["adam", "sgd", "adam.m", "ema"], [[], ["--ema", "0.9"], ["--optimizer", "sgd"]])
    func layersMayHaveNamesOfOptimizers(layer: String, more: [String]) throws {
        let data = try TinyRuns.pictures()
        let defines = ["LAYER=\"\(layer)\""]
        try train(data, "run", more, defines)
        try train(data, "next", ["--init-from", data.file("run/checkpoint.safetensors"), "--lr", "1e-30"], defines)
        let isAverage = more.contains("--ema")
        for name in ["\(layer).weight", "\(layer).bias"] {
            let expected = try values(data, "run", (isAverage ? "ema." : "") + name)
            #expect(try values(data, "next", name) == expected, "\(name)")
        }
        try train(data, "run", ["--resume", "--epochs", "2"], defines)
        let rows = try HashRow.list(data.file("run/hashes.csv"))
        #expect(rows.count == 2 && rows[0].digest != rows[1].digest)
    }

    /// Running moments that are held while the batch's are taken are spoken of; one of two is refused.
    @Test func heldRunningMomentsAreExplained() throws {
        let data = try TinyRuns.pictures()
        let model = try PixelModel.load(["MOMENTS"])
        func settings(_ patterns: String...) -> TrainingSettings {
            var settings = TrainingSettings()
            settings.parameters.frozen = patterns.map(NamePattern.init)
            return settings
        }
        let both = settings("*.running_*")
        let held = try #require(try HeldParameters(both, of: model))
        #expect(held.text(both.parameters.frozen) == nil)
        let warning = try #require(held.warning(both.parameters.frozen))
        #expect(
            warning.contains("2 running means and variances, such as norm.running_mean, stay as they are"), "\(warning)"
        )
        let found = message { try train(data, "run", ["--freeze", "*.running_mean"], ["MOMENTS"]) }
        #expect(
            found.contains(
                "--freeze *.running_mean: \"norm.running_mean\" would stay as it is and \"norm.running_var\" would not"),
            "\(found)")
        try train(data, "run", ["--freeze", "*.running_mean", "--freeze", "norm.running_?ar"], ["MOMENTS"])
    }

    /// A run goes on from its checkpoint, and what it began with may stand there.
    @Test func resumedRunsSayWhatTheyBeganWith() throws {
        let data = try TinyRuns.pictures()
        let file = try weights(data)
        try train(data, "plain")
        let without = message { try train(data, "plain", ["--resume", "--epochs", "2", "--init-from", file]) }
        #expect(without.contains("--init-from \(file): the run was started without it"), "\(without)")
        try train(data, "run", ["--init-from", file])
        try train(data, "run", ["--resume", "--epochs", "2", "--init-from", file])
        let record = try Checkpoint(path: data.file("run/checkpoint.safetensors")).record(for: nil)
        func warning(_ file: String, _ more: String...) throws -> String? {
            try StartFlags.parse(["--init-from", file] + more)
                .warning(resuming: record, try PixelModel.load(), Console(isQuiet: true))
        }
        #expect(try warning(file) == nil)
        let gone = try warning(data.file("gone.pt"))
        #expect(gone?.hasSuffix("gone.pt: is not there; the run goes on from its checkpoint") == true)
        let other = try weights(data, "other.safetensors", channels: 1)
        #expect(try warning(other)?.contains("holds other weights than the run was started from") == true)
    }

    /// A rate that is that of all changes nothing; another one another part.
    @Test func ratesByPattern() throws {
        let data = try TinyRuns.pictures()
        try train(data, "plain", ["--lr", "0.01"])
        try train(data, "same", ["--lr", "0.01", "--lr", "*.bias=0.01"])
        try train(data, "other", ["--lr", "0.01", "--lr", "*=1", "--lr", "*.weight=0.01"])
        for name in ["out.weight", "out.bias"] {
            #expect(try values(data, "plain", name) == values(data, "same", name), "\(name)")
        }
        #expect(try values(data, "plain", "out.bias") != values(data, "other", "out.bias"))
        let record = try Checkpoint(path: data.file("other/checkpoint.safetensors")).record(for: nil)
        #expect(
            record.settings.parameters.rates.map { "\($0.pattern) \($0.learningRate)" } == ["* 1.0", "*.weight 0.01"])
        try train(data, "plain", ["--resume", "--epochs", "2", "--lr", "*.bias=1e-9"])
    }

    @Test(arguments: [
        (["--freeze", "*"], "nothing would be left to train"),
        (["--freeze", "uot.*"], "--freeze uot.*: no parameter is called like \"uot.*\""),
        (["--lr", "nothing=1"], "--lr nothing: no parameter is called like \"nothing\""),
        (["--init-from", "missing.pt"], "missing.pt: cannot be opened"),
        (["--init-from", "."], "expected a file of weights or the folder of a run"),
    ])
    func whatFitsNothingIsRefused(flags: [String], expected: String) throws {
        let data = try TinyRuns.pictures()
        let found = message { try train(data, "run", flags) }
        #expect(found.contains(expected), "\(found)")
        #expect(!FileSystem.isFolder(data.file("run")))
    }

    @Test(arguments: [
        ["--map", "a=b"], ["--match", "order"], ["--skip-mismatch"], ["--yes"], ["--lr", "-1"], ["--lr", "=1"],
        ["--lr", "x=0"], ["--init-from", "x", "--match", "order", "--map", "a=b"],
    ])
    func flagsThatMakeNoSenseAreRefused(flags: [String]) throws {
        let data = try TinyRuns.pictures()
        #expect(throws: UsageError.self) { try train(data, "run", flags) }
    }

    /// A PyTorch file, a file with a prefix, and a run give the same.
    @Test func filesAndRunsAreAlike() throws {
        let data = try TinyRuns.pictures()
        let maker = TorchFileMaker(
            tensors: [
                .init("net.weight", key: "0", count: 3, shape: [1, 3, 1, 1], strides: [3, 1, 1, 1]),
                .init("net.bias", key: "1", count: 1, shape: [1], strides: [1]),
            ],
            storages: [
                ("0", [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40]), ("1", [0, 0, 0, 0x3f]),
            ])
        try FileWriter.write(data.file("w.pt"), maker.archive(maker.opcodes(wrapping: "state_dict").flatMap { $0 }))
        try FileWriter.write(data.file("rules.txt"), text: "net=out\n")
        try train(data, "a", ["--init-from", try weights(data), "--epochs", "1"])
        try train(data, "b", ["--init-from", data.file("w.pt"), "--map", "@" + data.file("rules.txt")])
        try train(data, "c", ["--init-from", data.file("w.pt"), "--match", "order", "--yes"])
        for run in ["b", "c"] {
            for name in ["out.weight", "out.bias"] {
                #expect(try values(data, "a", name) == values(data, run, name), "\(run) \(name)")
            }
        }
        try train(data, "d", ["--init-from", data.file("a")])
        let description = try RunDescription(
            parsing: FileSystem.text(of: data.file("d/run.json")), file: data.file("d/run.json"))
        #expect(description.initialWeights?["file"]?.string == data.file("a"))
        #expect(description.initialWeights?["loaded"]?.integer == 2)
        let unseen = message { try train(data, "e", ["--init-from", data.file("w.pt"), "--match", "order"]) }
        #expect(unseen.contains("nobody has said yet that this is right"), "\(unseen)")
        let unmapped = message { try train(data, "e", ["--init-from", data.file("w.pt")]) }
        #expect(unmapped.contains("2 of 2 parameters do not fit"), "\(unmapped)")
    }

    /// As it was the first time, and only so.
    @Test func repetitionsStartFromTheSame() throws {
        let data = try TinyRuns.pictures()
        let file = try weights(data)
        try train(data, "run", ["--init-from", file])
        try train(data, "again", ["--init-from", file, "--repeat", data.file("run")])
        let without = message { try train(data, "other", ["--repeat", data.file("run")]) }
        #expect(without.contains("the run started from weights of the SHA-256"), "\(without)")
    }

    /// The only convolution of this net is its first one and its last.
    @Test func channelsOfTheFirstConvolutionAreAdapted() throws {
        let data = try TinyRuns.pictures()
        try train(data, "run", ["--init-from", try weights(data, channels: 1), "--freeze", "*.weight"])
        #expect(try values(data, "run", "out.weight").map { ($0 * 3).rounded() } == [1, 1, 1])
    }

    @Test func weightsThatAreNoNumbersAreRefused() throws {
        let data = try TinyRuns.pictures()
        var writer = SafetensorsWriter()
        try writer.add("out.weight", shape: [1, 3, 1, 1], values: [1, .nan, 3])
        try writer.write(to: data.file("w.safetensors"))
        let found = message {
            try train(data, "run", ["--init-from", data.file("w.safetensors"), "--skip-mismatch"])
        }
        #expect(found.contains("tensor \"out.weight\" holds values that are no finite numbers"), "\(found)")
    }
}
