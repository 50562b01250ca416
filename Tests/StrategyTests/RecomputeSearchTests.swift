import GraphIR
import Kernels
import MemoryPlanning
import Passes
import Programs
import TestSupport
import Testing

@testable import Strategy

/// The search for values to make again.
@Suite struct RecomputeSearchTests {
    private static func session(_ net: BundledNet) throws -> Session {
        try Session(path: checkoutFolder() + "/graphs/\(net.name).graph", overrides: net.overrides)
    }

    private static func search(_ session: Session, _ options: CompileOptions) throws -> RecomputeSearch {
        let compilation = Compilation(session, options)
        return compilation.recomputeSearch(try compilation.selected(.train), batch: compilation.batch)
    }

    /// The program that takes at most two thirds, or as little as the search can do.
    private static func lean(_ session: Session, _ options: CompileOptions) throws -> Program {
        var search = try search(session, options)
        _ = search.reduce(to: search.state.peak / 3 * 2)
        return search.state.program
    }

    /// Trials look at outlines alone; what they come to is what the program takes.
    @Test(arguments: BundledNet.all.filter { ["unet-small", "unet-camvid"].contains($0.name) })
    func theProfileIsThatOfTheProgram(_ net: BundledNet) throws {
        let session = try Self.session(net)
        let options = CompileOptions(target: .x86v3, batch: 4, jobs: 2)
        var search = try Self.search(session, options)
        let before = search.state.peak
        _ = search.reduce(to: before / 3 * 2)
        #expect(search.state.peak < before)
        #expect(search.state.peak == memoryLowerBound(search.state.program, options: search.options))
    }

    /// Each of another operator or way of joining; the long run has the others as well.
    private static let nets = BundledNet.all.filter { isLongRun || quick.contains($0.name) }
    private static let quick = ["attention-unet", "resunet", "unet-camvid", "unet-small", "unet-unpool"]

    @Test(arguments: nets)
    func everyPlanIsSound(_ net: BundledNet) throws {
        let session = try Self.session(net)
        guard session.graph.loss != nil else { return }
        var options = CompileOptions(target: .x86v3, batch: 2, jobs: 1)
        options.recomputation = .none
        let plain = try session.lowered(.train, options).plan
        options.recomputation = .nearlyFree
        let free = try session.lowered(.train, options).plan
        options.recomputation = .chosen(try Self.lean(session, options))
        // `lowered` throws what the plan verifier finds.
        let lean = try session.lowered(.train, options).plan
        #expect(lean.steps.count >= plain.steps.count)
        #expect(free.report.lowerBoundBytes <= plain.report.lowerBoundBytes)
    }

    /// All subsets of the changes "make this value again before its first reader behind the loss", on a net that is small
    /// enough to try them all.
    @Test(arguments: [0.85, 0.7])
    func theSearchIsNearTheBestOfAll(_ share: Double) throws {
        let net = try #require(BundledNet.all.first { $0.name == "unet-small" })
        let session = try Self.session(net)
        var options = CompileOptions(target: .x86v3, batch: 8, jobs: 1)
        options.recomputation = .none
        var search = try Self.search(session, options)
        let target = Int(Double(search.state.peak) * share)
        let exhaustive = try Exhaustive(search.state.program, options, target: target).best()
        guard let exhaustive else { return }
        let isReached = search.reduce(to: target)
        #expect(isReached)
        #expect(
            search.state.addedMilliseconds <= 1.15 * exhaustive + 1e-9,
            "the search costs \(search.state.addedMilliseconds) ms, the best of all \(exhaustive) ms")
    }
}

/// Tries every subset of the simplest changes.
private struct Exhaustive {
    private let original: Program
    private let options: PlanningOptions
    private let target: Int
    private let candidates: [(value: String, reader: String)]

    init(_ original: Program, _ options: CompileOptions, target: Int) {
        self.original = original
        self.options = PlanningOptions(strategy: options.strategy, batchCapacity: options.batch ?? 1)
        self.target = target
        let graph = original.graph
        let outline = ProgramOutline(original)
        let readers = outline.readerPositions(outline.users())
        let movable = graph.ids.filter {
            switch graph[$0].op {
            case .conv, .convTranspose, .maxPool: !graph[$0].origin.isBackward
            default: false
            }
        }
        candidates = movable.compactMap { id in
            readers[id.index].first { graph[$0].origin.isBackward }.map { (graph[id].name, graph[$0].name) }
        }
        .sorted { bytes(graph, $0.0) > bytes(graph, $1.0) }
        .prefix(isLongRun ? 8 : 6).map { $0 }
    }

    /// The least time that reaches the target, in milliseconds on one core; nil when no subset does.
    func best() throws -> Double? {
        var best: Double?
        for subset in 0..<(1 << candidates.count) {
            var program = original
            var milliseconds = 0.0
            // Later readers first: what an earlier one makes again is there for them anyway.
            for (place, candidate) in candidates.enumerated() where subset >> place & 1 == 1 {
                let value = try #require(program.graph.id(named: candidate.value))
                let reader = try #require(program.graph.id(named: candidate.reader))
                let outline = ProgramOutline(program)
                let changed = outline.makingAgain(
                    value, before: reader, depth: 0, outline.readerPositions(outline.users()))
                milliseconds += changed.cost.again.reduce(0) { $0 + (program[$1].milliseconds ?? 0) }
                program = Program(program, changed)
            }
            if let best, milliseconds >= best { continue }
            if memoryLowerBound(program, options: options) <= target { best = milliseconds }
        }
        return best
    }
}

private func bytes(_ graph: Graph, _ name: String) -> Int {
    graph.id(named: name).map { graph[$0].type.elementCount } ?? 0
}
