import GraphIR
import KernelIR
import Testing

@testable import Kernels

/// Which elements are dropped is the mask's decision alone, whatever the layout, the vectors and the kernel.
@Suite struct DropoutTests {
    /// An element's number does not depend on who computes it.
    @Test(arguments: [0, 1, 0xFEED_0000_0000_0001, UInt64.max] as [UInt64], [1, 2, 1 << 40] as [Int64])
    func kernelsDrawTheNumbersOfTheMask(seed: UInt64, step: Int64) throws {
        let key = DropoutMask.key(of: "enc1.drop")
        for (first, stride) in [(0, 1), (123_457, 16_384), (1 << 32 - 9, 1), (1 << 36, 12_345_678)] {
            let value = Expression.uniform(key: key, first: Index(first), stride: stride, width: 16)
            let kernel = Kernel(
                name: "numbers", buffers: [Buffer(.out, access: .write, extent: 16)], tasksFixed: 1,
                body: [.store(.out, 0, value)])
            var evaluator = KernelEvaluator(batch: 1)
            (evaluator.seed, evaluator.step) = (seed, step)
            var operands = [Array(repeating: Float.nan, count: 16)]
            try evaluator.run(kernel, operands: &operands)
            let mask = DropoutMask(seed: seed, step: step, key: key)
            #expect(operands[0] == (0..<16).map { mask.uniform(first + $0 * stride) })
        }
    }

    /// All blocks on all targets, blocks narrower than the target's vectors too.
    @Test(arguments: [1, 4, 8, 16], [Setup.all[0].target, .x86v3, .x86v4])
    func layoutsDropTheSameElements(_ block: Int, _ target: Target) throws {
        guard block <= target.vectorWidth else { return }
        let (channels, plane, batch, rate) = (48, 15, 2, 0.25)
        let layout = block == 1 ? Layout.nchw : .blocked(block)
        let key = DropoutMask.key(of: "drop")
        let type = TensorType.batched([channels, 3, 5])
        let operand = { (name: String) in
            Operand(name: name, type: type, sampleStride: type.elementCount + 16, layout: layout)
        }
        let request = KernelRequest(
            node: Node(
                op: .elementwise(.dropout(rate: rate, key: key)), inputs: [], type: type, name: "drop", origin: Origin()
            ),
            result: operand("drop"), inputs: [operand("map")], epilogueOperands: [], batchCapacity: batch,
            target: target)
        let kernel = lower(request).stages[0].kernel
        #expect(verify(kernel, batchCapacity: batch, count: 0...0).isEmpty)
        let extent = request.result.extent(batch: batch)
        var operands = [Array(repeating: Float.nan, count: extent), Array(repeating: Float(3), count: extent)]
        var evaluator = KernelEvaluator(batch: batch)
        (evaluator.seed, evaluator.step) = (99, 7)
        try evaluator.run(kernel, operands: &operands)

        let mask = DropoutMask(seed: 99, step: 7, key: key)
        var wrong: [String] = []
        for sample in 0..<batch {
            for (channel, pixel) in (0..<channels).flatMap({ channel in (0..<plane).map { (channel, $0) } }) {
                let place = (channel / block * plane + pixel) * block + channel % block
                let found = operands[0][sample * request.result.sampleStride + place]
                let number = mask.uniform((sample * channels + channel) * plane + pixel)
                if found != (number < Float(rate) ? 0 : 4) { wrong.append("\(sample) \(channel) \(pixel): \(found)") }
            }
        }
        #expect(wrong.isEmpty)
    }

    /// Behind every convolution algorithm, on maps that it blocks.
    @Test(arguments: convolutions, Setup.blocked + Setup.direct)
    func convolutionsDropTheSameElements(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup, tolerance: 5e-5)
    }

    private static let convolutions: [KernelCase] = [
        ConvGeometry(
            inputChannels: 16, input: Extent(5, 7), outputChannels: 32, kernel: Extent(3), padding: Padding(1)),
        ConvGeometry(
            inputChannels: 8, input: Extent(5, 6), outputChannels: 24, kernel: Extent(3), padding: Padding(1)),
        ConvGeometry(
            inputChannels: 16, input: Extent(9, 6), outputChannels: 16, kernel: Extent(3), stride: Extent(2),
            padding: Padding(1)),
        ConvGeometry(inputChannels: 16, input: Extent(6, 4), outputChannels: 32, kernel: Extent(2), stride: Extent(2)),
        ConvGeometry(inputChannels: 3, input: Extent(5, 7), outputChannels: 16, kernel: Extent(3), padding: Padding(1)),
        ConvGeometry(inputChannels: 32, input: Extent(5, 7), outputChannels: 2, kernel: Extent(1)),
    ].flatMap { g in
        let chain: [Elementwise] = [.leakyRelu(slope: 0.5), .dropout(rate: 0.4, key: DropoutMask.key(of: "drop"))]
        let text = "\(g.inputChannels) to \(g.outputChannels), \(g.kernel.height)x\(g.kernel.width)"
        return [
            KernelCase(text, .conv(g), [g.inputType, g.weightType], then: chain),
            KernelCase(text, .convTranspose(g), [g.outputType, g.weightType], then: chain),
        ]
    }
}
