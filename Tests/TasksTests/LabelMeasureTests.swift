import Base
import Testing

@testable import Tasks

/// What is measured of labels that overlap is what is measured of each as a mask of its own.
@Suite struct LabelMeasureTests {
    private static let range = LabelRange(count: 3)

    /// Truth and prediction: blocks of bits that differ here and there; label 2 is nowhere for some seeds.
    private func maps(_ seed: UInt64) -> (size: PictureSize, truth: [UInt8], found: [UInt8]) {
        var random = SplitMix64(seed: seed, 9)
        let size = PictureSize(width: 1 + random.index(below: 23), height: 1 + random.index(below: 19))
        let grain = 1 + random.index(below: 4)
        let some: UInt8 = seed % 3 == 0 ? 3 : 7
        var (truth, found): ([UInt8], [UInt8]) = ([], [])
        for place in 0..<size.width * size.height {
            let (x, y) = (place % size.width / grain, place / size.width / grain)
            var cell = SplitMix64(seed: seed, UInt64(y * 50 + x))
            truth.append(UInt8(cell.index(below: 8)) & some)
            found.append(random.index(below: 4) == 0 ? UInt8(random.index(below: 8)) & some : truth[place])
        }
        return (size, truth, found)
    }

    private func plane(_ bytes: [UInt8], _ number: Int) -> [UInt8] { bytes.map { $0 >> UInt8(number) & 1 } }

    private func measured(
        _ task: TrainingTask, _ size: PictureSize, truth: [UInt8], found: [UInt8]
    ) -> (scores: PictureScores, outcomes: [PictureMeasurement.Outcome]) {
        func row(_ bytes: [UInt8], _ y: Int) -> [UInt8] { Array(bytes[y * size.width..<(y + 1) * size.width]) }
        var measurement = PictureMeasurement(task, size: size) { row(truth, $0) }
        for y in 0..<size.height { measurement.add(row(found, y)) }
        let scores = measurement.finish(name: "p", tolerance: .usual)
        return (scores, (0..<size.height).flatMap(measurement.outcomes))
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func eachLabelIsAMaskOfItsOwn(seed: UInt64) {
        let (size, truth, found) = maps(seed)
        let together = measured(.labels(Self.range), size, truth: truth, found: found)
        var sums = MeasureSums(.labels(Self.range))
        sums.add(labels: found, mask: truth)
        var dice = PictureDice(.labels(Self.range))
        dice.add(labels: found, mask: truth)
        var pooled = MaskSums()
        var values: [(dice: Double?, iou: Double?)] = []
        for number in 0..<3 {
            let (a, b) = (plane(truth, number), plane(found, number))
            let alone = measured(.mask, size, truth: a, found: b).scores.regions[0]
            let isAnywhere = a.contains(1) || b.contains(1)
            #expect(together.scores.regions[number] == (isAnywhere ? alone : nil))
            var mine = MaskSums()
            mine.add(labels: b, mask: a)
            pooled.add(mine)
            values.append((mine.dice, mine.iou))
        }
        func mean(_ values: [Double?]) -> Double? {
            let told = values.compactMap { $0 }
            return told.isEmpty ? nil : told.reduce(0, +) / Double(told.count)
        }
        #expect(sums.values == [mean(values.map(\.dice)), mean(values.map(\.iou)), pooled.dice])
        #expect(dice.value == together.scores.value(.dice))
        for (place, outcome) in together.outcomes.enumerated() {
            let isRight = truth[place] == found[place]
            let expected: PictureMeasurement.Outcome =
                isRight
                ? (truth[place] == 0 ? .nothing : .hit) : truth[place] & ~found[place] != 0 ? .miss : .falseAlarm
            #expect(outcome == expected)
        }
    }

    /// One threshold decides all labels: its curve is that of all their pixels.
    @Test func curvesAreThoseOfAllLabels() {
        let (size, truth, _) = maps(1)
        let area = size.width * size.height
        var random = SplitMix64(seed: 4)
        let values = (0..<3 * area).map { _ in Float(random.unit()) }
        var together = ThresholdCurve()
        values.withUnsafeBufferPointer { together.add($0, bits: truth) }
        var sum = ThresholdCurve()
        for number in 0..<3 {
            Array(values[number * area..<(number + 1) * area]).withUnsafeBufferPointer {
                sum.add($0, mask: plane(truth, number))
            }
        }
        #expect(together == sum && together.best != nil)
        let bytes = Self.range.bytes(values) { $0 >= 0.25 }
        for (place, byte) in bytes.enumerated() {
            #expect(LabelRange.numbers(of: byte) == (0..<3).filter { values[$0 * area + place] >= 0.25 })
        }
    }

    @Test func tablesNameLabels() throws {
        let task = TrainingTask.labels(LabelRange(count: 2))
        var sums = MeasureSums(task)
        sums.add(labels: [1, 3, 0, 2], mask: [1, 1, 1, 0])
        let table = try #require(sums.labels).table(try ClassNames(["cell", "nucleus"], task: task))
        let lines = table.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("label"), "\(table)")
        #expect(
            lines[1].hasPrefix("0 (cell)") && lines[1].contains("0.8000") && lines[1].hasSuffix("75.00 %"), "\(table)")
        #expect(lines[2].contains("n/a") && lines[2].hasSuffix("0.00 %"), "\(table)")
    }
}
