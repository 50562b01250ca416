import Kernels
import TestSupport
import Testing

@testable import Strategy

/// The search for the fastest training within a budget.
@Suite struct BudgetSearchTests {
    private func search(_ compilation: Compilation) -> BudgetSearch {
        BudgetSearch(compilation, trainer: TrainerMemory(batches: 3, program: 20 << 20), threads: 2)
    }

    /// Ways to cut the batch that cannot be the fastest are left out before kernels are asked what they need.
    @Test(arguments: [0.9, 0.7, 0.5, 0.35])
    func whatIsLeftOutIsSlower(_ share: Double) throws {
        let session = try Session(
            path: checkoutFolder() + "/graphs/unet-small.graph", overrides: [("width", "16"), ("size", "64")])
        let compilation = Compilation(session, CompileOptions(target: .x86v3, batch: 8, jobs: 2))
        var all = search(compilation)
        var memory: [Int] = []
        // What is known already is not left out.
        for split in all.splits() { memory.append(all.choice(try all.candidate(split)).memory.total) }
        let largest = try #require(memory.max())
        let bytes = Int(share * Double(largest))
        let best = try all.fastest(within: bytes)
        var quick = search(compilation)
        let found = try quick.fastest(within: bytes)
        #expect(found?.split == best?.split)
        #expect(found?.milliseconds == best?.milliseconds)
        #expect(found?.program == best?.program)
    }
}
