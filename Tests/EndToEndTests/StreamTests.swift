import Foundation
import TestSupport
import Testing

/// What a trainer prints, and files that are none.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct StreamTests {
    /// Runs a line of the shell in the test's folder, in which `$trainer` is the program.
    private func shell(_ trainer: Trainer, _ line: String) throws -> (status: Int32, output: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "cd '\(trainer.folder.path)'; trainer='\(trainer.program)'; \(line)"]
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    @Test(arguments: [
        "--help", "info", "evaluate --run run", "predict cat.png --run run --out out", "augment --out a.png",
        "train --out other --epochs 1", "bench-input --epochs 1",
    ])
    func fullDisksAreSaid(_ command: String) throws {
        let trainer = try Trainer()
        try trainer.train(out: "run", "--epochs", "1", "--quiet")
        _ = try shell(trainer, "$trainer augment --out cat.png")
        let run = try shell(trainer, "$trainer \(command) 2>&1 >/dev/full")
        #expect(run.status == 1)
        #expect(
            run.output.hasSuffix("error: cannot write to standard output: No space left on device\n"), "\(run.output)")
        // The work is done all the same.
        if command.hasPrefix("train") { #expect(try trainer.bytes("other/best.safetensors").count > 0) }
    }

    @Test func closedStreamsBecomeNoFiles() throws {
        let trainer = try Trainer()
        let closed = try shell(trainer, "$trainer train --out run --epochs 1 2>&1 >&- <&-")
        #expect(closed.status == 1)
        #expect(closed.output.hasSuffix("error: cannot write to standard output: it is closed\n"), "\(closed.output)")
        #expect(try trainer.bytes("run/.lock") == [])
        let silent = try shell(trainer, "$trainer train --out silent --epochs 1 >&- 2>&- <&-")
        #expect(silent.status == 1 && silent.output == "")
        for file in ["best.safetensors", "net.graph"] {
            #expect(try trainer.bytes("run/" + file) == trainer.bytes("silent/" + file), "\(file)")
        }
        let quiet = try shell(trainer, "$trainer train --out quiet --epochs 1 --quiet >&- 2>&- <&-")
        #expect(quiet.status == 0, "nothing was asked for")
    }

    @Test func readersThatLeaveAreNoFault() throws {
        let trainer = try Trainer()
        let run = try shell(
            trainer, "{ $trainer train --out run --epochs 2 2>errors; echo $? >status; } | true; cat errors; exit 0")
        #expect(run.output == "")
        #expect(try trainer.bytes("status") == Array("141\n".utf8))
        #expect(try trainer.metrics("run").count == 3, "the training goes on")
    }

    @Test(arguments: [
        ("augment --out FILE", "PNG"), ("train --out other --epochs 1 --profile FILE", "displayTimeUnit"),
    ])
    func whatIsNoFileIsWrittenTo(_ command: String, _ start: String) throws {
        let trainer = try Trainer()
        try trainer.train(out: "run", "--epochs", "1", "--quiet")
        func run(_ file: String, _ rest: String = "") throws -> (status: Int32, output: String) {
            try shell(trainer, "rm -rf other; $trainer \(command.replacing("FILE", with: file)) \(rest)")
        }
        #expect(try run("/dev/null").status == 0)
        #expect(try shell(trainer, "test -c /dev/null").status == 0)
        let output = try run("/dev/stdout", "2>/dev/null")
        #expect(output.status == 0 && output.output.contains(start))
        #expect(try run("target").status == 0)
        _ = try shell(trainer, "chmod 640 target; ln -s target link; echo mine >mine")
        #expect(try run("link").status == 0)
        #expect(try shell(trainer, "test -L link && stat -c %a target").output == "640\n")
        #expect(String(decoding: try trainer.bytes("target"), as: UTF8.self).contains(start))
        let pipe = try shell(
            trainer,
            "rm -rf other; mkfifo pipe; cat pipe >copy & $trainer \(command.replacing("FILE", with: "pipe")) >/dev/null 2>&1 "
                + "&& wait && test -p pipe")
        #expect(pipe.status == 0)
        #expect(String(decoding: try trainer.bytes("copy"), as: UTF8.self).contains(start))
        for (file, words) in [
            ("/dev/full", "/dev/full: cannot be written: No space left on device"), ("run", "run: "),
            ("none/x", "none/x: cannot be written: No such file or directory: its folder has to be there"),
            ("mine", "mine: is there already"),
        ] where !(command.hasPrefix("train") && file == "/dev/full") {
            let refused = try run(file)
            #expect(refused.status == 1)
            #expect(refused.output.contains("error: " + words), "\(refused.output)")
        }
        #expect(try trainer.bytes("mine") == Array("mine\n".utf8))
    }
}
