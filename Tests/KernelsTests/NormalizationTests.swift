import Base
import GraphIR
import KernelIR
import TestSupport
import Testing

@testable import Kernels

extension KernelCase {
    private static func normalization(_ shape: [Int], _ groups: NormalizationGroups) -> [KernelCase] {
        let (x, row) = (TensorType.batched(shape), TensorType.fixed([shape[0]]))
        let moments: TensorType =
            groups == .batch ? .fixed([2, shape[0]]) : .batched([2, groups.count(channels: shape[0])])
        let sums: TensorType = groups == .batch ? .fixed([2, shape[0]]) : .batched([2, shape[0]])
        let epsilon = 1.5
        let text = "\(shape) by \(groups)"
        return [
            KernelCase(text, .normalization(.moments(groups)), [x]),
            KernelCase(
                text, .normalization(.normalize(groups, epsilon: epsilon)), [x, moments, row, row], then: [.relu]),
            KernelCase(text, .normalization(.sums(groups, epsilon: epsilon)), [x, x, moments]),
            KernelCase(
                text, .normalization(.gradient(groups, epsilon: epsilon)), [x, x, moments, row, sums],
                then: [.add, .reluGradient]),
            KernelCase(text, .normalization(.row(1)), [sums]),
            KernelCase(
                text + ", bare", .normalization(.normalize(groups, epsilon: epsilon)), [x, moments], then: [.relu]),
            KernelCase(
                text + ", bare", .normalization(.gradient(groups, epsilon: epsilon)), [x, x, moments, sums],
                then: [.add, .reluGradient]),
        ]
    }

    private static func layerNormalization(_ shape: [Int]) -> [KernelCase] {
        let (x, row) = (TensorType.batched(shape), TensorType.fixed([shape[0]]))
        let moments = TensorType.batched([2] + shape.dropFirst())
        let text = "\(shape)"
        return [
            KernelCase(text, .layerNormalization(.moments(epsilon: 1.5)), [x]),
            KernelCase(text, .layerNormalization(.normalize), [x, moments, row, row], then: [.relu, .add]),
            KernelCase(text, .layerNormalization(.sums), [x, x, moments]),
            KernelCase(text, .layerNormalization(.gradient), [x, x, moments, row], then: [.add]),
        ]
    }

    /// Of each position's channels.
    static let layerNormalizations: [KernelCase] =
        [[1, 1, 1], [3, 5, 7], [17, 3, 19], [5, 70, 33], [16, 5, 7], [48, 3, 17], [32, 1, 1]]
        .flatMap(layerNormalization)

    /// Row-major and blocked maps, groups that end within a block, several pieces.
    static let normalizations: [KernelCase] =
        [
            normalization([1, 1, 1], .batch), normalization([3, 5, 7], .batch), normalization([17, 13, 3], .batch),
            normalization([6, 5, 3], .channels(3)), normalization([1, 3, 5], .channels(1)),
            normalization([2, 70, 70], .batch), normalization([5, 9, 4], .channels(5)),
        ].flatMap { $0 }

    static let blockedNormalizations: [KernelCase] =
        [
            normalization([16, 5, 7], .batch), normalization([48, 13, 11], .batch),
            normalization([32, 3, 4], .channels(8)), normalization([48, 13, 11], .channels(3)),
            normalization([16, 2, 3], .channels(1)),
        ].flatMap { $0 }

    static let runningMoments: [KernelCase] = [1, 5, 33].flatMap { channels -> [KernelCase] in
        let (row, moments) = (TensorType.fixed([channels]), TensorType.fixed([2, channels]))
        let weight = TensorType.fixed([channels, 3, 3, 2])
        let transposed = TensorType.fixed([3, channels, 2, 2])
        return [
            KernelCase("\(channels)", .normalization(.runningMoments), [row, row]),
            KernelCase("\(channels)", .normalization(.foldedWeight(axis: 0, epsilon: 1.5)), [weight, moments, row]),
            KernelCase(
                "\(channels)", .normalization(.foldedWeight(axis: 1, epsilon: 1.5)), [transposed, moments, row]),
            KernelCase("\(channels)", .normalization(.foldedBias(epsilon: 1.5)), [moments, row, row]),
            KernelCase("\(channels) bias", .normalization(.foldedBias(epsilon: 1.5)), [moments, row, row, row]),
        ]
    }
}

@Suite struct NormalizationTests {
    @Test(arguments: KernelCase.normalizations, Setup.all)
    func normalizations(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: KernelCase.blockedNormalizations, Setup.blocked)
    func blockedNormalizations(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: KernelCase.layerNormalizations, Setup.all + Setup.blocked)
    func layerNormalizations(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    @Test(arguments: KernelCase.runningMoments, Setup.all)
    func runningMoments(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }

    /// A mean a thousand times the deviation costs no digits of the variance.
    @Test(arguments: Setup.all)
    func momentsOfALargeMean(_ setup: Setup) throws {
        let type = TensorType.batched([16, 40, 40])
        let test = KernelCase("large mean", .normalization(.moments(.batch)), [type])
        let request = try KernelTrial(test, Setup(target: setup.target, isSliced: false)).request
        let step = lower(request)
        var random = SplitMix64(seed: 7)
        let values = random.spread(2 * type.elementCount).map { Float(1000 + $0) }
        let capacity = [Float](repeating: .nan, count: request.inputs[0].extent(batch: 3) - values.count)
        var buffers = [[Float](repeating: .nan, count: step.scratch), values + capacity]
        try KernelEvaluator(batch: 2).run(step.stages[0].kernel, operands: &buffers)
        buffers = [[Float](repeating: .nan, count: 32), buffers[0]]
        try KernelEvaluator(batch: 2).run(step.stages[1].kernel, operands: &buffers)
        for channel in 0..<16 {
            let own = values.enumerated().filter { $0.offset / 1600 % 16 == channel }.map { Double($0.element) }
            let mean = own.reduce(0, +) / Double(own.count)
            let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count)
            #expect(abs(Double(buffers[0][channel]) - mean) < 2e-4)
            #expect(abs(Double(buffers[0][16 + channel]) / variance - 1) < 1e-4)
        }
    }

    /// `0.9 · running + 0.1 · moment`, the variance as that of a sample.
    @Test(arguments: Setup.all, [0, 1])
    func runningMomentsMove(_ setup: Setup, _ row: Int) throws {
        let channels = 19
        let type = TensorType.fixed([channels])
        let op = NormalizationOp.updateRunning(row: row, momentum: 0.1, area: 6)
        let operand = { (name: String, type: TensorType) in Operand(name: name, type: type, sampleStride: 0) }
        let request = KernelRequest(
            node: Node(op: .normalization(op), type: .fixed([0]), name: "update"), result: operand("none", .fixed([0])),
            inputs: [operand("running", type), operand("moments", .fixed([2, channels]))], epilogueOperands: [],
            batchCapacity: 3, target: setup.target)
        let kernel = lower(request).stages[0].kernel
        #expect(verify(kernel, batchCapacity: 3, count: 0...0).isEmpty)
        let running = (0..<channels).map { Float($0) }
        let moments = (0..<2 * channels).map { 100 + Float($0) }
        var buffers = [running, moments]
        try KernelEvaluator(batch: 2).run(kernel, operands: &buffers)
        for channel in 0..<channels {
            let moment = moments[row * channels + channel] * (row == 1 ? 12 / 11 : 1)
            #expect(abs(buffers[0][channel] - (0.9 * running[channel] + 0.1 * moment)) < 1e-4)
        }
    }
}
