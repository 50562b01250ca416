import Driver
import Strategy
import Foundation
import Imaging
import TestSupport
import Testing

/// Photos that are much larger than the net, of which no more is to be in memory than a few rows.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct LargePictureTests {
    /// Noise, which takes decoders as long as a picture of its size can.
    private static func data(_ count: Int, side: Int) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["images", "masks"] {
            try FileManager.default.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
        }
        var state: UInt64 = 1
        let pixels = (0..<3 * side * side).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        let picture = try Bitmap(width: side, height: side, channels: 3, pixels: pixels).encodePNG()
        var mask = Bitmap(width: side, height: side, channels: 1)
        for y in side / 4..<side / 2 { for x in side / 4..<side / 2 { mask[x, y] = 255 } }
        let maskFile = try mask.encodePNG()
        for index in 0..<count {
            try Data(picture).write(to: URL(fileURLWithPath: "\(folder.path)/images/p\(index).png"))
            try Data(maskFile).write(to: URL(fileURLWithPath: "\(folder.path)/masks/p\(index).png"))
        }
        return folder
    }

    /// With more threads than there is room for whole pictures, whether pictures are kept or read again.
    @Test func budgetsHoldWithLargePictures() throws {
        let data = try Self.data(4, side: 3000)
        let folder = try TemporaryFolder()
        let session = try Session(path: checkoutFolder() + "/graphs/unet-small.graph", overrides: [])
        var options = CompileOptions(target: .native(), jobs: 2)
        options.cacheFolder = folder.path + "/cache"
        options.memoryBudget = 60 << 20
        let program = try session.compile(into: folder.path + "/small", options).product
        let trainer = Trainer(program: program, folder: folder)
        for cache in [[], ["--cache", "0"]] {
            let result = try trainer.run(
                [
                    "train", "--data", data.path, "--out", folder.path + "/run\(cache.count)", "--epochs", "1",
                    "--threads", "8",
                ]
                    + cache)
            #expect(result.status == 0, "\(result.output)")
            let line = result.output.split(separator: "\n").first { $0.hasPrefix("memory at the peak: ") }
            let words = try #require(line, "\(result.output)").split(separator: " ")
            let peak = try #require(Double(words[4]))
            #expect(words[5] == "MiB" && peak <= 60, "\(result.output)")
        }
    }

    /// A step that waits for pictures is given up when a signal comes; what is saved continues.
    @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
    func signalsEndDecoding(signal: Int32) throws {
        let data = try Self.data(16, side: 2000)
        let trainer = try Trainer()
        let pipe = Pipe()
        let process = try trainer.start(
            ["train", "--data", data.path, "--out", trainer.folder.path + "/run", "--cache", "0", "--batch", "12"],
            output: pipe)
        var output = ""
        // The last line before the steps.
        while !output.contains("pictures train") {
            let piece = pipe.fileHandleForReading.availableData
            try #require(!piece.isEmpty, "\(output)")
            output += String(decoding: piece, as: UTF8.self)
        }
        usleep(100_000)
        let start = Date()
        kill(process.processIdentifier, signal)
        output += String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(Date().timeIntervalSince(start) < 1.5)
        #expect(process.terminationReason == .exit && process.terminationStatus == 0, "\(output)")
        #expect(output.contains("everything is saved; continue with"), "\(output)")
    }
}
