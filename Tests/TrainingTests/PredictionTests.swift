import Imaging
import Testing

@testable import Training

/// From a net's output to pictures of any size.
@Suite struct PredictionTests {
    private let shape = SampleShape(
        channels: 1, height: 2, width: 2, task: .classes(ClassRange(count: 3)))

    private func classes(_ logits: [Float], width: Int, height: Int) -> [UInt8] {
        Prediction.classes(logits, count: 3, shape: shape, width: width, height: height).pixels
    }

    @Test func mapsOfTheNetsSizeAreTheLargestLogits() {
        #expect(classes([9, 0, 0, 0, 0, 9, 0, 0, 0, 0, 9, 8], width: 2, height: 2) == [0, 1, 2, 2])
    }

    /// Left 4 for class 0, right 2 for class 1, in between what a line between the pixels' centres says: at twice the
    /// size 4, 3, 1, 0 against 0, 0.5, 1.5, 2.
    @Test func largerMapsAreInterpolatedBeforeTheDecision() {
        let logits: [Float] = [4, 0, 4, 0, 0, 2, 0, 2, -1, -1, -1, -1]
        #expect(classes(logits, width: 4, height: 1) == [0, 0, 1, 1])
        #expect(classes(logits, width: 8, height: 2) == [0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1])
    }

    @Test(arguments: [(1, 1), (1, 7), (5, 3), (64, 2)])
    func mapsOfAnySizeAreWhole(width: Int, height: Int) {
        let found = classes([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0], width: width, height: height)
        #expect(found == Array(repeating: 1, count: width * height))
    }

    @Test func reconstructionsAreCutToWhatAPictureCanHold() {
        let picture = Prediction.picture([-1, 0.5, 2, .nan], shape: shape)
        #expect(picture.pixels == [0, 128, 255, 0])
    }

    @Test func voidIsGrayAndClassesHaveTheirColours() {
        let map = ClassColors.bitmap([0, ClassRange.void, 2, 18], shape)
        let colors = [Color.classColor(0), .void, .classColor(2), .classColor(2)]
        #expect(map.pixels == colors.flatMap { [$0.red, $0.green, $0.blue] })
    }
}
