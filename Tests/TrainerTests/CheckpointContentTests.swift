import Base
import FileAccess
import Platform
import Runtime
import TensorFiles
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Reporting
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// Checkpoints that are not what was written.
@Suite struct CheckpointContentTests {
    private func trained(_ more: [String] = []) throws -> TestFolder {
        let data = try TinyRuns.pictures()
        try TinyRuns.run(
            ["train", "--data", data.path, "--out", data.file("run"), "--quiet", "--epochs", "2"] + more)
        return data
    }

    private func commands(_ data: TestFolder) -> [(name: String, arguments: [String])] {
        let run = data.file("run")
        return [
            ("resume", ["train", "--out", run, "--resume", "--epochs", "3", "--quiet"]),
            ("evaluate", ["evaluate", "--run", run]),
            ("predict", ["predict", data.file("images"), "--run", run, "--out", data.file("found")]),
            ("repeat", ["train", "--repeat", run, "--out", data.file("again"), "--quiet"]),
        ]
    }

    private func files(_ folder: String) throws -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: try FileSystem.names(in: folder).map { ($0, bytes(FileSystem.join(folder, $0))) })
    }

    /// One bit, in each of many places: of the header, the weights, the optimizer's state.
    @Test(arguments: 0..<40)
    func aFlippedBitIsFound(place: Int) throws {
        let data = try trained()
        for name in ["checkpoint.safetensors", "best.safetensors"] {
            let path = data.file("run/" + name)
            var content = bytes(path)
            let whole = content
            var random = SplitMix64(seed: 7, UInt64(place))
            // Half of them behind the header, which is most of such a small file.
            let dataBytes = (try TensorFile(path: path).tensors).reduce(0) { $0 + 4 * $1.elementCount }
            let start = place % 2 == 0 ? 0 : content.count - dataBytes
            content[start + random.index(below: content.count - start)] ^= 1 << UInt8(random.index(below: 8))
            try FileWriter.write(path, content)
            let isCheckpoint = name.hasPrefix("checkpoint")
            let before = try files(data.file("run"))
            for (command, arguments) in commands(data)
            where ["resume", "repeat"].contains(command) == isCheckpoint {
                let text = message { try TinyRuns.run(arguments) }
                #expect(text.contains(path), "\(command), \(name): \(text)")
            }
            #expect(try files(data.file("run")) == before, "nothing is written")
            #expect(!FileSystem.isFolder(data.file("found")) && !FileSystem.isFolder(data.file("again")))
            try FileWriter.write(path, whole)
        }
    }

    @Test func theMessageSaysWhatWasExpectedAndWhatToDo() throws {
        let data = try trained()
        let path = data.file("run/best.safetensors")
        var content = bytes(path)
        content[content.count - 1] ^= 1
        try FileWriter.write(path, content)
        let text = message { try TinyRuns.run(["evaluate", "--run", data.file("run")]) }
        let expected = try #require(try TensorFile(path: path).metadata["content_hash"])
        #expect(text.hasPrefix("\(path): the file is damaged: its content is not what was written: it says the hash "))
        #expect(text.contains("\(expected), found ") && text.contains("train anew"), "\(text)")
        #expect(text.contains("\(data.file("run"))/checkpoint.safetensors is another file of weights"), "\(text)")
        // The other one serves.
        try TinyRuns.run(["evaluate", "--weights", data.file("run/checkpoint.safetensors"), "--data", data.path])
    }

    /// A whole checkpoint of another run in its place: `hashes.csv` knows.
    @Test func anExchangedCheckpointIsFound() throws {
        let data = try trained()
        try TinyRuns.run(
            ["train", "--data", data.path, "--out", data.file("other"), "--quiet", "--epochs", "2", "--seed", "9"])
        let path = data.file("run/checkpoint.safetensors")
        try FileWriter.write(path, bytes(data.file("other/checkpoint.safetensors")))
        for (command, arguments) in commands(data) where ["resume", "repeat"].contains(command) {
            let text = message { try TinyRuns.run(arguments) }
            #expect(text.contains("the weights' SHA-256 is") && text.contains("hashes.csv says"), "\(command): \(text)")
        }
    }

    /// Without `hashes.csv`, and weights that somebody made or changed and saved without a hash.
    @Test func whatSaysNoHashIsTakenAsItIs() throws {
        let data = try trained()
        unlink(data.file("run/hashes.csv"))
        try TinyRuns.run(["train", "--out", data.file("run"), "--resume", "--epochs", "3", "--quiet"])
        let file = try TensorFile(path: data.file("run/best.safetensors"))
        var writer = SafetensorsWriter(metadata: [("made", "by hand")])
        for tensor in file.tensors {
            try writer.add(tensor.name, shape: tensor.shape, values: try file.floats(tensor.name).map { $0 / 2 })
        }
        try writer.write(to: data.file("w.safetensors"))
        try TinyRuns.run(["evaluate", "--weights", data.file("w.safetensors"), "--data", data.path])
        try TinyRuns.run([
            "predict", data.file("images"), "--weights", data.file("w.safetensors"), "--out", data.file("found"),
        ])
    }

    // MARK: Numbers that are none

    /// In the weights, their average, and the optimizer's state.
    @Test(
        arguments: [
            ("out.weight", "parameter \"out.weight\" [1, 3, 1, 1] holds 1 value of 3 that is not finite"),
            ("ema.out.weight", "average of parameter \"out.weight\""),
            ("adam.m.out.bias", "optimizer state of parameter \"out.bias\" [1] holds 1 value of 1"),
            ("adam.v.out.weight", "optimizer state of parameter \"out.weight\""),
        ], [Float.nan, .infinity])
    func brokenCheckpointsAreNotResumed(name: (String, String), value: Float) throws {
        let data = try trained(["--ema", "0.9"])
        let path = data.file("run/checkpoint.safetensors")
        let file = try TensorFile(path: path)
        var metadata = file.metadata
        metadata["content_hash"] = nil
        var writer = SafetensorsWriter(metadata: metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        for tensor in file.tensors {
            var values = try file.floats(tensor.name)
            if tensor.name == name.0 { values[0] = value }
            try writer.add(tensor.name, shape: tensor.shape, values: values)
        }
        try writer.write(to: path)
        unlink(data.file("run/hashes.csv"))
        let before = try files(data.file("run"))
        let text = message {
            try TinyRuns.run(["train", "--out", data.file("run"), "--resume", "--epochs", "3", "--quiet"])
        }
        #expect(text.contains(path) && text.contains(name.1), "\(text)")
        #expect(try files(data.file("run")) == before)
    }

    @Test(arguments: [Float.nan, -.infinity])
    func brokenWeightsPredictNothing(value: Float) throws {
        let data = try TinyRuns.pictures()
        let path = data.file("w.safetensors")
        var writer = SafetensorsWriter()
        try writer.add("out.weight", shape: [1, 3, 1, 1], values: [1, value, value])
        try writer.add("out.bias", shape: [1], values: [0])
        try writer.write(to: path)
        for arguments in [
            ["evaluate", "--data", data.path], ["predict", data.file("images"), "--out", data.file("found")],
            ["predict", data.file("images"), "--out", data.file("found"), "--tiles"],
        ] {
            let text = message {
                try TinyRuns.run(arguments + ["--weights", path], model: try PixelModel.load(["TILED=1"]))
            }
            #expect(
                text.hasPrefix(
                    "\(path): parameter \"out.weight\" [1, 3, 1, 1] holds 2 values of 3 that are not finite"),
                "\(text)")
        }
        #expect(!FileSystem.isFolder(data.file("found")))
    }

    // MARK: Other nets

    /// The net is compared before anything is said of the data, which another net's masks do not fit.
    @Test func runsOfOtherNetsAreNamedFirst() throws {
        let data = try trained()
        // Values that no net takes.
        for index in 0..<11 { try data.writeMask("masks/p\(index).png", left: 77, right: 13) }
        let other = try PixelModel.load(["CLASSES=3", "NAME=\"three\"", "HASH=\"three\""])
        for (command, arguments) in commands(data) {
            let text = message { try TinyRuns.run(arguments, model: other) }
            #expect(
                text.contains("a checkpoint of another graph (\"pixels\", this trainer was compiled from \"three\")")
                    && text.contains(
                        "parameter \"out.weight\" is [1, 3, 1, 1] there and [3, 3, 1, 1] here, and 1 other differ"),
                "\(command): \(text)")
        }
    }

    // MARK: Folders

    @Test func aFolderThatIsGoneIsSaid() throws {
        let data = try trained()
        let files = RunFiles(folder: data.file("run"))
        let model = try PixelModel.load()
        let record = try Checkpoint(path: files.checkpoint).record(for: model)
        let net = try Net(model: model, for: record.use(), threads: 1, preparedWeights: .recomputed)
        #expect(rename(data.file("run"), data.file("moved")) == 0)
        let text = message { try RunWriter(files: files, net: net).save(record) }
        #expect(text.contains("the run's folder \(data.file("run")) is gone"), "\(text)")
        #expect(!text.contains("make room") && !text.contains("still there"), "\(text)")
    }
}
