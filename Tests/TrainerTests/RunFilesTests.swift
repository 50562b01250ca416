import Base
import FileAccess
import Imaging
import Platform
import Runtime
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Predictions
@testable import Reporting
@testable import Trainer
@testable import TrainerSupport

/// What a run leaves besides its checkpoints, and repeating it.
@Suite struct RunFilesTests {
    /// Ten pictures, of which eight train, in two steps an epoch.
    private func pictures() throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for index in 0..<10 {
            try folder.writePicture("images/p\(index).png", red: UInt8(60 + 10 * index))
            try folder.writeMask("masks/p\(index).png", left: 255, right: 0)
        }
        return folder
    }

    private func train(_ data: TestFolder, _ output: String, _ more: [String] = []) throws {
        try TinyRuns.run(
            ["train", "--data", data.path, "--out", data.file(output), "--quiet", "--threads", "1"] + more)
    }

    private func text(_ data: TestFolder, _ name: String) throws -> String { try FileSystem.text(of: data.file(name)) }

    private func events(_ data: TestFolder, _ run: String, session: Int) throws -> [EventReader.Event] {
        try EventReader(bytes(data.file("\(run)/\(EventFile.name(session: session))"))).events
    }

    @Test func linesAndEventsSayWhatMetricsSay() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "3", "--log-every", "2"])
        let rows = try MetricsLog(parsing: text(data, "run/metrics.csv"), task: .mask, through: 9, path: "").rows
        let lines = try text(data, "run/metrics.jsonl").split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(lines.map { $0["kind"]?.string } == ["step", "epoch", "step", "epoch", "step", "epoch"])
        #expect(lines.map { $0["step"]?.integer } == [2, 2, 4, 4, 6, 6])
        let epochs = lines.filter { $0["kind"]?.string == "epoch" }
        #expect(epochs.map { $0["train_loss"]?.number } == rows.map(\.trainLoss))
        #expect(epochs.map { $0["dice"]?.number } == rows.map { $0.test?.values[0] })
        #expect(epochs.map { $0["lr"]?.number } == [0.05, 0.05, 0.05])

        let events = try events(data, "run", session: 1)
        let steps = events.filter { $0.number("train/loss") != nil }
        #expect(steps.map(\.step) == [2, 4, 6])
        #expect(
            steps.map { $0.number("train/loss") }
                == lines.filter { $0["kind"]?.string == "step" }.map { Float($0["loss"]!.number!) })
        let tested = events.filter { $0.number("test/dice") != nil }
        #expect(tested.map(\.step) == [2, 4, 6])
        #expect(tested.map { $0.number("epoch/train_loss") } == rows.map { Float($0.trainLoss) })
        #expect(tested.map { $0.number("test/loss") } == rows.map { Float($0.test!.loss) })
        let samples = try #require(tested.last?.pictures.first, "no picture of samples in the last epoch")
        #expect(samples.png == bytes(data.file("run/samples.png")))
        #expect(events.contains { $0.texts.contains { $0.tag == "settings" && $0.text.contains("| lr | 0.05 |") } })
    }

    @Test func resumedRunsSayEverythingOnce() throws {
        let data = try pictures()
        try train(data, "whole", ["--epochs", "4", "--log-every", "1"])
        try train(data, "parts", ["--epochs", "2", "--log-every", "1"])
        // As a kill within the third epoch leaves them.
        let lines = data.file("parts/metrics.jsonl")
        let extra =
            "{\"kind\":\"step\",\"epoch\":3,\"step\":5,\"loss\":9}\n{\"kind\":\"epoch\",\"epoch\":3,\"step\":6}\n{\"kin"
        try FileWriter.write(lines, text: FileSystem.text(of: lines) + extra)
        let hashes = try text(data, "parts/hashes.csv").split(separator: "\n")
        try FileWriter.write(data.file("parts/hashes.csv"), text: hashes.dropLast().joined(separator: "\n") + "\n")
        try train(data, "parts", ["--epochs", "4", "--log-every", "1", "--resume"])
        func numbers(_ run: String) throws -> [[String?]] {
            try text(data, run + "/metrics.jsonl").split(separator: "\n").map { line in
                let json = try JSON(parsing: String(line))
                return ["kind", "epoch", "step", "loss", "train_loss", "test_loss", "dice", "lr"].map { json[$0]?.text }
            }
        }
        #expect(try numbers("parts") == numbers("whole"))
        #expect(try text(data, "parts/hashes.csv") == text(data, "whole/hashes.csv"))
        let second = try events(data, "parts", session: 2)
        #expect(second.contains { $0.isSessionStart && $0.step == 5 }, "what came after step 4 is void")
        #expect(second.filter { $0.number("train/loss") != nil }.map(\.step) == [5, 6, 7, 8])
        let description = try RunDescription(parsing: text(data, "parts/run.json"), file: "run.json")
        #expect(description.sessions.map(\.fromStep) == [0, 4])
    }

    @Test func theFolderSaysWhatTheRunWasMadeOf() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "1"])
        #expect(try text(data, "run/net.graph") == "graph pixels {}")
        let plan = try JSON(parsing: text(data, "run/plan.json"))
        let train = try #require(plan["plans"]?.array?.first)
        #expect(train["steps"]?.array?.first?["algorithm"]?.string == "loop")
        #expect(train["tensors"]?.array?.count == 8)
        let json = try JSON(parsing: text(data, "run/run.json"))
        #expect(json["plan_sha256"]?.string == Digest.of(try text(data, "run/plan.json")))
        #expect(json["data"]?["train_pictures"]?.integer == 8 && json["compiler"]?.string == "0.1.0")
        let record = try Checkpoint(path: data.file("run/checkpoint.safetensors")).record(for: nil)
        #expect(json["data"]?["fingerprint"]?.string == record.fingerprint)
        let session = try #require(json["sessions"]?.array?.first)
        #expect(session["settings"]?["lr"]?.string == "0.05" && session["threads"]?.integer == 1)
        #expect(session["command"]?.array?.first?.string == "trainer")
    }

    /// What stands in a folder by the name of a run's file, and is none.
    @Test(arguments: ["net.graph", "run.json", "report.html", "best.safetensors", "metrics.csv", "samples.png"])
    func usersFilesAreNotReplaced(_ name: String) throws {
        let data = try pictures()
        try data.folder("run")
        try data.write("run/" + name, Array("precious".utf8))
        for flags in [[], ["--resume"]] {
            let text = message { try train(data, "run", ["--epochs", "1"] + flags) }
            #expect(text.contains("run/\(name): is there, and not of a run: training would replace it"), "\(text)")
        }
        #expect(try self.text(data, "run/" + name) == "precious")
        #expect(try FileSystem.names(in: data.file("run")) == [name])
    }

    @Test func aRunThatWasEndedAtOnceIsReplaced() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "1"])
        for name in ["checkpoint.safetensors", "best.safetensors", "hashes.csv"] {
            Files.remove(data.file("run/" + name))
        }
        try train(data, "run", ["--epochs", "1"])
        #expect(FileSystem.isFile(data.file("run/checkpoint.safetensors")))
    }

    /// Nothing but its command is known of a run that was ended before its first checkpoint: without the flags the drawn
    /// pictures would be trained.
    @Test func aRunWithoutACheckpointIsResumedByItsOwnCommandOnly() throws {
        let data = try pictures()
        let started = ["train", "--data", data.path, "--out", data.file("run"), "--quiet", "--epochs", "1"]
        try TinyRuns.run(started)
        let whole = bytes(data.file("run/checkpoint.safetensors"))
        let names = ["checkpoint.safetensors", "best.safetensors", "best.json", "hashes.csv", "metrics.csv"]
        for name in names { Files.remove(data.file("run/" + name)) }
        let text = message { try TinyRuns.run(["train", "--out", data.file("run"), "--resume", "--quiet"]) }
        #expect(text.contains("run: the run was ended before its first checkpoint"), "\(text)")
        #expect(text.contains("start it again with\n  trainer " + started.joined(separator: " ")), "\(text)")
        #expect(!FileSystem.isFile(data.file("run/checkpoint.safetensors")))
        try TinyRuns.run(started + ["--resume"])
        #expect(bytes(data.file("run/checkpoint.safetensors")) == whole)
        try data.folder("begun")
        let begun = message { try TinyRuns.run(["train", "--out", data.file("begun"), "--resume", "--quiet"]) }
        #expect(begun.contains("begun: there is no run to resume: it was ended before it wrote anything"), "\(begun)")
        #expect(try FileSystem.names(in: data.file("begun")).isEmpty)
    }

    /// As after a kill between the best weights and the checkpoint that says so: the best that the checkpoint knows is gone,
    /// and no later epoch is as good.
    @Test func bestWeightsAreThoseThatAreThere() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "2", "--lr", "0.001"])
        try train(data, "longer", ["--epochs", "3", "--lr", "0.001"])
        let longer = RunFiles(folder: data.file("longer"))
        try #require(try Checkpoint(path: longer.best).record(for: nil).progress.epoch == 3)
        let files = RunFiles(folder: data.file("run"))
        try FileWriter.write(files.best, bytes(longer.best))
        try train(data, "run", ["--epochs", "3", "--resume", "--lr", "30"])
        let progress = try Checkpoint(path: files.checkpoint).record(for: nil).progress
        #expect(progress.bestEpoch == 3)
        #expect(try Checkpoint(path: files.best).record(for: nil).progress.epoch == 3)
        #expect(bytes(files.best) != bytes(longer.best))
    }

    @Test func damagedBestWeightsDoNotKeepARunFromGoingOn() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "2", "--lr", "0.001"])
        let files = RunFiles(folder: data.file("run"))
        var damaged = bytes(files.best)
        damaged[damaged.count - 1] ^= 1
        try FileWriter.write(files.best, damaged)
        try train(data, "run", ["--epochs", "3", "--resume"])
        #expect(try Checkpoint(path: files.best).record(for: nil).progress.epoch == 3)
    }

    /// People delete checkpoints, which are three times the weights.
    @Test(arguments: [[], ["--resume"]]) func aRunWithoutItsCheckpointIsKept(flags: [String]) throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "1"])
        Files.remove(data.file("run/checkpoint.safetensors"))
        let best = bytes(data.file("run/best.safetensors"))
        let text = message { try train(data, "run", ["--epochs", "1"] + flags) }
        #expect(text.contains("run: has a run without its checkpoint.safetensors"), "\(text)")
        #expect(bytes(data.file("run/best.safetensors")) == best)
    }

    @Test func onlyATrainersOwnLeftoversAreCleared() throws {
        let data = try pictures()
        try data.folder("run")
        for name in ["notes.tmp", "best.safetensors.tmp", "curves.png.123-456.tmp"] {
            try data.write("run/" + name, [1])
        }
        withExtendedLifetime(try RunFolder(data.file("run"))) {}
        #expect(try FileSystem.names(in: data.file("run")).filter { $0.hasSuffix(".tmp") } == ["notes.tmp"])
    }

    @Test func reportsNeedNothingBesideThem() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "3"])
        let page = try text(data, "run/report.html")
        #expect(!page.contains("http") && !page.contains("<script src") && !page.contains("url("))
        let sources = page.split(separator: "src=\"").dropFirst().map { $0.prefix(22) }
        #expect(sources.count == 3 && Set(sources) == ["data:image/png;base64,"], "samples and two pictures that test")
        #expect(page.split(separator: "<svg").count == 4, "charts of losses, of measures and of times")
        for word in ["Dice", "fingerprint", "--repeat", "3 of 3 epochs", "is background, 255 is object"]
            + ["data-state=\"finished\"", "The 2 pictures that test", "<li>p0</li>", "class=\"best\""]
        {
            #expect(page.contains(word), "\(word)")
        }
        for (open, close) in [("<table", "</table>"), ("<svg", "</svg>"), ("<tr", "</tr>"), ("<td", "</td>")] {
            #expect(page.split(separator: open).count == page.split(separator: close).count, "\(open)")
        }
        let classes = try PixelModel.load(["CLASSES=3"])
        try data.folder("labels")
        for index in 0..<10 { try data.writeMask("labels/p\(index).png", left: 1, right: 2) }
        try TinyRuns.run(
            [
                "train", "--images", data.file("images"), "--masks", data.file("labels"), "--out", data.file("c"),
                "--epochs", "1", "--quiet", "--classes", "sky,<b>,x",
            ], model: classes)
        let second = try text(data, "c/report.html")
        #expect(second.contains("confusion matrix") && second.contains("1 (&lt;b&gt;)") && !second.contains("<b>"))
    }

    // MARK: Repeating

    @Test func runsAreRepeatedWithTheSameBits() throws {
        let data = try pictures()
        try train(
            data, "run", ["--epochs", "3", "--optimizer", "sgd", "--momentum", "0.9", "--batch", "3", "--seed", "8"])
        try TinyRuns.run([
            "train", "--repeat", data.file("run"), "--out", data.file("again"), "--quiet", "--threads", "2",
        ])
        #expect(try text(data, "again/hashes.csv") == text(data, "run/hashes.csv"))
        #expect(bytes(data.file("again/checkpoint.safetensors")) == bytes(data.file("run/checkpoint.safetensors")))
        #expect(bytes(data.file("again/best.safetensors")) == bytes(data.file("run/best.safetensors")))
    }

    /// A run of four epochs that was stopped after two is repeated as far as it went.
    @Test func repetitionsGoAsFarAsTheRunWent() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "2"])
        try train(data, "run", ["--epochs", "9", "--resume"])
        var rows = try text(data, "run/hashes.csv").split(separator: "\n").prefix(3).joined(separator: "\n")
        rows += "\n"
        try FileWriter.write(data.file("run/hashes.csv"), text: rows)
        try TinyRuns.run(["train", "--repeat", data.file("run"), "--out", data.file("again"), "--quiet"])
        #expect(try text(data, "again/hashes.csv") == rows)
    }

    @Test func differencesAreNamed() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "3"])
        let hashes = data.file("run/hashes.csv")
        var lines = try FileSystem.text(of: hashes).split(separator: "\n").map(String.init)
        lines[2] = "2,4," + String(repeating: "0", count: 64)
        try FileWriter.write(hashes, text: lines.joined(separator: "\n") + "\n")
        let told = message {
            try TinyRuns.run(["train", "--repeat", data.file("run"), "--out", data.file("again"), "--quiet"])
        }
        #expect(told.contains("differs from \(data.file("run")) from epoch 2 on"), "\(told)")
        #expect(told.contains("0000000000000000… after step 4"), "\(told)")
    }

    @Test func whatIsNoRepetitionIsRefused() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "1"])
        func again(_ more: [String]) -> String {
            message {
                try TinyRuns.run(["train", "--repeat", data.file("run"), "--out", data.file("x"), "--quiet"] + more)
            }
        }
        let rate = again(["--lr", "0.1"])
        #expect(rate.contains("--repeat trains as") && rate.contains("with lr 0.05, found 0.1"), "\(rate)")
        #expect(again(["--epochs", "7"]).contains("with epochs 1, found 7"))
        try data.writeMask("masks/p3.png", left: 0, right: 255)
        #expect(again([]).contains("the run was trained on other data"))
        let none = message {
            try TinyRuns.run(["train", "--repeat", data.file("none"), "--out", data.file("y"), "--quiet"])
        }
        #expect(none.contains("found no checkpoint.safetensors in it"), "\(none)")
    }

    @Test(arguments: [
        ("target", "for x86-64-v4 with vectors of 16 floats, this trainer is compiled for native"),
        ("compiler", "by unetc 9, this trainer is made by 0.1.0"), ("plan", "with other steps, algorithms or places"),
        ("processor", "on A, this one is B"),
    ])
    func otherWaysOfComputingAreTold(change: String, expected: String) {
        let here = RunDescription.Path(
            compiler: "0.1.0", target: "native", vectorWidth: nil, planDigest: "1", processor: "B")
        var other = here
        #expect(other.difference(from: here) == nil)
        switch change {
        case "target": (other.target, other.vectorWidth) = ("x86-64-v4", 16)
        case "compiler": other.compiler = "9"
        case "plan": other.planDigest = "2"
        default: other.processor = "A"
        }
        #expect(other.difference(from: here)?.contains(expected) == true, "\(other.difference(from: here) ?? "")")
    }

    private static let changes: [(schedule: String, name: String, expected: [String])] = [
        ("constant", "epochs", []), ("cosine", "epochs", ["epochs 2"]), ("constant", "lr", ["lr 2"]),
        ("constant", "patience", []),
    ]

    @Test(arguments: changes)
    func settingsThatDecideAboutBitsAreTold(schedule: String, name: String, expected: [String]) {
        func settings(_ value: String) -> [JSON.Member] {
            [("schedule", .string(schedule)), (name, .string(value))]
        }
        #expect(Repetition.changes(from: settings("1"), to: settings("2")) == expected)
        #expect(Repetition.changes(from: settings("1"), to: settings("1")).isEmpty)
    }

    // MARK: Bad numbers

    @Test func badNumbersAreTracedToTheirStep() throws {
        let data = try pictures()
        try train(data, "run", ["--epochs", "1"])
        let before = bytes(data.file("run/checkpoint.safetensors"))
        let text = message { try train(data, "run", ["--epochs", "3", "--resume", "--lr", "3e38"]) }
        #expect(text.contains("in logits (t:1), conv, at step 4, where the learning rate was 3e+38"), "\(text)")
        #expect(text.contains("the last good checkpoint is \(data.file("run"))/checkpoint.safetensors"), "\(text)")
        #expect(bytes(data.file("run/checkpoint.safetensors")) == before, "the checkpoint was touched")
        // From the initial values, where there is no checkpoint.
        let fresh = message { try train(data, "fresh", ["--epochs", "3", "--lr", "3e38"]) }
        #expect(fresh.contains("in logits (t:1), conv, at step 2"), "\(fresh)")
        #expect(!fresh.contains("checkpoint"))
    }
}
