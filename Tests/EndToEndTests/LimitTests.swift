import Foundation
import Runtime
import TestSupport
import Testing

/// Trainers under limits of the shell, and with weights that somebody cuts while they are used.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct LimitTests {
    /// A run of a few steps, and pictures to predict.
    private func trained() throws -> Trainer {
        let trainer = try Trainer()
        try trainer.train(out: "run", "--minutes", "1e-9", "--threads", "2")
        return trainer
    }

    private func shell(_ trainer: Trainer, _ limits: String, _ arguments: [String]) throws -> (Int32, String) {
        let words = ([trainer.program] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        // Little in the environment, of which a small stack has room for a quarter of its size.
        process.environment = ["PATH": "/usr/bin:/bin"]
        process.arguments = ["-c", "\(limits) && exec \(words)"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit, "\(limits): \(output)")
        return (process.terminationStatus, output)
    }

    /// A picture of 16 pixels, as PNG.
    private static let picture = Data(
        base64Encoded:
            "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAAAAACMmsGiAAAAFElEQVR4nGNk4OfnZ7Th5+dngRMADXUBc2WNpdAAAAAASUVORK5CYII=")

    @Test(arguments: ["ulimit -s 64", "ulimit -s 128", "ulimit -s unlimited"])
    func anyStackIsEnough(limit: String) throws {
        let trainer = try trained()
        let base = trainer.folder.path
        for arguments in [
            ["info"], ["train", "--out", base + "/small", "--minutes", "1e-9", "--threads", "4"],
            ["evaluate", "--run", base + "/run", "--threads", "3"],
        ] {
            let (status, output) = try shell(trainer, limit, arguments)
            #expect(status == 0, "\(limit), \(arguments[0]): \(output)")
        }
    }

    /// Files, memory, threads: done, or an error in words.
    @Test(arguments: ["ulimit -n 16", "ulimit -n 8", "ulimit -v 300000", "ulimit -v 600000", "ulimit -d 100000"])
    func scarceResourcesAreSaid(limit: String) throws {
        let trainer = try trained()
        for (number, arguments) in [
            ["train", "--minutes", "1e-9"], ["evaluate", "--run", trainer.folder.path + "/run"],
        ]
        .enumerated() {
            let out = number == 0 ? ["--out", trainer.folder.path + "/scarce"] : []
            let (status, output) = try shell(trainer, limit, arguments + out)
            #expect(status == 0 || (status == 1 && output.contains("error: ")), "\(limit): \(status) \(output)")
        }
    }

    /// Cut to nothing while a trainer predicts: it has the weights, and goes on as if nothing had happened.
    @Test func weightsMayBeCutWhileTheyAreUsed() throws {
        let trainer = try trained()
        let base = trainer.folder.path
        let weights = base + "/weights.safetensors"
        try FileManager.default.copyItem(atPath: base + "/run/checkpoint.safetensors", toPath: weights)
        try FileManager.default.createDirectory(atPath: base + "/pictures", withIntermediateDirectories: true)
        let picture = try #require(Self.picture)
        for index in 0..<400 { try picture.write(to: URL(fileURLWithPath: base + "/pictures/p\(index).png")) }
        let process = try trainer.start(
            ["predict", base + "/pictures", "--weights", weights, "--out", base + "/found", "--threads", "1"])
        // The folder is made when the weights are read.
        while process.isRunning, !FileManager.default.fileExists(atPath: base + "/found") { usleep(200) }
        #expect(truncate(weights, 0) == 0)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: base + "/found").count == 400)
    }

    @Test func whatTestsCannotTellIsSaidBeforeTheFirstStep() throws {
        let trainer = try Trainer()
        let base = trainer.folder.path
        for (folder, isThere) in [("train", true), ("val", false)] {
            for (kind, name) in [("picture", folder), ("mask", folder + "annot")] {
                try FileManager.default.createDirectory(
                    atPath: base + "/data/" + name, withIntermediateDirectories: true)
                for index in 0..<4 {
                    let bytes = try #require(kind == "mask" ? (isThere ? Self.object : Self.nothing) : Self.picture)
                    try bytes.write(to: URL(fileURLWithPath: base + "/data/\(name)/p\(index).png"))
                }
            }
        }
        let (status, output) = try trainer.run(
            ["train", "--data", base + "/data", "--out", base + "/run", "--epochs", "2"])
        #expect(status == 0, "\(output)")
        let warning = try #require(output.range(of: "no mask of the test part has an object"))
        let first = try #require(output.range(of: "  1/2  "))
        #expect(warning.upperBound < first.lowerBound)
        #expect(
            output.contains("tests at 32x32, * is the best Dice so far") && output.contains("   n/a     n/a  ")
                && output.contains("best test loss "), "\(output)")
        let refused = try trainer.run(
            ["train", "--data", base + "/data", "--out", base + "/goal", "--until", "dice=0.85"])
        #expect(refused.status == 1 && refused.output.contains("--until dice=0.85: no mask"), "\(refused.output)")
    }

    /// Masks of 4 x 4 pixels: object in a corner, and nothing.
    private static let object = Data(
        base64Encoded:
            "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAAAAACMmsGiAAAAEUlEQVR4nGP4/5+BgYkBBQAAJQ0CAfWCLFoAAAAASUVORK5CYII=")
    private static let nothing = Data(
        base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAAAAACMmsGiAAAAC0lEQVR4nGNgwAQAABQAAX3+Hu4AAAAASUVORK5CYII=")
}
