import Base
import Testing

@testable import Tasks

/// Measures of regions against what they are by definition, computed pixel by pixel.
@Suite struct RegionMeasureTests {
    /// A map drawn by a seed: spots, noise, all, nothing.
    private func map(_ seed: UInt64, empty: UInt8 = 0) -> RegionMap {
        var random = SplitMix64(seed: seed, 1)
        var map = RegionMap(width: 1 + random.index(below: 26), height: 1 + random.index(below: 26))
        for bit in [RegionMap.predicted, RegionMap.truth] where bit != empty {
            let density = [1, 10, 50, 90, 100][random.index(below: 5)]
            let grain = 1 + random.index(below: 4)
            for y in 0..<map.height {
                for x in 0..<map.width {
                    var cell = SplitMix64(
                        seed: seed &+ UInt64(bit) << 32, UInt64(y / grain * 100 + x / grain))
                    if cell.index(below: 100) < density { map.bits[map.place(x, y)] |= bit }
                }
            }
        }
        return map
    }

    private typealias Place = (x: Int, y: Int)

    private func places(_ map: RegionMap, _ isIn: (Int, Int) -> Bool) -> [Place] {
        (0..<map.height).flatMap { y in (0..<map.width).map { (x: $0, y: y) } }.filter { isIn($0.x, $0.y) }
    }

    private func pixels(_ map: RegionMap) -> [UInt8] { (0..<map.height).flatMap { map.bits[map.row($0)] } }

    private func has(_ map: RegionMap, _ bit: UInt8, _ x: Int, _ y: Int) -> Bool {
        x >= 0 && y >= 0 && x < map.width && y < map.height && map.bits[map.place(x, y)] & bit != 0
    }

    private func edges(_ map: RegionMap, _ bit: UInt8) -> [Place] {
        places(map) { x, y in
            has(map, bit, x, y)
                && ![(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)].allSatisfy { has(map, bit, $0.0, $0.1) }
        }
    }

    private func distances(_ from: [Place], _ to: [Place]) -> [Int] {
        from.map { a in to.map { b in (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y) }.min() ?? 0 }.sorted()
    }

    /// As numpy's.
    private func percentile95(_ squares: [Int]) -> Double {
        let place = 0.95 * Double(squares.count - 1)
        let below = Double(squares[Int(place)]).squareRoot()
        let above = Double(squares[min(Int(place) + 1, squares.count - 1)]).squareRoot()
        return below + (above - below) * (place - Double(Int(place)))
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func boundariesAreThoseOfAllPairsOfPixels(seed: UInt64) {
        var map = map(seed)
        let (found, truth) = (edges(map, RegionMap.predicted), edges(map, RegionMap.truth))
        let size = PictureSize(width: map.width, height: map.height)
        let tolerance = Double(seed % 4) * 0.8
        let scores = RegionScores(measuring: &map, in: size, tolerance: .pixels(tolerance))
        guard !found.isEmpty, !truth.isEmpty else { return }
        let (there, back) = (distances(found, truth), distances(truth, found))
        #expect(scores.hausdorff95 == max(percentile95(there), percentile95(back)))
        func share(_ squares: [Int]) -> Double {
            Double(squares.count { Double($0) <= tolerance * tolerance }) / Double(squares.count)
        }
        let (precision, recall) = (share(there), share(back))
        #expect(scores.boundaryF1 == (precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0))
    }

    /// Distances beyond those that are counted one by one.
    @Test func farEdgesAreMeasuredAsWell() {
        var map = RegionMap(width: 400, height: 301)
        map.bits[map.place(0, 0)] = RegionMap.predicted
        map.bits[map.place(399, 300)] = RegionMap.truth
        let scores = RegionScores(
            measuring: &map, in: PictureSize(width: 400, height: 301), tolerance: .pixels(498.99))
        #expect(scores.hausdorff95 == Double(399 * 399 + 300 * 300).squareRoot() && scores.boundaryF1 == 0)
    }

    /// By hand: a square of 3 x 3 and the same one moved to the right by one. Of 8 edge pixels each 4 fall together (the
    /// middles lie on the edge of the other one alone), and the others are one pixel apart.
    @Test(arguments: [(0, 0.5), (0.9, 0.5), (1, 1)] as [(Double, Double)])
    func aSquareBesideItself(tolerance: Double, expected: Double) {
        var map = RegionMap(width: 8, height: 8)
        for y in 2..<5 {
            for x in 2..<5 {
                map.bits[map.place(x, y)] |= RegionMap.predicted
                map.bits[map.place(x + 1, y)] |= RegionMap.truth
            }
        }
        let scores = RegionScores(
            measuring: &map, in: PictureSize(width: 8, height: 8), tolerance: .pixels(tolerance))
        #expect(scores.truth == 9 && scores.predicted == 9 && scores.common == 6)
        #expect(scores.dice == 12.0 / 18 && scores.iou == 6.0 / 12)
        #expect(scores.precision == 6.0 / 9 && scores.recall == 6.0 / 9)
        #expect(scores.hausdorff95 == 1 && scores.boundaryF1 == expected)
    }

    @Test(arguments: [0, RegionMap.predicted, RegionMap.truth] as [UInt8])
    func nothingIsDefined(only bit: UInt8) {
        var map = RegionMap(width: 4, height: 3)
        map.bits[map.place(2, 1)] = bit
        let scores = RegionScores(
            measuring: &map, in: PictureSize(width: 4, height: 3), tolerance: .usual)
        let isRight = bit == 0
        let shares = [scores.dice, scores.iou, scores.boundaryF1, scores.centerlineDice]
        #expect(shares == Array(repeating: isRight ? 1 : 0, count: 4))
        #expect(scores.hausdorff95 == (isRight ? 0 : 5))
        #expect(scores.precision == (bit == RegionMap.predicted ? 0 : nil))
        #expect(scores.recall == (bit == RegionMap.truth ? 0 : nil))
    }

    @Test(arguments: [1, 2, 5], [1, 3])
    func whatIsEqualIsRight(width: Int, height: Int) {
        var map = RegionMap(width: width, height: height)
        for y in 0..<height { for place in map.row(y) { map.bits[place] = 3 } }
        let scores = RegionScores(
            measuring: &map, in: PictureSize(width: width, height: height), tolerance: .pixels(0))
        #expect(scores.dice == 1 && scores.boundaryF1 == 1 && scores.hausdorff95 == 0 && scores.centerlineDice == 1)
    }

    // MARK: Thinning

    /// All pixels are asked in each pass.
    private func plainlyThinned(_ map: RegionMap, _ region: UInt8) -> [Bool] {
        var there = pixels(map).map { $0 & region != 0 }
        var pass: UInt8 = 1
        var idle = 0
        while idle < 2 {
            let gone = places(map) { x, y in
                guard there[y * map.width + x] else { return false }
                var code = 0
                for (bit, (dx, dy)) in ThinningRule.ring.enumerated() {
                    let (i, j) = (x + dx, y + dy)
                    guard i >= 0, j >= 0, i < map.width, j < map.height, there[j * map.width + i] else { continue }
                    code |= 1 << bit
                }
                return ThinningRule.passes[code] & pass != 0
            }
            for place in gone { there[place.y * map.width + place.x] = false }
            idle = gone.isEmpty ? idle + 1 : 0
            pass ^= 3
        }
        return there
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func thinningAsksOnlyWhomItMust(seed: UInt64) {
        var map = map(seed)
        for region in [RegionMap.predicted, RegionMap.truth] {
            let expected = plainlyThinned(map, region)
            let before = map.bits.map { $0 & 3 }
            map.thin(region)
            #expect(pixels(map).map { $0 & RegionMap.skeleton != 0 } == expected)
            #expect(map.bits.map { $0 & 3 } == before)
        }
    }

    /// What scikit-image 0.26 leaves (#) of regions (# and o).
    @Test(arguments: [
        """
        oo........####oooo....ooooo#o.
        #o.........ooo##oo....ooo##oo.
        #oo..........ooo#o....oo#ooo..
        o#oo...........o#o.....o#ooo..
        o#oo...........#oo.....oooo...
        oo#o...........#o.............
        ooo..........oo#o.............
        ..o..........oo#o.............
        ............oo#oo.............
        ............ooo#oo........o#..
        .............oo#oo.......o#o..
        ..............oo#oo...####oo..
        ..............ooo#o.....ooo...
        ........#......oooo.....oo....
        """,
        """
        ...o.#####o.#o.oooooo.oo#o.#..
        o####..##.##.#.oooooo.oo#o.#.#
        #.##.#.#.#.####ooooo#####o.##.
        o#######.o##o.######.#.o#oo##o
        o#ooo###..o#o.#.##.###..###.#o
        .#..o#.##..########.####.####o
        .##.o##.####ooooo#o.#.#.#...#.
        #.########.##..oo###..###.###o
        o#o.o######..#.###.####..#.#.#
        o#o.o#.####o.##ooo#ooo#.o#.##o
        o#o.####.#o##ooo......o####ooo
        .o##..oo#o...o...###.oooooooo.
        """,
        """
        ..............................
        .oooooooooooooooooooooooooooo.
        .#########################ooo.
        .ooooo#ooooooooooooooooooo#oo.
        .....o#oo................o#oo.
        .....o#oo...####........o#oo..
        .....o#oo...oooo....#o.oo#o...
        .....o#oo...........o#oo#o....
        .....o#oo............o##o.....
        .....o#oo...........o###......
        .....o#oo......ooooo#ooo###oo.
        .....o#oo......oo####o....o#o.
        .....oooo......o#ooo#.....#oo.
        ...............oooooo#####ooo.
        ..............................
        """,
    ])
    func skeletonsAreThoseOfOthers(art: String) {
        let lines = art.split(separator: "\n").map(Array.init)
        var map = RegionMap(width: lines[0].count, height: lines.count)
        for (place, character) in lines.joined().enumerated() where character != "." {
            map.bits[map.place(place % map.width, place / map.width)] = RegionMap.truth
        }
        map.thin(RegionMap.truth)
        let drawn = pixels(map).map { $0 & RegionMap.skeleton != 0 ? "#" : $0 & RegionMap.truth != 0 ? "o" : "." }
        #expect(drawn.joined() == lines.map { String($0) }.joined())
    }

    /// By hand: the prediction is a third of the line, all of it lies in the truth, of which it is a third.
    @Test func centerlinesMeetRegions() {
        var map = RegionMap(width: 9, height: 7)
        for x in 0..<9 { map.bits[map.place(x, 3)] |= RegionMap.truth }
        for x in 0..<3 { map.bits[map.place(x, 3)] |= RegionMap.predicted }
        #expect(CenterlineDice.value(of: &map) == 2 * (1.0 / 3) / (1 + 1.0 / 3))
    }

    // MARK: Pictures

    private func scores(_ task: TrainingTask, width: Int, truth: [UInt8], predicted: [UInt8]) -> PictureScores {
        let size = PictureSize(width: width, height: truth.count / width)
        var picture = PictureMeasurement(task, size: size) { Array(truth[$0 * width..<($0 + 1) * width]) }
        for y in 0..<size.height { picture.add(Array(predicted[y * width..<(y + 1) * width])) }
        for y in 0..<size.height {
            #expect(picture.truth(row: y) == Array(truth[y * width..<(y + 1) * width]))
        }
        return picture.finish(name: "a", tolerance: .pixels(1))
    }

    /// Each class is measured as a mask of its own would be, ignored pixels left out.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func classesAreMeasuredLikeMasks(seed: UInt64) {
        var random = SplitMix64(seed: seed, 7)
        let (width, height) = (1 + random.index(below: 17), 1 + random.index(below: 17))
        let most = 1 + random.index(below: 4)
        let truth = (0..<width * height).map { _ in
            random.index(below: 9) == 0 ? ClassRange.void : UInt8(random.index(below: most))
        }
        let predicted = truth.map { label in
            random.index(below: 3) == 0 ? UInt8(random.index(below: 5)) : label == ClassRange.void ? 0 : label
        }
        let task = TrainingTask.classes(ClassRange(count: 5))
        let result = scores(task, width: width, truth: truth, predicted: predicted)
        var dices: [Double] = []
        for number in 0..<UInt8(5) {
            let mine = zip(truth, predicted).map { $0 != ClassRange.void && $1 == number ? UInt8(1) : 0 }
            let real = truth.map { $0 == number ? UInt8(1) : 0 }
            let one = scores(.mask, width: width, truth: real, predicted: mine).regions[0]
            let isSomewhere = mine.contains(1) || real.contains(1)
            #expect(result.regions[Int(number)] == (isSomewhere ? one : nil))
            if isSomewhere, let one { dices.append(one.dice) }
        }
        var alone = PictureDice(task)
        alone.add(labels: predicted, mask: truth)
        #expect(alone.value == result.value(.dice))
        #expect(result.value(.dice) == (dices.isEmpty ? nil : dices.reduce(0, +) / Double(dices.count)))
    }

    @Test func outcomesAreToldApart() {
        let size = PictureSize(width: 5, height: 1)
        var mask = PictureMeasurement(.mask, size: size) { _ in [1, 1, 0, 0, 1] }
        mask.add([1, 0, 1, 0, 1])
        let expected: [PictureMeasurement.Outcome] = [.hit, .miss, .falseAlarm, .nothing, .hit]
        #expect(mask.outcomes(row: 0) == expected)
        _ = mask.finish(name: "a", tolerance: .usual)
        #expect(mask.outcomes(row: 0) == expected)
        var classes = PictureMeasurement(.classes(ClassRange(count: 3)), size: size) { _ in [1, 2, 0, 255, 0] }
        classes.add([1, 1, 0, 2, 2])
        #expect(classes.outcomes(row: 0) == [.hit, .miss, .hit, .nothing, .miss])
    }

    @Test func theWorstComeFirst() {
        func picture(_ name: String, _ common: Int?) -> PictureScores {
            var map = RegionMap(width: 10, height: 1)
            for x in 0..<10 {
                map.bits[map.place(x, 0)] = RegionMap.truth | (x < common ?? 0 ? RegionMap.predicted : 0)
            }
            let size = PictureSize(width: 10, height: 1)
            let region = RegionScores(measuring: &map, in: size, tolerance: .usual)
            return PictureScores(name: name, size: size, regions: [common == nil ? nil : region])
        }
        let all = [picture("b", 4), picture("untold", nil), picture("c", 9), picture("a", 4)]
        #expect(all.worstFirst.map(\.name) == ["a", "b", "c", "untold"])
        let dices = [8.0 / 14, 18.0 / 19, 8.0 / 14]
        #expect(all.mean(.dice) == dices.reduce(0, +) / 3 && all.mean(.recall, region: 0) != nil)
        #expect([PictureScores]().mean(.dice) == nil)
    }

    @Test(
        arguments: [
            ("3", .pixels(3)), ("0.75%", .share(0.0075)), ("0", .pixels(0)), ("-1", nil), ("nan", nil), ("%", nil),
            ("", nil), ("inf", nil), ("3 px", nil),
        ] as [(String, BoundaryTolerance?)])
    func tolerancesAreRead(text: String, expected: BoundaryTolerance?) {
        #expect(BoundaryTolerance(text) == expected)
        #expect(BoundaryTolerance.usual.pixels(in: PictureSize(width: 300, height: 400)) == 3.75)
    }

    // MARK: Thresholds

    @Test(arguments: 0..<20 as Range<UInt64>)
    func curvesAreThoseOfTests(seed: UInt64) throws {
        var random = SplitMix64(seed: seed, 2)
        let values = (0..<300).map { _ in
            Float(random.index(below: 4) == 0 ? random.index(below: 257) * 256 : random.index(below: 65537)) / 65536
        }
        let mask = values.map { UInt8(random.index(below: 65536) < Int($0 * 65536) ? 1 : 0) }
        var (curve, half) = (ThresholdCurve(), ThresholdCurve())
        values[..<120].withUnsafeBufferPointer { curve.add($0, mask: Array(mask[..<120])) }
        values[120...].withUnsafeBufferPointer { half.add($0, mask: Array(mask[120...])) }
        curve.add(half)
        #expect(curve.points.count == 255)
        for point in curve.points {
            var sums = MaskSums()
            sums.add(labels: values.map { $0 >= Float(point.threshold) ? 1 : 0 }, mask: mask)
            #expect(point.dice == sums.dice && point.iou == sums.iou)
        }
        let best = try #require(curve.best)
        #expect(best.dice == curve.points.map(\.dice).max())
    }

    @Test func ofEqualThresholdsTheMiddleOneIsBest() {
        var curve = ThresholdCurve()
        #expect(curve.best == nil && curve.points.isEmpty)
        [0.1, 0.9].withUnsafeBufferPointer { curve.add($0, mask: [0, 1]) }
        #expect(curve.best?.threshold == 0.5 && curve.best?.dice == 1)
    }
}
