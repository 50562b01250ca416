import GraphIR
import KernelIR
import TestSupport
import Testing

@testable import Kernels

/// Kernels of declared functions and losses, in floats, where random values do not get: PyTorch's numbers at extreme
/// arguments.
@Suite struct FormulaKernelTests {
    private static let targets: [Target] = [.x86v1, .x86v3, .x86v4]

    /// What the step makes of some samples.
    private func result(_ op: Op, _ types: [TensorType], _ values: [[Double]], batch: Int, _ target: Target) throws
        -> [Double]
    {
        let operand = { (name: String, type: TensorType) in
            Operand(name: name, type: type, sampleStride: type.isBatched ? type.elementCount : 0)
        }
        let type = try op.resultType(types)
        let request = KernelRequest(
            node: Node(op: op, inputs: [], type: type, name: "step", origin: Origin()), result: operand("step", type),
            inputs: types.enumerated().map { operand("in\($0)", $1) }, epilogueOperands: [], batchCapacity: batch,
            target: target)
        let kernel = lower(request).stages[0].kernel
        #expect(verify(kernel, batchCapacity: batch, count: 0...0).isEmpty)
        var operands =
            [Array(repeating: Float.nan, count: type.elementCount(batch: batch))] + values.map { $0.map(Float.init) }
        try KernelEvaluator(batch: batch).run(kernel, operands: &operands)
        return operands[0].map(Double.init)
    }

    @Test(arguments: try FormulaNumbers.all("functions"), targets)
    func functions(_ reference: FormulaNumbers, _ target: Target) throws {
        let function = Elementwise.named(reference.name, reference.constants)
        guard case .function(let gradient, let readsResult) = function.backward else {
            Issue.record("no gradient")
            return
        }
        let x = reference.numbers("x")
        let type = TensorType.batched([1, 1, x.count])
        let y = try result(.elementwise(function), [type], [x], batch: 1, target)
        let dx = try result(
            .elementwise(gradient), [type, type], [x.map { _ in 1 }, readsResult ? y : x], batch: 1, target)
        for index in x.indices {
            for (found, key) in [(y[index], "y"), (dx[index], "dx")] {
                let (expected, inFloats) = (reference.numbers(key)[index], reference.numbers(key + "32")[index])
                // What PyTorch overflows at on the way may be right here.
                if inFloats.isNaN || found == inFloats { continue }
                let place = "\(key) at \(x[index]): found \(found), expected \(expected)"
                #expect(abs(found - expected) <= 2e-6 * abs(expected) + 3e-7 * min(abs(x[index]), 20), "\(place)")
            }
        }
    }

    @Test(arguments: try FormulaNumbers.all("losses"), targets)
    func losses(_ reference: FormulaNumbers, _ target: Target) throws {
        let loss = SampleLoss.named(reference.name, reference.constants)
        let batch = reference.shape[0]
        let type = TensorType.batched(Array(reference.shape.dropFirst()))
        let (x, t, y) = (reference.numbers("x"), reference.numbers("t"), reference.numbers("y"))
        let found = try result(.sampleLoss(loss), [type, type], [x, t], batch: batch, target)
        let gradient = try result(
            .sampleLossGradient(loss), [type, type, .batched([])], [x, t, y.indices.map { Double($0 + 1) }],
            batch: batch, target)
        for (found, expected) in zip(found, y) { #expect(abs(found - expected) <= 2e-6 * max(1, abs(expected))) }
        let expected = reference.numbers("dx")
        let largest = expected.reduce(0) { max($0, abs($1)) }
        for (found, expected) in zip(gradient, expected) { #expect(abs(found - expected) <= 5e-6 * largest + 1e-7) }
    }
}
