import Base
import TestSupport
import Testing

@testable import MemoryPlanning

/// Blocks with the lifetimes of one kind.
struct PlacementCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var requests: [PlacementRequest]

    init(_ description: String, _ requests: [(size: Int, first: Int, last: Int)]) {
        testDescription = description
        self.requests = requests.map { PlacementRequest(size: $0.size, first: $0.first, last: $0.last) }
    }

    static let shapes: [PlacementCase] = [
        PlacementCase("none", []),
        PlacementCase("one", [(64, 0, 3)]),
        PlacementCase("nothing to hold", [(0, 0, 3), (64, 1, 2)]),
        PlacementCase("identical", Array(repeating: (128, 2, 5), count: 6)),
        PlacementCase("one after the other", (0..<8).map { (64 * ($0 + 1), 2 * $0, 2 * $0 + 1) }),
        PlacementCase("touching in one step", (0..<8).map { (64, $0, $0 + 1) }),
        PlacementCase("nested", (0..<8).map { (64 * (1 + $0 % 3), $0, 20 - $0) }),
        PlacementCase("never alive", [(64, 3, 2), (128, 1, 5), (64, 6, 5)]),
        PlacementCase("up to both ends", [(64, -1, 10), (128, -1, 0), (64, 1, 10), (256, 3, 4)]),
    ]

    static let random: [PlacementCase] = (0..<40).map { seed in
        var random = SplitMix64(seed: UInt64(seed))
        let steps = Int.random(in: 1...30, using: &random)
        let requests = (0..<Int.random(in: 1...40, using: &random)).map { _ in
            let first = Int.random(in: -1..<steps, using: &random)
            return (
                64 * Int.random(in: 0...20, using: &random), first, Int.random(in: first...steps, using: &random)
            )
        }
        return PlacementCase("random \(seed)", requests)
    }
}

@Suite struct PlacementTests {
    @Test(arguments: PlacementCase.shapes + PlacementCase.random)
    func blocksAliveTogetherDoNotOverlap(_ test: PlacementCase) {
        let requests = test.requests
        let placement = placeGreedily(requests)
        let (offsets, total) = (placement.offsets, placement.total)
        #expect(offsets.count == requests.count)
        #expect(offsets.allSatisfy { $0 % 64 == 0 })
        #expect(faults(of: placement, requests) == [])
        let bound = livenessLowerBound(requests)
        #expect(bound.bytes <= total)
        #expect(total <= requests.reduce(0) { $0 + $1.size })
        let again = placeGreedily(requests)
        #expect(again.offsets == offsets && again.total == total)
    }

    /// What is taken for many blocks, whatever their number.
    @Test(arguments: PlacementCase.shapes + PlacementCase.random, [false, true])
    func placementsInTheOrderOfTime(_ test: PlacementCase, backwards: Bool) {
        var placement = Placement(offsets: Array(repeating: 0, count: test.requests.count), total: 0)
        for part in PlacementProblem.parts(of: test.requests) {
            placement.adopt(part.placedInTime(backwards: backwards), of: part)
        }
        #expect(faults(of: placement, test.requests) == [])
        #expect(placement.offsets.allSatisfy { $0 % 64 == 0 })
    }

    /// As in training: what is made first is needed last.
    @Test func manyBlocksTakeNoSquareOfTheirNumber() {
        let count = 30_000
        let nested = (0..<count).map { PlacementRequest(size: 64 * (1 + $0 % 7), first: $0, last: 2 * count - $0) }
        let short = (0..<count).map { PlacementRequest(size: 640, first: 2 * $0, last: 2 * $0 + 2) }
        let placement = placeBlocks(nested + short, limits: PlacementLimits(nodes: 1000)).placement
        #expect(placement.map { $0.total <= livenessLowerBound(nested + short).bytes * 11 / 10 } == true)
    }

    @Test(arguments: PlacementCase.shapes + PlacementCase.random)
    func theBoundIsTheMostThatIsAliveAtOnce(_ test: PlacementCase) {
        let steps = (test.requests.map(\.first).min() ?? 0)...(test.requests.map(\.last).max() ?? 0)
        let alive = steps.map { step in
            test.requests.reduce(0) { $0 + ($1.first <= step && step <= $1.last ? $1.size : 0) }
        }
        let bound = livenessLowerBound(test.requests)
        #expect(bound.bytes == alive.max())
        if bound.bytes > 0 { #expect(alive[bound.step - steps.lowerBound] == bound.bytes) }
    }

    @Test(arguments: zip(["identical", "one after the other", "nested"], [6 * 128, 8 * 64, nil]))
    func simpleShapesReachTheBound(_ name: String, _ expected: Int?) throws {
        let test = try #require(PlacementCase.shapes.first { $0.testDescription == name })
        let total = placeGreedily(test.requests).total
        #expect(total == livenessLowerBound(test.requests).bytes)
        if let expected { #expect(total == expected) }
    }

    @Test func blocksThatTouchInOneStepAreApart() {
        let placement = placeGreedily([
            PlacementRequest(size: 64, first: 0, last: 3), PlacementRequest(size: 64, first: 3, last: 5),
            PlacementRequest(size: 64, first: 4, last: 6),
        ])
        let (offsets, total) = (placement.offsets, placement.total)
        #expect(offsets[0] != offsets[1])
        #expect(offsets[0] == offsets[2], "the first is dead when the third begins")
        #expect(total == 128)
    }
}
