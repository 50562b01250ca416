import Driver
import Strategy
import Foundation
import TestSupport
import Testing

/// Data sets with the traps that people met in public, learned by small nets; made by the script beside the checkout, which needs
/// Python with numpy and Pillow (`UNETC_CASES_PYTHON` names one).
@Suite(.serialized) struct CaseTests {
    private static let python = ProcessInfo.processInfo.environment["UNETC_CASES_PYTHON"] ?? "python3"

    /// The folder of all sets; nil where they cannot be made.
    private static let sets: TemporaryFolder? = {
        guard isLongRun, Trainer.isAvailable, let shared = sharedFolder(),
            let folder = try? TemporaryFolder(isKept: true)
        else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, shared + "/cases/make_cases.py", folder.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? folder : nil
    }()

    private static let missing: Comment =
        "takes minutes (UNETC_LONG_TESTS=1), a trainer, the data beside the checkout, and Python with numpy and Pillow"

    private static let mask = Result { try compile(checkoutFolder() + "/graphs/unet-bn.graph") }
    /// The net for streets, of three classes.
    private static let classes = Result {
        let path = checkoutFolder() + "/graphs/unet-camvid.graph"
        var text = try String(contentsOfFile: path, encoding: .utf8)
        let changes = [
            ("rows = 144, columns = 192", "size = 96"), ("rows, columns", "size, size"),
            ("conv(dec1, 11,", "conv(dec1, 3,"),
            (", ignore: 11", ""),
        ]
        for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
        let folder = try TemporaryFolder(isKept: true)
        try text.write(toFile: folder.path + "/three.graph", atomically: true, encoding: .utf8)
        return try compile(folder.path + "/three.graph")
    }

    private static func compile(_ path: String) throws -> String {
        let folder = try TemporaryFolder(isKept: true)
        let session = try Session(path: path, overrides: [("width", "8"), ("size", "96")])
        var options = CompileOptions(target: .native(), batch: 2, jobs: 2)
        options.cacheFolder = folder.path + "/cache"
        return try session.compile(into: folder.path + "/net", options).product
    }

    @Test(
        .enabled(if: CaseTests.sets != nil, missing),
        arguments: [
            "exif-180", "exif-90", "palette-order", "bits-12", "bits-12-tiff", "palette-three", "suffix", "parts",
            "colours",
        ])
    func smallNetsLearnThem(name: String) throws {
        let sets = try #require(Self.sets)
        let isThree = ["palette-three", "colours"].contains(name)
        let trainer = Trainer(
            program: try isThree ? Self.classes.get() : Self.mask.get(), folder: try TemporaryFolder())
        try trainer.train(
            out: "run",
            ["--data", sets.path + "/" + name, "--epochs", "30", "--batch", "2", "--seed", "1"]
                + (isThree ? ["--lr", "5e-3"] : [])
                + (name == "colours" ? ["--mask-map", "background=#000000,road=#804080,tree=#6b8e23"] : []))
        // Epoch, step, losses, then Dice or mean IoU.
        let scores = try trainer.metrics("run").dropFirst().compactMap { Double($0.split(separator: ",")[4]) }
        #expect((scores.max() ?? 0) >= 0.95, "\(scores)")
    }
}
