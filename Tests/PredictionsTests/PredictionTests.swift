import Base
import Imaging
import Tasks
import Testing

@testable import Predictions

/// From a net's output to rows of any size.
@Suite struct PredictionTests {
    private let shape = SampleShape(
        channels: 1, height: 2, width: 2, task: .classes(ClassRange(count: 3)))

    /// Rows of the maps at a size, one after the other.
    private func resized(_ maps: PredictedMaps, width: Int, height: Int) -> [[Float]] {
        var rows: [[Float]] = []
        maps.eachRow(of: PictureSize(width: width, height: height)) { rows.append(Array($0)) }
        return rows
    }

    private func classes(_ logits: [Float], width: Int, height: Int) -> [UInt8] {
        let maps = PredictedMaps([logits], flips: .none, shape: shape)
        return resized(maps, width: width, height: height).flatMap { ClassMap.largest($0, classes: 3) }
    }

    @Test func mapsOfTheNetsSizeAreTheLargestLogits() {
        #expect(classes([9, 0, 0, 0, 0, 9, 0, 0, 0, 0, 9, 8], width: 2, height: 2) == [0, 1, 2, 2])
    }

    /// Left class 0 with probability 0.98, right class 1 with 0.84: between the pixels' centres a line decides.
    @Test func largerMapsAreInterpolatedBeforeTheDecision() {
        let logits: [Float] = [4, 0, 4, 0, 0, 2, 0, 2, -1, -1, -1, -1]
        #expect(classes(logits, width: 4, height: 1) == [0, 0, 1, 1])
        #expect(classes(logits, width: 8, height: 2) == [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1])
        #expect(classes(logits, width: 16, height: 1) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1])
    }

    @Test(arguments: [(1, 1), (1, 7), (5, 3), (64, 2)])
    func mapsOfAnySizeAreWhole(width: Int, height: Int) {
        let found = classes([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0], width: width, height: height)
        #expect(found == Array(repeating: 1, count: width * height))
    }

    @Test func probabilitiesOfClassesSumToOne() {
        let maps = PredictedMaps([[0, 1, 80, .nan, 0, 2, 0, .nan, 0, 3, -90, 1]], flips: .none, shape: shape)
        for place in 0..<4 {
            let values = (0..<3).map { maps.values[4 * $0 + place] }
            #expect(abs(values.reduce(0, +) - 1) < 1e-6 && values.allSatisfy { $0 >= 0 }, "\(values)")
        }
        #expect(abs(maps.values[1] - 0.09003057) < 1e-7 && maps.values[2] == 1)
    }

    /// A mask's net of 2 x 3 pixels, of which each mirror image gives another logit at the same place of the picture.
    @Test func flipsAreTurnedBackAndAveraged() {
        let shape = SampleShape(channels: 1, height: 2, width: 3)
        let plain: [Float] = [0, 1000, -1000, 0, 0, 0]
        func turned(_ columns: Bool, _ rows: Bool) -> [Float] {
            flipped(plain, height: 2, width: 3, columns: columns, rows: rows)
        }
        #expect(turned(true, false) == [-1000, 1000, 0, 0, 0, 0])
        #expect(turned(false, true) == [0, 0, 0, 0, 1000, -1000])
        let four = [plain, turned(true, false), turned(false, true), turned(true, true)]
        #expect(PredictedMaps(four, flips: .hv, shape: shape).values == [0.5, 1, 0, 0.5, 0.5, 0.5])
        let apart = PredictedMaps([plain, plain], flips: .h, shape: shape)
        #expect(apart.values == [0.25, 1, 0.25, 0.5, 0.5, 0.5], "the second is that of the mirror image")
    }

    /// Between centres what Pillow's filter gives, without its rounding: 0, 64, 191, 255 of 255 for two pixels in four.
    @Test func rowsAreInterpolatedBetweenCentres() {
        let shape = SampleShape(channels: 1, height: 1, width: 2)
        let maps = PredictedMaps([[-1000, 1000]], flips: .none, shape: shape)
        #expect(resized(maps, width: 4, height: 2) == [[0, 0.25, 0.75, 1], [0, 0.25, 0.75, 1]])
        let many = SampleShape(channels: 1, height: 2, width: 4)
        let steps = PredictedMaps([[-1000, -1000, 1000, 1000, -1000, 1000, 1000, 1000]], flips: .none, shape: many)
        let small = resized(steps, width: 1, height: 1)[0][0]
        #expect(abs(small - 31.0 / 48) < 1e-6, "shrinking averages: \(small)")
    }
    @Test func reconstructionsAreCutToWhatAPictureCanHold() {
        let picture = Prediction.picture([-1, 0.5, 2, .nan], shape: shape)
        #expect(picture.pixels == [0, 128, 255, 0])
    }

    @Test func voidIsGrayAndClassesHaveTheirColours() {
        let map = ClassColors.bitmap([0, ClassRange.void, 2, 26], shape)
        let colors = [Color.classColor(0), .void, .classColor(2), .classColor(2)]
        #expect(map.pixels == colors.flatMap { [$0.red, $0.green, $0.blue] })
    }

    /// Rows are not counted one by one before a walk begins: headers may say anything.
    @Test func heightsTakeNoMemory() {
        let height = Int(UInt32.max)
        let resampler = RowResampler(
            channels: 1, from: PictureSize(width: 1, height: height), to: PictureSize(width: 1, height: height))
        var count = 0
        [Float(0)].withUnsafeBufferPointer { row in
            for _ in 0..<10 { resampler.push(row) { _ in count += 1 } }
        }
        #expect(count == 10)
    }
}
