import PictureCode
import Testing

/// Outputs of nets to masks.
@Suite struct ValueTests {
    @Test func exponentialsAreRight() {
        let values = [(0, 1), (1, 2.718281828459045), (-20.5, 1.2501528663867426e-9), (300.25, 2.4941248615349213e130)]
        for (x, expected) in values { #expect(abs(unetc_exponential(x) / expected - 1) < 1e-11, "e^\(x)") }
        #expect(unetc_exponential(1e9).isFinite && unetc_exponential(-1e9) < 1e-300 && unetc_exponential(.nan).isNaN)
    }

    /// The mask and the values of a net's output.
    private func written(
        _ net: unetc_picture_net, _ output: [Float], width: Int, height: Int, threshold: Float = 0.5
    ) throws -> (mask: [UInt8], values: [Float]) {
        var (net, output) = (net, output)
        let scratch = Memory(unetc_picture_bytes(&net, width, height, UNETC_FORMAT_GRAY8))
        let bytes = net.task == UNETC_TASK_RECONSTRUCTION ? Int(net.output_channels) : 1
        var mask = [UInt8](repeating: 77, count: width * height * bytes)
        var values = [Float](repeating: .nan, count: width * height * Int(net.output_channels))
        let status = unetc_picture_write(
            &net, &output, width, height, scratch.start, threshold, &mask, width * bytes, &values)
        guard status == UNETC_STATUS_OK else { throw Refusal(status: status) }
        return (mask, values)
    }

    @Test func masksSayWhichPixelsAreObject() throws {
        let net = unetc_picture_net(channels: 1, height: 1, width: 2)
        let found = try written(net, [-1000, 1000], width: 4, height: 2)
        #expect(found.values == [0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1])
        #expect(found.mask == [0, 0, 255, 255, 0, 0, 255, 255])
        #expect(try written(net, [-1000, 1000], width: 4, height: 1, threshold: 0.25).mask == [0, 255, 255, 255])
    }

    @Test func theLargestClassWinsOfEqualOnesTheFirst() throws {
        let net = unetc_picture_net(channels: 1, height: 1, width: 3, task: UNETC_TASK_CLASSES, outputChannels: 3)
        let found = try written(net, [0, 1, 2, 0, 5, 2, -1, 1, 2.5], width: 3, height: 1)
        #expect(found.mask == [0, 1, 2])
        let sums = (0..<3).map { place in (0..<3).reduce(0) { $0 + found.values[$1 * 3 + place] } }
        #expect(sums.allSatisfy { abs($0 - 1) < 1e-6 })
    }

    @Test func labelsAreBits() throws {
        let net = unetc_picture_net(channels: 1, height: 1, width: 2, task: UNETC_TASK_LABELS, outputChannels: 3)
        #expect(try written(net, [9, -9, -9, 9, 9, 9], width: 2, height: 1).mask == [0b101, 0b110])
    }

    @Test func reconstructionsArePixels() throws {
        let net = unetc_picture_net(
            channels: 3, height: 1, width: 2, task: UNETC_TASK_RECONSTRUCTION, outputChannels: 3)
        let found = try written(net, [-1, 0.5, 2, 1, 0.25, 0], width: 2, height: 1)
        #expect(found.mask == [0, 255, 64, 128, 255, 0])
    }

    /// Around an output that is smaller than the mask nothing is there; of an odd difference the smaller half comes first.
    @Test func bordersAreEmpty() throws {
        var net = unetc_picture_net(channels: 1, height: 4, width: 5)
        (net.output_height, net.output_width) = (1, 2)
        let found = try written(net, [1000, 1000], width: 5, height: 4)
        var expected = [Float](repeating: 0, count: 20)
        (expected[6], expected[7]) = (1, 1)
        #expect(found.values == expected)
    }

    @Test func whatIsNoNumberIsRefused() throws {
        let net = unetc_picture_net(channels: 1, height: 1, width: 2)
        for number in [Float.nan, .infinity, -.infinity] {
            let refusal = #expect(throws: Refusal.self) { try written(net, [0, number], width: 2, height: 1) }
            #expect(refusal?.status == UNETC_STATUS_NOT_FINITE)
        }
    }

    /// Of all numbers of classes, more than are looked at together.
    @Test func manyPixelsAreDecidedAsFew() {
        var draw = Draw(3)
        let count = 1001
        let values = (0..<7 * count).map { _ in Float(draw.next(50)) }
        var labels = [UInt8](repeating: 99, count: count)
        unetc_make_labels(UNETC_TASK_CLASSES, values, 7, count, 0, &labels)
        let expected = (0..<count).map { place -> UInt8 in
            let all = (0..<7).map { values[$0 * count + place] }
            return UInt8(all.firstIndex(of: all.max() ?? 0) ?? 99)
        }
        #expect(labels == expected)
    }
}
