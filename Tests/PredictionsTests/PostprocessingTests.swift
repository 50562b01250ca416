import Base
import Tasks
import Testing

@testable import Predictions

@Suite struct PostprocessingTests {
    /// The components by flood fill, each a list of places, in the order of their first pixels.
    private func components(_ labels: [UInt8], _ width: Int, _ connectivity: Connectivity) -> [[Int]] {
        let height = labels.count / width
        var seen = [Bool](repeating: false, count: labels.count)
        var found: [[Int]] = []
        for start in labels.indices where labels[start] != 0 && !seen[start] {
            var (component, waiting) = ([Int](), [start])
            seen[start] = true
            while let place = waiting.popLast() {
                component.append(place)
                for dy in -1...1 {
                    for dx in -1...1 where connectivity == .eight || dx == 0 || dy == 0 {
                        let (x, y) = (place % width + dx, place / width + dy)
                        guard x >= 0, y >= 0, x < width, y < height else { continue }
                        let other = y * width + x
                        guard labels[other] == labels[start], !seen[other] else { continue }
                        seen[other] = true
                        waiting.append(other)
                    }
                }
            }
            found.append(component)
        }
        return found
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func partsAreThoseOfAFloodFill(seed: UInt64) {
        var random = SplitMix64(seed: seed, 3)
        let (width, height) = (1 + random.index(below: 24), 1 + random.index(below: 24))
        let (classes, density) = (1 + random.index(below: 3), 20 + random.index(below: 70))
        let labels = (0..<width * height).map { _ in
            random.index(below: 100) < density ? UInt8(1 + random.index(below: classes)) : 0
        }
        for connectivity in Connectivity.allCases {
            let parts = components(labels, width, connectivity)
            for (keepsLargest, least) in [(true, 0), (false, 4), (true, 6), (false, 1), (false, 10_000)] {
                var expected = labels
                for part in parts {
                    let label = labels[part[0]]
                    let largest = parts.filter { labels[$0[0]] == label }.map(\.count).max()
                    let first = parts.first { labels[$0[0]] == label && $0.count == largest }
                    if part.count < least || (keepsLargest && part != first) {
                        for place in part { expected[place] = 0 }
                    }
                }
                var found = labels
                Postprocessing(keepsLargest: keepsLargest, leastPixels: least, connectivity: connectivity)
                    .apply(to: &found, width: width)
                #expect(found == expected)
            }
        }
    }

    /// By hand: two pixels that touch at a corner, and a third one.
    @Test func cornersCountOrNot() {
        let labels: [UInt8] = [
            1, 0, 0, 0,
            0, 1, 0, 1,
        ]
        func left(_ processing: Postprocessing) -> [UInt8] {
            var copy = labels
            processing.apply(to: &copy, width: 4)
            return copy
        }
        #expect(left(.none) == labels)
        #expect(left(Postprocessing(keepsLargest: true)) == [1, 0, 0, 0, 0, 1, 0, 0])
        #expect(left(Postprocessing(leastPixels: 2, connectivity: .eight)) == [1, 0, 0, 0, 0, 1, 0, 0])
        #expect(left(Postprocessing(leastPixels: 2, connectivity: .four)) == [0, 0, 0, 0, 0, 0, 0, 0])
        // Of equal ones the first.
        #expect(left(Postprocessing(keepsLargest: true, connectivity: .four)) == [1, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func flagsAreSaid() {
        #expect(Postprocessing.none.flags.isEmpty && Postprocessing(leastPixels: 1).isNone)
        #expect(
            Postprocessing(keepsLargest: true, leastPixels: 20, connectivity: .four).flags
                == "--keep-largest --min-size 20 --connectivity 4")
    }

    /// More in all but less in most folds is luck.
    @Test(
        arguments: [
            ([[[0.5, 0.6]], [[0.5, 0.6]], [[0.5, 0.4]]], true), ([[[0.5, 0.9]], [[0.5, 0.4]], [[0.5, 0.4]]], false),
            ([[[0.5, 0.5]], [[0.5, 0.5]]], false), ([[[0.5, 0.6]], [[0.5, 0.1]], [[0.5, 0.6]]], false),
            ([[[nil, nil], [0.5, 0.6]], [[0.5, 0.5]]], true), ([[], [[0.5, 0.6]]], true),
        ] as [([[[Double?]]], Bool)])
    func onlyWhatGainsIsRecommended(folds: [[[Double?]]], isGain: Bool) {
        let trials = PostprocessingTrials(connectivity: .four)
        // The first thing that is tried is as given, all others change nothing.
        let all = folds.map { pictures in
            pictures.map { picture in
                [picture[0], picture[1]] + Array(repeating: picture[0], count: trials.all.count - 2)
            }
        }
        let best = trials.best(trials.outcomes(all))
        #expect((best?.trial.flags == "--keep-largest --connectivity 4") == isGain && (best == nil) == !isGain)
        let text = trials.text(all)
        #expect(text.contains(isGain ? "predict with --keep-largest" : "nothing gains: leave masks as they are"))
    }

    /// Two nets, each asked about the picture and its mirror image.
    @Test func severalNetsAreAveraged() {
        let shape = SampleShape(channels: 1, height: 1, width: 3, task: .mask)
        let (certain, never): (Float, Float) = (90, -90)
        // Net by net: the picture, then its mirror image.
        let outputs: [[Float]] = [
            [certain, never, never], [never, never, certain], [certain, certain, never], [never, never, never],
        ]
        let maps = PredictedMaps(outputs, flips: .h, shape: shape)
        #expect(maps.values.map { ($0 * 1e6).rounded() } == [750_000, 250_000, 0])
    }
}
