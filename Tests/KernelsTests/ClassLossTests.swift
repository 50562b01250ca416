import GraphIR
import KernelIR
import Testing

@testable import Kernels

/// The losses of classes where random values do not get: extremes, and positions that do not count.
@Suite struct ClassLossTests {
    /// 35 positions of 3 channels.
    private static let map = TensorType.batched([3, 5, 7])
    private static let classes = TensorType.classes([5, 7])

    /// What the step makes of one sample.
    private func result(_ op: Op, _ types: [TensorType], _ values: [[Float]], _ target: Target) throws -> [Float] {
        let operand = { (name: String, type: TensorType) in
            Operand(name: name, type: type, sampleStride: type.isBatched ? type.elementCount : 0)
        }
        let type = try op.resultType(types)
        let request = KernelRequest(
            node: Node(op: op, inputs: [], type: type, name: "loss", origin: Origin()), result: operand("loss", type),
            inputs: types.enumerated().map { operand("in\($0)", $1) }, epilogueOperands: [], batchCapacity: 1,
            target: target)
        let step = lower(request)
        #expect(step.stages.count == 1)
        let kernel = step.stages[0].kernel
        #expect(verify(kernel, batchCapacity: 1, count: 0...0).isEmpty)
        var operands = [Array(repeating: Float.nan, count: type.elementCount)] + values
        try KernelEvaluator(batch: 1).run(kernel, operands: &operands)
        return operands[0]
    }

    private func sums(_ loss: ClassLoss, _ logits: [Float], _ classes: [Float], _ target: Target) throws -> [Float] {
        try result(.classLoss(.crossEntropy(loss)), [Self.map, Self.classes], [logits, classes], target)
    }

    private func gradient(
        _ loss: ClassLoss, _ logits: [Float], _ classes: [Float], d: Float = 1, _ target: Target
    ) throws -> [Float] {
        try result(
            .classLoss(.crossEntropyGradient(loss)), [Self.map, Self.classes, .batched([2])],
            [logits, classes, [d, 0.5]], target)
    }

    /// Ignored positions and numbers that are no class may stand over anything, even NaN.
    @Test(
        arguments: [Setup.all[0].target, .x86v3, .x86v4],
        [ClassLoss(ignored: 1), ClassLoss(ignored: 255), ClassLoss(ignored: 1, weights: [2, 0.5, 2])])
    func whatDoesNotCountLeavesNoTrace(_ target: Target, _ loss: ClassLoss) throws {
        let stray: [Float] = [Float(loss.ignored ?? 0), 3, 1000, -1]
        let counting = [0, 4, 20, 34]
        let classes = (0..<35).map { counting.contains($0) ? Float($0 % 4 == 0 ? 0 : 2) : stray[$0 % 4] }
        let logits = (0..<105).map { counting.contains($0 % 35) ? Float(0) : [.nan, .infinity, -.infinity][$0 % 3] }
        let found = try sums(loss, logits, classes, target)
        let weight: Float = loss.weights.isEmpty ? 1 : 2
        #expect(found[1] == 4 * weight)
        #expect(abs(found[0] - 4 * weight * 1.0986123) < 1e-5)
        let slopes = try gradient(loss, logits, classes, target)
        for (index, slope) in slopes.enumerated() {
            let (channel, position) = (index / 35, index % 35)
            guard counting.contains(position) else {
                #expect(slope == 0)
                continue
            }
            let expected = weight * (1 / 3 - (Float(channel) == classes[position] ? 1 : 0))
            #expect(abs(slope - expected) < 1e-6)
        }
    }

    /// Differences of hundreds neither overflow nor lose the loss.
    @Test(arguments: [Setup.all[0].target, .x86v4])
    func largeLogits(_ target: Target) throws {
        let logits = (0..<105).map { Float($0 < 35 ? 300 : $0 < 70 ? -300 : 299) }
        let right = try sums(ClassLoss(), logits, Array(repeating: 0, count: 35), target)
        #expect(abs(right[0] - 35 * 0.31326168) < 1e-4 && right[1] == 35)
        let wrong = try sums(ClassLoss(), logits, Array(repeating: 1, count: 35), target)
        #expect(abs(wrong[0] - 35 * 600.31326) < 1e-2)
        let shares = try result(.softmax, [Self.map], [logits], target)
        #expect(shares[35..<70].allSatisfy { $0 == 0 })
        #expect(zip(shares[..<35], shares[70...]).allSatisfy { abs($0 + $1 - 1) < 1e-6 })
    }

    /// A diverged net must be noticed, so a NaN at a position that counts stays one.
    @Test func nanOfACountingPositionIsSeen() throws {
        var logits = Array(repeating: Float(0), count: 105)
        logits[40] = .nan
        let found = try sums(ClassLoss(), logits, Array(repeating: 0, count: 35), .x86v3)
        #expect(found[0].isNaN && found[1] == 35)
        #expect(try gradient(ClassLoss(), logits, Array(repeating: 0, count: 35), .x86v3)[5].isNaN)
    }

    /// Where no position counts, the mean is 0 and moves nothing.
    @Test func noPositionCounts() throws {
        #expect(try result(.classLoss(.ratio), [.batched([2])], [[0, 0]], .x86v3) == [0])
        #expect(try result(.classLoss(.ratioGradient), [.batched([2]), .scalar], [[0, 0], [1]], .x86v3) == [0, 0])
    }

    /// A map of several pieces is summed in two stages, whose memory has every piece of every sample.
    @Test func largeMapsAreSummedInTwoStages() throws {
        let classes = TensorType.classes([70, 70])
        let test = KernelCase("", .classLoss(.crossEntropy(ClassLoss())), [.batched([3, 70, 70]), classes])
        let step = lower(try KernelTrial(test, Setup(target: .x86v4, isSliced: false)).request)
        #expect(step.stages.map(\.kernel.tasksPerSample) == [4, 1])
        #expect(step.scratch == KernelTrial.capacity * 2 * 4)
    }
}
