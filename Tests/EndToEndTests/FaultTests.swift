import Base
import Foundation
import Runtime
import TensorFiles
import TestSupport
import Testing

/// What happens to runs: kills at any moment, signals, a full disk, a second trainer, numbers that go bad.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct FaultTests {
    private static let flags = ["--epochs", "3", "--checkpoint-every", "3"]

    private func path(_ trainer: Trainer, _ run: String) -> String { trainer.folder.path + "/" + run }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Whether a run left what a run that nothing happened to leaves.
    private func expectSame(_ trainer: Trainer, _ run: String, _ whole: String) throws {
        #expect(try trainer.metrics(run) == trainer.metrics(whole))
        for file in ["checkpoint.safetensors", "best.safetensors", "hashes.csv"] {
            #expect(try trainer.bytes("\(run)/\(file)") == trainer.bytes("\(whole)/\(file)"), "\(file) of \(run)")
        }
        #expect(try epochs(trainer, run) == epochs(trainer, whole))
        #expect(try leftovers(path(trainer, run)) == [])
    }

    /// The epochs in `metrics.jsonl`.
    private func epochs(_ trainer: Trainer, _ run: String) throws -> [Int?] {
        let text = try String(contentsOfFile: path(trainer, run) + "/metrics.jsonl", encoding: .utf8)
        return try text.split(separator: "\n").map { try JSON(parsing: String($0))["epoch"]?.integer }
    }

    /// Files that were begun and not finished.
    private func leftovers(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".tmp") }
    }

    /// Lets a trainer run for a while, or to its end.
    /// - Returns: whether it was still at work.
    private func run(_ trainer: Trainer, _ arguments: [String], seconds: Double, then signal: Int32) throws -> Process {
        let process = try trainer.start(arguments)
        let deadline = Date().addingTimeInterval(seconds)
        while process.isRunning, Date() < deadline { usleep(500) }
        if process.isRunning { kill(process.processIdentifier, signal) }
        process.waitUntilExit()
        return process
    }

    @Test func killedAtRandomMomentsIsAsIfNeverKilled() throws {
        let trainer = try Trainer()
        let start = Date()
        try trainer.train(out: "whole", "--epochs", "3", "--checkpoint-every", "3")
        let length = Date().timeIntervalSince(start)
        var random = SystemRandomNumberGenerator()
        var kills = 0
        var run = 0
        while kills < (isLongRun ? 100 : 6) {
            let out = path(trainer, "run\(run)")
            var isDone = false
            while !isDone {
                // Who is killed before having written what the run is begins it anew.
                let resume = exists(out + "/run.json") ? ["--resume"] : []
                let moment = Double.random(in: 0...length * 0.7, using: &random)
                let process = try self.run(
                    trainer, ["train", "--out", out] + Self.flags + resume, seconds: moment, then: SIGKILL)
                isDone = process.terminationReason == .exit
                if isDone { try #require(process.terminationStatus == 0, "a resumed run failed") } else { kills += 1 }
                if exists(out + "/checkpoint.safetensors") {
                    _ = try TensorFile(path: out + "/checkpoint.safetensors")
                }
            }
            try expectSame(trainer, "run\(run)", "whole")
            run += 1
        }
    }

    /// At any moment: while pictures are read, within and between epochs, while testing, which takes most of the time here.
    @Test func signalsFinishTheStepAndSave() throws {
        let trainer = try Trainer()
        let flags = ["--epochs", "4", "--split", "0.2"]
        let start = Date()
        try trainer.train(out: "whole", "--epochs", "4", "--split", "0.2")
        let length = Date().timeIntervalSince(start)
        let out = path(trainer, "stopped")
        var stops = 0
        var isDone = false
        while !isDone {
            let pipe = Pipe()
            let resume = exists(out + "/checkpoint.safetensors") ? ["--resume"] : []
            let process = try trainer.start(["train", "--out", out] + flags + resume, output: pipe)
            usleep(UInt32.random(in: 0...UInt32(length * 0.5e6)))
            kill(process.processIdentifier, stops % 2 == 0 ? SIGTERM : SIGINT)
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            // Before there is anything to save, a signal ends the program as it would any other.
            if process.terminationReason == .uncaughtSignal {
                #expect(!output.contains("epoch"), "\(output)")
                continue
            }
            #expect(process.terminationStatus == 0, "\(output)")
            isDone = !output.contains("stopped after step")
            if isDone { continue }
            stops += 1
            #expect(output.contains("everything is saved; continue with\n  \(trainer.program) train"), "\(output)")
            #expect(output.contains(" --resume"))
        }
        #expect(stops > 0, "no signal came in time")
        try expectSame(trainer, "stopped", "whole")
    }

    @Test func oneTrainerAtATime() throws {
        let trainer = try Trainer()
        let out = path(trainer, "run")
        let first = try trainer.start(["train", "--out", out, "--epochs", "1000"])
        defer { first.terminate() }
        let deadline = Date().addingTimeInterval(30)
        while !exists(out + "/metrics.csv"), Date() < deadline { usleep(2000) }
        let second = try trainer.run(["train", "--out", out, "--epochs", "1000", "--resume"])
        #expect(second.status == 1, "\(second.output)")
        #expect(second.output.contains("\(out): another trainer is at work in this folder"), "\(second.output)")
        #expect(first.isRunning)
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
        let done = try trainer.run(["train", "--out", out, "--epochs", "1", "--resume", "--quiet"])
        #expect(done.status == 0, "the lock of a killed trainer is gone: \(done.output)")
    }

    /// As a full disk, by a limit on the size of files: at any file that a run writes.
    @Test(arguments: [1, 700])
    func noRoomKeepsTheLastCheckpoint(kibibytes: Int) throws {
        let trainer = try Trainer()
        try trainer.train(out: "run", "--epochs", "1")
        let before = try trainer.bytes("run/checkpoint.safetensors")
        let shell = Process()
        let pipe = Pipe()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c", "ulimit -f \(2 * kibibytes); exec \"$0\" \"$@\"", trainer.program, "train", "--out",
            path(trainer, "run"), "--epochs", "3", "--resume",
        ]
        (shell.standardOutput, shell.standardError) = (pipe, pipe)
        try shell.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        #expect(shell.terminationReason == .exit && shell.terminationStatus == 1, "\(output)")
        #expect(output.contains("cannot be written: File too large"), "\(output)")
        #expect(try leftovers(path(trainer, "run")) == [])
        if kibibytes == 1 { #expect(try trainer.bytes("run/checkpoint.safetensors") == before, "it was touched") }
        try trainer.train(out: "run", "--epochs", "3", "--resume")
        try trainer.train(out: "whole", "--epochs", "1")
        try trainer.train(out: "whole", "--epochs", "3", "--resume")
        try expectSame(trainer, "run", "whole")
    }

    /// A file system that is full indeed, where this process may make one.
    @Test func aFullDiskKeepsTheLastCheckpoint() throws {
        let trainer = try Trainer()
        let disk = path(trainer, "disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard try Self.shell("mount -t tmpfs -o size=8m tmpfs '\(disk)'") == 0 else {
            print("no file system can be mounted here; the limit on the size of files stands in for it")
            return
        }
        defer { _ = try? Self.shell("umount '\(disk)'") }
        let first = try trainer.run(["train", "--out", disk + "/run", "--epochs", "1", "--quiet"])
        try #require(first.status == 0, "\(first.output)")
        let before = try trainer.bytes("disk/run/checkpoint.safetensors")
        _ = try Self.shell(
            "dd if=/dev/zero of='\(disk)/filler' bs=4096 2> /dev/null; truncate -s -204800 '\(disk)/filler'")
        let full = try trainer.run(["train", "--out", disk + "/run", "--epochs", "3", "--resume"])
        #expect(full.status == 1, "\(full.output)")
        #expect(full.output.contains("No space left on device"), "\(full.output)")
        #expect(try trainer.bytes("disk/run/checkpoint.safetensors") == before, "the checkpoint was touched")
        #expect(try leftovers(disk + "/run") == [])
        try FileManager.default.removeItem(atPath: disk + "/filler")
        let rest = try trainer.run(["train", "--out", disk + "/run", "--epochs", "3", "--resume", "--quiet"])
        #expect(rest.status == 0, "\(rest.output)")
        try trainer.train(out: "whole", "--epochs", "1")
        try trainer.train(out: "whole", "--epochs", "3", "--resume")
        try expectSame(trainer, "disk/run", "whole")
    }

    private static func shell(_ command: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command + " 2> /dev/null"]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func numbersThatGoBadAreTracedToStepAndLayer() throws {
        let trainer = try Trainer()
        try trainer.train(out: "run", "--epochs", "1")
        let before = try trainer.bytes("run/checkpoint.safetensors")
        let out = path(trainer, "run")
        let result = try trainer.run(["train", "--out", out, "--epochs", "3", "--resume", "--lr", "1e20"])
        #expect(result.status == 1, "\(result.output)")
        #expect(result.output.contains("first bad value: "), "\(result.output)")
        #expect(result.output.contains("(unet.graph:"), "the line of the statement: \(result.output)")
        #expect(result.output.contains("where the learning rate was 1e+20"), "\(result.output)")
        #expect(result.output.contains("the last good checkpoint is \(out)/checkpoint.safetensors"), "\(result.output)")
        #expect(try trainer.bytes("run/checkpoint.safetensors") == before, "the checkpoint was touched")
    }

    @Test func runsAreRepeatedByOtherThreads() throws {
        let trainer = try Trainer()
        try trainer.train(out: "run", "--epochs", "2", "--threads", "1", "--seed", "3")
        let again = path(trainer, "again")
        let result = try trainer.run(["train", "--repeat", path(trainer, "run"), "--out", again, "--threads", "2"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("the same bits as \(path(trainer, "run")) behind each of 2 epochs"))
        #expect(!result.output.contains("warning"), "\(result.output)")
        try expectSame(trainer, "again", "run")
    }
}
