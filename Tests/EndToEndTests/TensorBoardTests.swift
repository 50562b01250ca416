import Base
import Foundation
import Runtime
import Testing

/// Event files, read by the real TensorBoard of the Python that `UNETC_TENSORBOARD_PYTHON` names.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct TensorBoardTests {
    private static let python = ProcessInfo.processInfo.environment["UNETC_TENSORBOARD_PYTHON"].flatMap {
        $0.isEmpty ? nil : $0
    }

    private static let script = """
        import json, sys
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0, "tensors": 0})
        events.Reload()
        tags = events.Tags()
        print(json.dumps({
            "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
            "images": {tag: [[e.step, e.width, e.height] for e in events.Images(tag)] for tag in tags["images"]},
            "texts": {tag: events.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in tags["tensors"]},
        }))
        """

    private func read(_ folder: String) throws -> JSON {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: try #require(Self.python))
        process.arguments = ["-c", Self.script, folder]
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(output)")
        return try JSON(parsing: output)
    }

    /// A run that was killed, which left steps behind its checkpoint, and resumed: all steps once, and right.
    @Test(
        .enabled(
            if: python != nil,
            "UNETC_TENSORBOARD_PYTHON names no Python that has tensorboard; scripts/setup-python.sh makes one"))
    func readsKilledAndResumedRuns() throws {
        let trainer = try Trainer()
        let out = trainer.folder.path + "/run"
        let process = try trainer.start(["train", "--out", out, "--epochs", "1000"])
        let deadline = Date().addingTimeInterval(30)
        while ((try? trainer.metrics("run").count) ?? 0) < 3, Date() < deadline { usleep(2000) }
        usleep(20_000)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let epochs = try trainer.metrics("run").count + 1
        try trainer.train(out: "run", "--epochs", "\(epochs)", "--resume")

        let events = try read(out)
        let rows = try trainer.metrics("run").dropFirst().map { $0.split(separator: ",") }
        let tested = try #require(events["scalars"]?["test/dice"]?.array)
        #expect(tested.map { $0.array?[0].integer } == rows.map { Int($0[1]) })
        #expect(
            tested.map { $0.array?[1].number.map { Float($0) } } == rows.map { Float(String($0[4])) }, "Dice by epoch")
        let losses = try #require(events["scalars"]?["train/loss"]?.array)
        let last = try #require(rows.last.flatMap { Int($0[1]) })
        #expect(losses.map { $0.array?[0].integer } == Array(1...last), "each step once")
        #expect(events["images"]?["samples"]?.array?.isEmpty == false)
        #expect(events["texts"]?["settings"]?.string?.contains("| optimizer | adam |") == true)
    }
}
