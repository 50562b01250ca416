import Base
import TestSupport
import Testing

@testable import MemoryPlanning

/// Instances small enough for trying everything.
private struct TinyCase: Sendable, CustomTestStringConvertible {
    var seed: UInt64
    var requests: [PlacementRequest]

    var testDescription: String { "tiny \(seed)" }

    init(seed: UInt64) {
        self.seed = seed
        var random = SplitMix64(seed: seed)
        let steps = Int.random(in: 2...6, using: &random)
        let largest = Int.random(in: 1...5, using: &random)
        requests = (0..<Int.random(in: 1...7, using: &random)).map { _ in
            let first = Int.random(in: 0..<steps, using: &random)
            return PlacementRequest(
                size: Int.random(in: 0...largest, using: &random), first: first,
                last: Int.random(in: first - 1..<steps, using: &random))
        }
    }

    private init(gap requests: [(size: Int, first: Int, last: Int)]) {
        seed = UInt64(1000 + requests.count)
        self.requests = requests.map { PlacementRequest(size: $0.size, first: $0.first, last: $0.last) }
    }

    static let all = (0..<400).map { TinyCase(seed: UInt64($0)) } + withGap

    /// Instances whose bound is out of reach, which is rare among small ones.
    static let withGap = [
        TinyCase(gap: [(1, 1, 3), (2, 3, 4), (2, 0, 1), (2, 4, 4), (1, 2, 3), (1, 1, 2), (2, 0, 0)]),
        TinyCase(gap: [
            (2, 5, 6), (2, 6, 6), (1, 3, 5), (1, 2, 5), (1, 3, 3), (1, 2, 4), (2, 1, 2), (2, 1, 1), (2, 0, 0),
        ]),
        TinyCase(gap: [
            (2, 0, 0), (3, 3, 6), (1, 1, 4), (2, 6, 6), (1, 0, 2), (1, 1, 2), (1, 2, 4), (2, 0, 1), (1, 5, 5),
        ]),
        TinyCase(gap: [
            (2, 5, 5), (1, 4, 5), (3, 4, 5), (1, 2, 4), (2, 3, 3), (2, 2, 3), (3, 1, 2), (1, 3, 4), (3, 1, 1),
        ]),
    ]

    /// The least total: every block is tried at every offset, over a picture of the memory at each step.
    var optimum: Int {
        let blocks = requests.filter { $0.size > 0 && $0.first <= $0.last }
        return (0...blocks.reduce(0) { $0 + $1.size }).first { capacity in
            var taken = [UInt64](repeating: 0, count: 1 + (blocks.map(\.last).max() ?? 0))
            return fits(blocks[...], capacity, &taken)
        } ?? 0
    }

    private func fits(_ blocks: ArraySlice<PlacementRequest>, _ capacity: Int, _ taken: inout [UInt64]) -> Bool {
        guard let block = blocks.first else { return true }
        guard block.size <= capacity else { return false }
        for offset in 0...capacity - block.size {
            let bits = (UInt64(1) << UInt64(block.size) - 1) << UInt64(offset)
            guard (block.first...block.last).allSatisfy({ taken[$0] & bits == 0 }) else { continue }
            for step in block.first...block.last { taken[step] |= bits }
            if fits(blocks.dropFirst(), capacity, &taken) { return true }
            for step in block.first...block.last { taken[step] &= ~bits }
        }
        return false
    }
}

/// Random blocks with the habits of one kind.
private struct MixedCase: Sendable, CustomTestStringConvertible {
    enum Kind: String, CaseIterable { case mixed, identical, touching, nested, bigAndSmall }

    var kind: Kind
    var seed: UInt64

    var testDescription: String { "\(kind.rawValue) \(seed)" }

    static let all = Kind.allCases.flatMap { kind in (0..<12).map { MixedCase(kind: kind, seed: UInt64($0)) } }

    var requests: [PlacementRequest] {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 5...60, using: &random)
        return (0..<count).map { index in
            let start = Int.random(in: 0..<count, using: &random)
            let length = Int.random(in: 0...count / 2, using: &random)
            let size = Int.random(in: 1...40, using: &random)
            return switch kind {
            case .mixed: PlacementRequest(size: size, first: start, last: start + length - 1)
            case .identical: PlacementRequest(size: size, first: 3, last: 7)
            case .touching: PlacementRequest(size: size, first: 3 * (start / 3), last: 3 * (start / 3) + 3)
            case .nested: PlacementRequest(size: size, first: index, last: 2 * count - index)
            case .bigAndSmall:
                PlacementRequest(size: index % 5 == 0 ? 1000 * size : size, first: start, last: start + length)
            }
        }
    }
}

@Suite struct ExactPlacementTests {
    private static let limits = PlacementLimits(nodes: 20_000)

    @Test(arguments: TinyCase.all)
    private func tinyInstancesAreSolvedAsByTryingEverything(_ test: TinyCase) throws {
        let optimum = test.optimum
        let outcome = placeBlocks(test.requests, limits: Self.limits)
        let placement = try #require(outcome.placement)
        #expect(faults(of: placement, test.requests) == [])
        #expect(placement.total == optimum, "\(test.requests)")
        #expect(outcome.isOptimal && outcome.provenBound == optimum && outcome.stop == nil)
        let fitting = placeBlocks(test.requests, within: optimum, limits: Self.limits)
        #expect(faults(of: try #require(fitting.placement), test.requests, capacity: optimum) == [])
        guard optimum > 0 else { return }
        let tight = placeBlocks(test.requests, within: optimum - 1, limits: Self.limits)
        #expect(tight.placement == nil && tight.stop == nil, "\(tight)")
    }

    @Test(arguments: TinyCase.withGap)
    private func whatIsProvenCanBeAboveTheBound(_ test: TinyCase) {
        let outcome = placeBlocks(test.requests, limits: Self.limits)
        #expect(outcome.provenBound > outcome.livenessBound && outcome.nodes > 0)
        #expect(outcome.description.contains("proven optimal by \(outcome.nodes) nodes of search"), "\(outcome)")
    }

    @Test(arguments: MixedCase.all)
    private func plannersAreSoundAndAgree(_ test: MixedCase) throws {
        let requests = test.requests
        let greedy = placeGreedily(requests)
        #expect(faults(of: greedy, requests) == [])
        let outcome = placeBlocks(requests, limits: Self.limits)
        let best = try #require(outcome.placement)
        #expect(faults(of: best, requests) == [])
        #expect(outcome.livenessBound == livenessLowerBound(requests).bytes)
        #expect(outcome.livenessBound <= outcome.provenBound && outcome.provenBound <= best.total)
        #expect(best.total <= greedy.total)
        #expect(outcome.isOptimal == (outcome.stop == nil), "\(outcome)")
        #expect(placeBlocks(requests, limits: Self.limits) == outcome, "searched again")
        let larger = best.total + 17
        #expect(
            faults(of: try #require(placeBlocks(requests, within: larger, limits: Self.limits).placement), requests)
                == [])
    }

    @Test func aSearchThatIsCutShortKeepsTheBestAndSaysSo() throws {
        let requests = try #require(MixedCase.all.first { placeBlocks($0.requests, limits: Self.limits).nodes > 0 })
            .requests
        let none = placeBlocks(requests, limits: PlacementLimits(nodes: 0))
        #expect(none.placement == placeGreedily(requests))
        #expect(!none.isOptimal && none.stop == .nodes)
        #expect(none.description.contains("not proven optimal"), "\(none)")
        let stopped = placeBlocks(requests, limits: PlacementLimits(nodes: 10_000) { true })
        #expect(stopped.placement != nil)
    }

    /// The benchmark's instances, each with 1,048,576 bytes, which at most is a little more than the bound.
    @Test(
        .enabled(if: sharedFolder() != nil, "needs the folder shared beside the checkout"),
        arguments: ["A", "B", "C", "D", "F", "G", "H", "I", "J"] + (isLongRun ? ["E", "K"] : []))
    func benchmarkInstancesArePlaced(_ name: String) throws {
        let path = try #require(sharedFolder()) + "/planning/minimalloc/\(name).1048576.csv"
        let text = String(decoding: try readBytes(path), as: UTF8.self)
        let requests = text.split(separator: "\n").dropFirst().map { line in
            let numbers = line.split(separator: ",").map { Int($0) ?? -1 }
            return PlacementRequest(size: numbers[3], first: numbers[1], last: numbers[2] - 1)
        }
        let outcome = placeBlocks(requests, within: 1_048_576, limits: PlacementLimits(nodes: 4_000_000))
        let placement = try #require(outcome.placement, "\(outcome)")
        #expect(faults(of: placement, requests, capacity: 1_048_576) == [])
        #expect(placeGreedily(requests).total > 1_048_576, "greedy placement would do")
    }
}
