import Tasks
import Testing

@testable import Predictions

/// Nets whose output is the middle of a mask.
@Suite struct OutputWindowTests {
    /// Masks of 5 x 4, outputs of 2 x 2: one row above and two below, a column on each side.
    private let shape = SampleShape(
        channels: 1, height: 5, width: 4, maskHeight: 5, maskWidth: 4, outputHeight: 2, outputWidth: 2)

    @Test func theMiddleIsWhatCropTakes() {
        let mask = (0..<20).map(UInt8.init)
        #expect(shape.hasMargin)
        #expect(shape.middle(of: mask) == [5, 6, 9, 10])
        let framed = shape.framed([1, 2, 3, 4], outside: 0)
        #expect(framed == [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0] + Array(repeating: 0, count: 8))
        #expect(shape.middle(of: framed.map { UInt8($0) }) == [1, 2, 3, 4])
    }

    @Test func wholeOutputsStayAsTheyAre() {
        let whole = SampleShape(channels: 3, height: 2, width: 3)
        #expect(!whole.hasMargin && whole.outputHeight == 2 && whole.outputWidth == 3)
        #expect(whole.middle(of: [1, 2, 3, 4, 5, 6]) == [1, 2, 3, 4, 5, 6])
        #expect(whole.framed([true, false], outside: false) == [true, false])
    }

    @Test func whereTheNetSaysNothingIsBackground() {
        let maps = PredictedMaps([[9, 9, 9, -9]], flips: .none, shape: shape)
        #expect(
            maps.values.map { $0 >= 0.5 ? 1 : 0 } == [0, 0, 0, 0, 0, 1, 1, 0, 0, 1] + Array(repeating: 0, count: 10))
    }
}
