import FileAccess
import Imaging
import Platform
import Runtime
import TensorFiles
import TestSupport
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Predictions
@testable import Reporting
@testable import Trainer
@testable import TrainerSupport

/// Whole runs of a tiny net, through the command line.
@Suite struct TrainingRunTests {
    private func train(_ data: TestFolder, _ output: String, _ more: [String] = []) throws {
        try TinyRuns.run(["train", "--data", data.path, "--out", output, "--quiet", "--threads", "1"] + more)
    }

    /// metrics.csv without the times.
    private func numbers(_ folder: String) throws -> [String] {
        try FileSystem.text(of: folder + "/metrics.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).dropLast().joined(separator: ",")
        }
    }

    private func expectSame(_ a: String, _ b: String, _ what: Comment) throws {
        #expect(try numbers(a) == numbers(b), what)
        #expect(bytes(a + "/checkpoint.safetensors") == bytes(b + "/checkpoint.safetensors"), what)
        for name in ["out.weight", "out.bias"] {
            let best = try [a, b].map { try TensorFile(path: $0 + "/best.safetensors").floats(name) }
            #expect(best[0] == best[1], "best weights, \(what)")
        }
    }

    @Test func runsLearnAndLeaveTheirFiles() throws {
        let data = try TinyRuns.pictures()
        let output = data.file("run/deep")
        try train(data, output, ["--epochs", "12", "--lr", "0.4"])
        let rows = try MetricsLog(
            parsing: FileSystem.text(of: output + "/metrics.csv"), task: .mask, through: 99, path: "m"
        ).rows
        #expect(rows.map(\.epoch) == Array(1...12))
        #expect(rows.map(\.step) == (1...12).map { $0 * 2 }, "8 pictures in batches of 4")
        let last = try #require(rows.last)
        #expect(last.trainLoss < rows[0].trainLoss * 0.8, "from \(rows[0].trainLoss) to \(last.trainLoss)")
        #expect(try #require(last.test?.values[0] ?? nil) > 0.8)
        for name in ["curves.png", "samples.png"] {
            #expect(try decodePicture(path: output + "/" + name).width > 100, "\(name)")
        }
        let best = try TensorFile(path: output + "/best.safetensors")
        #expect(best.names == ["out.weight", "out.bias"])
        let checkpoint = try TensorFile(path: output + "/checkpoint.safetensors")
        #expect(
            checkpoint.names.sorted() == [
                "adam.m.out.bias", "adam.m.out.weight", "adam.v.out.bias", "adam.v.out.weight", "out.bias",
                "out.weight",
            ])
        #expect(checkpoint.metadata["epoch"] == "12")
    }

    @Test(arguments: [["--optimizer", "adam"], ["--optimizer", "sgd", "--momentum", "0.9"]])
    func threadsAndResumingChangeNothing(optimizer: [String]) throws {
        let data = try TinyRuns.pictures()
        let more = optimizer + ["--batch", "3"]
        try train(data, data.file("whole"), more + ["--epochs", "4"])
        try train(data, data.file("threads"), more + ["--epochs", "4", "--threads", "2"])
        try expectSame(data.file("whole"), data.file("threads"), "two threads")
        try train(data, data.file("parts"), more + ["--epochs", "1"])
        try train(data, data.file("parts"), ["--epochs", "3", "--resume"])
        // As a kill between metrics and checkpoint leaves it.
        let metrics = data.file("parts/metrics.csv")
        try FileWriter.write(metrics, text: FileSystem.text(of: metrics) + "4,12,9,9,9,9,9\n")
        try train(data, data.file("parts"), ["--epochs", "4", "--resume"])
        try expectSame(data.file("whole"), data.file("parts"), "resumed")
    }

    @Test func interruptedRunsContinueWithinAnEpoch() throws {
        let data = try TinyRuns.pictures()
        try train(data, data.file("whole"), ["--epochs", "2", "--batch", "3"])
        // A signal that is pending from the start ends every session after one step.
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        pthread_kill(pthread_self(), SIGTERM)
        defer {
            var none = timespec()
            sigtimedwait(&set, nil, &none)
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
        }
        let output = data.file("stopped")
        try train(data, output, ["--epochs", "2", "--batch", "3"])
        #expect(try Checkpoint(path: output + "/checkpoint.safetensors").record(for: nil).progress.step == 1)
        for _ in 0..<20
        where try Checkpoint(path: output + "/checkpoint.safetensors").record(for: nil).progress.epoch < 2 {
            try train(data, output, ["--resume"])
        }
        try expectSame(data.file("whole"), output, "stopped after every step")
    }

    @Test func checkpointsWithinEpochsAreWritten() throws {
        let data = try TinyRuns.pictures()
        try train(data, data.file("a"), ["--epochs", "2"])
        try train(data, data.file("b"), ["--epochs", "2", "--checkpoint-every", "1"])
        try expectSame(data.file("a"), data.file("b"), "checkpoint after every step")
    }

    @Test func nothingIsOverwritten() throws {
        let data = try TinyRuns.pictures()
        try train(data, data.file("run"), ["--epochs", "1"])
        let text = message { try train(data, data.file("run"), ["--epochs", "1"]) }
        #expect(text.contains("there is a run in this folder already"), "\(text)")
        #expect(text.contains("--resume"), "\(text)")
        let none = message { try train(data, data.file("none"), ["--resume"]) }
        #expect(none.contains("there is no run to resume"), "\(none)")
        let lock = try RunFolder(data.file("run"))
        let busy = message { try train(data, lock.path, ["--resume"]) }
        #expect(busy.contains("another trainer is at work in this folder"), "\(busy)")
    }

    @Test func otherDataIsNotResumed() throws {
        let data = try TinyRuns.pictures()
        try train(data, data.file("run"), ["--epochs", "1"])
        try data.writeMask("masks/p3.png", left: 255, right: 0)
        let text = message { try train(data, data.file("run"), ["--epochs", "2", "--resume"]) }
        #expect(text.contains("the run was started with other data"), "\(text)")
    }

    @Test func divergenceKeepsTheLastCheckpoint() throws {
        let data = try TinyRuns.pictures()
        let output = data.file("run")
        try train(data, output, ["--epochs", "1"])
        let before = bytes(output + "/checkpoint.safetensors")
        let text = message { try train(data, output, ["--epochs", "3", "--resume", "--lr", "3e38"]) }
        #expect(text.contains("the last good checkpoint is \(output)/checkpoint.safetensors"), "\(text)")
        #expect(text.contains("smaller --lr"), "\(text)")
        #expect(bytes(output + "/checkpoint.safetensors") == before)
    }

    /// As a full disk would: the temporary file cannot be written.
    @Test func failedSavesKeepTheLastCheckpoint() throws {
        let data = try TinyRuns.pictures()
        let output = data.file("run")
        try train(data, output, ["--epochs", "1"])
        let before = bytes(output + "/checkpoint.safetensors")
        try data.folder("run/checkpoint.safetensors.unetc.tmp")
        let text = message { try train(data, output, ["--epochs", "2", "--resume"]) }
        #expect(text.contains("cannot save: \(output)/checkpoint.safetensors"), "\(text)")
        #expect(text.contains("the last checkpoint \(output)/checkpoint.safetensors is still there and whole"))
        #expect(bytes(output + "/checkpoint.safetensors") == before)
    }

    @Test func strangeCheckpointsAreRefused() throws {
        let data = try TinyRuns.pictures()
        let output = data.file("run")
        try train(data, output, ["--epochs", "1"])
        let other = try PixelModel.load(["CHANNELS=1", "HASH=\"other\"", "NAME=\"gray\""])
        let graph = message {
            try TinyRuns.run(["train", "--data", data.path, "--out", output, "--resume", "--quiet"], model: other)
        }
        #expect(graph.contains("a checkpoint of another graph (\"pixels\", this trainer was compiled from \"gray\")"))
        #expect(graph.contains("parameter \"out.weight\" is [1, 3, 1, 1] there and [1, 1, 1, 1] here"), "\(graph)")
        let whole = bytes(output + "/checkpoint.safetensors")
        for count in [0, 7, 100, whole.count - 1] {
            try FileWriter.write(output + "/checkpoint.safetensors", Array(whole.prefix(count)))
            let text = message { try train(data, output, ["--resume"]) }
            #expect(text.contains("checkpoint.safetensors"), "\(count) bytes: \(text)")
        }
    }

    @Test func weightsOfWrongShapeAreRefused() throws {
        let data = try TinyRuns.pictures()
        var writer = SafetensorsWriter()
        try writer.add("out.weight", shape: [1, 1, 1, 1], values: [1])
        try writer.add("out.bias", shape: [1], values: [1])
        try writer.write(to: data.file("w.safetensors"))
        let text = message {
            try TinyRuns.run(["evaluate", "--weights", data.file("w.safetensors"), "--data", data.path])
        }
        #expect(text.contains("[1, 3, 1, 1]") && text.contains("[1, 1, 1, 1]"), "\(text)")
    }

    @Test func runsAreEvaluatedAndShown() throws {
        let data = try TinyRuns.pictures()
        let output = data.file("run")
        try train(data, output, ["--epochs", "8"])
        try TinyRuns.run(["evaluate", "--run", output, "--show", "2", "--out", data.file("show.png")])
        #expect(try decodePicture(path: data.file("show.png")).width > 900)
        let text = message { try TinyRuns.run(["evaluate", "--run", output, "--show", "4"]) }
        #expect(text.contains("--show 4: there are 3 test pictures"), "\(text)")
        let none = message { try TinyRuns.run(["evaluate", "--run", data.file("nothing")]) }
        #expect(none.contains("found no best.safetensors"), "\(none)")
    }

    @Test func masksHaveThePicturesSize() throws {
        let data = try TinyRuns.pictures()
        let output = data.file("run")
        try train(data, output, ["--epochs", "12", "--lr", "0.4"])
        try data.folder("new")
        try data.writePicture("new/wide.png", width: 50, height: 20, red: 220)
        try data.write("new/notes.txt", Array("hello".utf8))
        try TinyRuns.run([
            "predict", data.file("new"), data.file("images/p1.png"), "--run", output, "--out", data.file("masks2"),
        ])
        let wide = try decodeMask(path: data.file("masks2/wide.png"))
        #expect(wide.width == 50 && wide.height == 20)
        #expect(Set(wide.pixels) == [255], "all of it is red")
        let truth = try decodeMask(path: data.file("masks/p1.png")).pixels
        let found = try decodeMask(path: data.file("masks2/p1.png")).pixels
        #expect(Set(found).isSubset(of: [0, 255]))
        #expect(zip(truth, found).count { $0 == $1 } > 200)
    }

    @Test func predictionsNeverHarmPictures() throws {
        let data = try TinyRuns.pictures()
        let output = data.file("run")
        try train(data, output, ["--epochs", "1"])
        func predict(_ arguments: [String]) -> String {
            message { try TinyRuns.run(["predict", "--run", output] + arguments) }
        }
        let same = predict([data.file("images"), "--out", data.file("images")])
        #expect(same.contains("the mask would replace a picture"), "\(same)")
        let photograph = try readBytes(data.file("images/p1.png"))
        try data.folder("other")
        try data.write("other/p1.png", photograph)
        let another = predict([data.file("images/p1.png"), "--out", data.file("other")])
        #expect(another.contains("other/p1.png: is there already, and is no result of unetc"), "\(another)")
        #expect(try readBytes(data.file("other/p1.png")) == photograph)
        let twice = predict([data.file("images"), data.file("masks"), "--out", data.file("x")])
        #expect(twice.contains("would both give the mask"), "\(twice)")
        let missing = predict([data.file("nothing.png"), "--out", data.file("x")])
        #expect(missing.contains("nothing.png: expected a picture"), "\(missing)")
        try data.write("broken.png", [1, 2, 3])
        #expect(predict([data.file("broken.png"), "--out", data.file("x")]).contains("no picture could be read"))
    }

    @Test func grayNetsTrainOnColourPictures() throws {
        let data = try TinyRuns.pictures()
        let gray = try PixelModel.load(["CHANNELS=1", "HASH=\"other\"", "NAME=\"gray\""])
        try TinyRuns.run(
            ["train", "--data", data.path, "--out", data.file("run"), "--quiet", "--split", "1"], model: gray)
        #expect(try numbers(data.file("run")).last?.hasSuffix(",,,") == true, "no test pictures, no test scores")
    }

    @Test func embeddedPicturesNeedNoData() throws {
        let folder = try TestFolder()
        try TinyRuns.run(["train", "--out", folder.file("run"), "--quiet", "--epochs", "1"])
        let record = try Checkpoint(path: folder.file("run/checkpoint.safetensors")).record(for: nil)
        var expected = DataSettings(range: .full)
        expected.normalization = .range
        #expect(record.data == expected)
        #expect(record.progress.step == 64, "256 pictures in batches of 4")
    }
}
