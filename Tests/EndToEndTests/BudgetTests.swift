import Driver
import Strategy
import Foundation
import TestSupport
import Testing

/// Trainers that were compiled for a budget of memory.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct BudgetTests {
    private static func session(_ name: String) throws -> Session {
        try Session(
            path: checkoutFolder() + "/graphs/\(name).graph", overrides: [("width", "4"), ("size", "32")])
    }

    /// A budget that takes half of the arena away.
    private static func fitted(_ session: Session) throws -> (compilation: Compilation, choice: BudgetChoice) {
        let free = try fit(session, to: 1 << 40).choice
        return try fit(session, to: free.memory.total - free.memory.arena / 2)
    }

    private static func fit(
        _ session: Session, to bytes: Int
    ) throws -> (compilation: Compilation, choice: BudgetChoice) {
        let compilation = Compilation(session, CompileOptions(target: .native(), jobs: 2))
        let trainer = TrainerMemory(batches: 3, program: 0)
        return (compilation, try compilation.fit(to: bytes, trainer: trainer, threads: 2))
    }

    @Test func aBatchInPartsTrainsLikeTheWholeOne() throws {
        let session = try Self.session("unet")
        let (compilation, choice) = try Self.fitted(session)
        #expect(choice.split.parts > 1, "\(choice)")
        #expect(choice.deferred != nil, "no gradient waits for the whole batch")
        let folder = try TemporaryFolder()
        let product = try compilation.compile(into: folder.path + "/net").product
        let trainer = try Trainer()
        let lean = Trainer(program: product, folder: trainer.folder)
        // Also norms of all gradients, sums over batches, and batches larger than those that the trainer was made for.
        let cases = [
            ["--epochs", "2", "--batch", "16"], ["--epochs", "1", "--batch", "16", "--clip", "0.5"],
            ["--epochs", "1", "--batch", "12", "--accumulate", "2"], ["--epochs", "1", "--batch", "40"],
        ]
        for (number, flags) in cases.enumerated() {
            let flags = flags + ["--augment", "none"]
            try trainer.train(out: "whole\(number)", flags)
            try lean.train(out: "parts\(number)", flags)
            let (whole, parts) = (try trainer.numbers("whole\(number)"), try lean.numbers("parts\(number)"))
            #expect(whole.count == parts.count && !whole.isEmpty)
            for (a, b) in zip(whole, parts) {
                #expect(abs(a - b) <= 2e-3 * max(1, abs(a)), "\(a) in one, \(b) in parts, \(flags)")
            }
        }
        // Whatever runs, the bits are the same.
        let flags = ["--epochs", "2", "--augment", "none", "--threads", "1"]
        try lean.train(out: "again", flags)
        #expect(try lean.metrics("again") == lean.metrics("parts0"))
    }

    @Test func largerBatchesGoThroughInParts() throws {
        let trainer = try Trainer()
        let result = try trainer.run(
            ["train", "--out", trainer.folder.path + "/run", "--epochs", "1", "--batch", "40"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("batch 40 in 3 parts"), "\(result.output)")
    }

    @Test func batchNormalizationKeepsBatchesWhole() throws {
        let session = try Self.session("unet-bn")
        let free = try Self.fit(session, to: 1 << 40).choice
        let lean = try Self.fit(session, to: free.memory.total - free.memory.arena / 5).choice
        #expect(lean.split.parts == 1 && lean.addedShare > 0)
        let error = try #require(throws: DriverError.self) {
            try Self.fit(session, to: free.memory.total / 4)
        }
        #expect(error.message.contains("the least is --memory"), "\(error.message)")
        #expect(error.message.contains("normalises by the whole batch"), "\(error.message)")
    }
}
