import Testing

@testable import Predictions
@testable import Tasks

@Suite struct PictureChoiceTests {
    private func pictures(_ count: Int) -> [PictureScores] {
        // Nothing is found in any of them: of equal ones the first by name is the worse.
        (0..<count).map { index in
            var map = RegionMap(width: 10, height: 10)
            for place in 0..<10 { map.bits[place] = RegionMap.truth }
            let size = PictureSize(width: 10, height: 10)
            return PictureScores(
                name: "p\(index)", size: size,
                regions: [RegionScores(measuring: &map, in: size, tolerance: .usual)])
        }
    }

    @Test func theWorstTheMiddleAndTheBest() {
        let choice = PictureChoice(pictures(10))
        #expect(choice.groups.map(\.title) == ["The worst", "In the middle", "The best"])
        #expect(choice.groups.map(\.places) == [[0, 1, 2], [3, 4, 5], [9, 8, 7]])
    }

    @Test(arguments: [(0, []), (1, [[0]]), (2, [[0, 1]]), (3, [[0], [1], [2]]), (6, [[0, 1], [2, 3], [5, 4]])])
    func fewPicturesAreShownOnce(count: Int, places: [[Int]]) {
        #expect(PictureChoice(pictures(count)).groups.map(\.places) == places)
    }
}
