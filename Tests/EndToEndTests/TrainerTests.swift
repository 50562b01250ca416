import Driver
import Foundation
import Imaging
import Runtime
import TestSupport
import Testing

/// The whole product as a user runs it: a graph compiled to a trainer, and the trainer started as a program.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct TrainerTests {
    @Test func sameCurveWithOneThreadAndWithTwo() throws {
        let trainer = try Trainer()
        for threads in [1, 2] {
            try trainer.train(out: "t\(threads)", "--threads", "\(threads)", "--epochs", "2")
        }
        #expect(try trainer.metrics("t1") == trainer.metrics("t2"))
        #expect(try trainer.bytes("t1/best.safetensors") == trainer.bytes("t2/best.safetensors"))
        let rows = try trainer.metrics("t1")
        #expect(rows.count == 3, "a heading and two epochs, found \(rows)")
    }

    @Test func poisonInUnusedMemoryChangesNothing() throws {
        let trainer = try Trainer()
        try trainer.train(out: "plain", "--epochs", "1")
        try trainer.train(out: "poisoned", "--epochs", "1", "--poison")
        #expect(try trainer.metrics("plain") == trainer.metrics("poisoned"))
        #expect(try trainer.parameters("plain") == trainer.parameters("poisoned"))
    }

    @Test func killedAndResumedIsAsIfNeverKilled() throws {
        let trainer = try Trainer()
        try trainer.train(out: "whole", "--epochs", "3")
        let process = try trainer.start(
            ["train", "--out", trainer.folder.path + "/killed", "--epochs", "3", "--checkpoint-every", "3"])
        let checkpoint = trainer.folder.path + "/killed/checkpoint.safetensors"
        let deadline = Date().addingTimeInterval(60)
        while !FileManager.default.fileExists(atPath: checkpoint), Date() < deadline, process.isRunning { usleep(2000) }
        usleep(30_000)
        let wasRunning = process.isRunning
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(wasRunning, "the run was over before it could be killed")
        try trainer.train(out: "killed", "--epochs", "3", "--checkpoint-every", "3", "--resume")
        #expect(try trainer.metrics("killed") == trainer.metrics("whole"))
        #expect(try trainer.bytes("killed/best.safetensors") == trainer.bytes("whole/best.safetensors"))
        #expect(try trainer.parameters("killed") == trainer.parameters("whole"))
    }

    @Test func predictsAMaskOfThePicturesOwnSize() throws {
        let trainer = try Trainer()
        try trainer.train(out: "run", "--epochs", "1")
        let picture = trainer.folder.path + "/meadow.png"
        try Bitmap(width: 57, height: 41, channels: 3, fill: 90).writePNG(to: picture)
        let out = trainer.folder.path + "/masks"
        let result = try trainer.run(["predict", picture, "--run", trainer.folder.path + "/run", "--out", out])
        #expect(result.status == 0, "\(result.output)")
        let files = try FileManager.default.contentsOfDirectory(atPath: out).filter { $0.hasSuffix(".png") }
        let mask = try decodeMask(path: out + "/" + (try #require(files.first)))
        #expect(mask.width == 57 && mask.height == 41)
        #expect(mask.pixels.allSatisfy { $0 == 0 || $0 == 255 })
        for name in ["curves.png", "samples.png", "metrics.csv"] {
            #expect(FileManager.default.fileExists(atPath: trainer.folder.path + "/run/" + name), "\(name) is missing")
        }
    }

    /// A name that is no UTF-8, and one that would turn a terminal red.
    @Test func takesNamesAsTheyAre() throws {
        let trainer = try Trainer()
        try trainer.train(out: "run", "--epochs", "1")
        try Bitmap(width: 40, height: 30, channels: 3, fill: 90).writePNG(to: trainer.folder.path + "/meadow.png")
        let shell = Trainer(program: "/bin/sh", folder: trainer.folder)
        for (name, shown) in [(#"M\374ller.png"#, #"M\xfcller.png"#), (#"\033[31mred.png"#, #"\x1b[31mred.png"#)] {
            let result = try shell.run([
                "-c",
                """
                cd "$1" && name=$(printf '\(name)') && cp meadow.png "$name" || exit 3
                "$2" predict "$name" --run run --out masks && test -f "masks/$name" || exit 4
                "$2" predict "none$name" --run run --out masks
                """, "sh", trainer.folder.path, trainer.program,
            ])
            #expect(result.status == 1, "\(result.output)")
            let isQuiet = result.output.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) }
            // The second is taken for a pattern, since nothing of that very name is there.
            #expect(isQuiet && result.output.contains("error: none\(shown): "), "\(result.output)")
        }
    }

    @Test func saysWhatIsWrong() throws {
        let trainer = try Trainer()
        let missing = try trainer.run(["train", "--data", "/nowhere/pictures", "--out", trainer.folder.path + "/x"])
        #expect(missing.status == 1 && missing.output.contains("/nowhere/pictures"), "\(missing.output)")
        let usage = try trainer.run(["train", "--epochs", "many"])
        #expect(usage.status == 2, "\(usage.output)")
        let info = try trainer.run(["info"])
        #expect(info.status == 0 && info.output.contains("unet"), "\(info.output)")
    }
}
