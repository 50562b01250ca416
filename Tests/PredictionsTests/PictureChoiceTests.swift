import Testing

@testable import Predictions
@testable import Tasks

@Suite struct PictureChoiceTests {
    private func pictures(_ count: Int) -> [PictureScores] {
        // The best first, so that the order is not that of the test.
        (0..<count).map { index in
            var map = RegionMap(width: 10, height: 10)
            for place in 0..<10 { map.bits[place] = RegionMap.truth }
            for place in 0..<max(1, 10 - index) { map.bits[place] |= RegionMap.predicted }
            let size = PictureSize(width: 10, height: 10)
            return PictureScores(
                name: "p\(index)", size: size,
                regions: [RegionScores(measuring: &map, in: size, tolerance: .usual)])
        }
    }

    @Test func theWorstTheMiddleAndTheBest() {
        let choice = PictureChoice(pictures(10))
        #expect(choice.groups.map(\.title) == ["The worst", "In the middle", "The best"])
        #expect(choice.groups.map(\.places) == [[9, 8, 7], [6, 5, 4], [0, 1, 2]])
    }

    @Test(arguments: [(0, []), (1, [[0]]), (2, [[1, 0]]), (3, [[2], [1], [0]]), (6, [[5, 4], [3, 2], [0, 1]])])
    func fewPicturesAreShownOnce(count: Int, places: [[Int]]) {
        #expect(PictureChoice(pictures(count)).groups.map(\.places) == places)
    }
}
