import Base
import KernelIR
import TestSupport
import Testing

@testable import Kernels

@Suite struct OptimizerTests {
    static let lengths = [1, 5, 16, 17, 100, 16_384, 16_390]
    static let targets: [Target] = [.x86v1, .aarch64, .x86v3, .x86v4]

    private func kernel(_ name: String, _ target: Target, largest: Int) throws -> OptimizerKernel {
        try #require(optimizerKernels(target: target, largest: largest).first { $0.name == name })
    }

    @Test(arguments: targets, ["adam", "adamw", "sgd"])
    func kernelsStayInTheirBuffers(_ target: Target, _ name: String) throws {
        for largest in Self.lengths + [40_000] {
            let kernel = try kernel(name, target, largest: largest)
            #expect(verify(kernel.kernel, batchCapacity: 1, count: 1...largest) == [], "\(largest) elements")
        }
    }

    /// Values of one parameter, its gradients and its state, as a kernel sees them: padded to whole cache lines.
    private struct State {
        var parameter: [Double]
        var moments: [[Double]]

        init(_ count: Int, moments: Int, _ random: inout SplitMix64) {
            parameter = random.spread(count).map { Double(Float($0)) }
            self.moments = Array(repeating: Array(repeating: 0, count: count), count: moments)
        }

        func operands(gradient: [Double], padded: Int) -> [[Float]] {
            ([parameter, gradient] + moments).map { values in
                values.map(Float.init) + Array(repeating: 0, count: padded - values.count)
            }
        }
    }

    private struct Settings {
        var rate = 0.01
        var beta1 = 0.9
        var beta2 = 0.99
        var epsilon = 1e-6
        var decay = 0.05
        /// As clipping makes it.
        var scale = 0.75

        func scalars(step: Int) -> [RuntimeScalar: Float] {
            [
                .learningRate: Float(rate), .beta1: Float(beta1), .beta2: Float(beta2), .epsilon: Float(epsilon),
                .weightDecay: Float(decay), .correction1: Float(1 - power(beta1, step)),
                .correction2: Float(1 - power(beta2, step)), .gradientScale: Float(scale),
            ]
        }

        func power(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1) { value, _ in value * base } }

        /// PyTorch's Adam, and its AdamW.
        func adam(_ state: inout State, _ gradient: [Double], step: Int, isDecoupled: Bool) {
            for i in gradient.indices {
                let g = scale * gradient[i] + (isDecoupled ? 0 : decay * state.parameter[i])
                if isDecoupled { state.parameter[i] -= rate * decay * state.parameter[i] }
                state.moments[0][i] = beta1 * state.moments[0][i] + (1 - beta1) * g
                state.moments[1][i] = beta2 * state.moments[1][i] + (1 - beta2) * g * g
                let m = state.moments[0][i] / (1 - power(beta1, step))
                let v = state.moments[1][i] / (1 - power(beta2, step))
                state.parameter[i] -= rate * m / (v.squareRoot() + epsilon)
            }
        }

        /// PyTorch's SGD; `beta1` is the momentum.
        func sgd(_ state: inout State, _ gradient: [Double]) {
            for i in gradient.indices {
                let g = scale * gradient[i] + decay * state.parameter[i]
                state.moments[0][i] = beta1 * state.moments[0][i] + g
                state.parameter[i] -= rate * state.moments[0][i]
            }
        }
    }

    @Test(arguments: lengths, ["adam", "adamw", "sgd"])
    func severalStepsFollowTheFormulas(_ count: Int, _ name: String) throws {
        for target in count > 1000 ? [Target.x86v4] : Self.targets {
            let optimizer = try kernel(name, target, largest: count)
            let padded = (count + 15) / 16 * 16
            #expect(optimizer.kernel.buffers.allSatisfy { $0.extent == padded })
            var random = SplitMix64(seed: UInt64(count))
            var expected = State(count, moments: optimizer.moments, &random)
            var operands = expected.operands(gradient: expected.parameter, padded: padded)
            let settings = Settings()
            for step in 1...(count > 1000 ? 2 : 5) {
                let gradient = random.spread(count).map { Double(Float($0)) }
                operands[1].replaceSubrange(0..<count, with: gradient.map(Float.init))
                let evaluator = KernelEvaluator(batch: 1, count: count, scalars: settings.scalars(step: step))
                try evaluator.run(optimizer.kernel, operands: &operands)
                if name != "sgd" {
                    settings.adam(&expected, gradient, step: step, isDecoupled: name == "adamw")
                } else {
                    settings.sgd(&expected, gradient)
                }
            }
            let problems = zip([expected.parameter] + expected.moments, [0, 2, 3]).compactMap { values, operand in
                let largest = values.reduce(0) { max($0, abs($1)) }
                let error = zip(values, operands[operand]).reduce(0) { max($0, abs($1.0 - Double($1.1))) }
                return error <= 2e-6 * largest ? nil : "operand \(operand): error \(error) of \(largest)"
            }
            #expect(problems == [], "\(target.name)")
        }
    }

    /// A parameter that is smaller than the largest one is updated alone.
    @Test(arguments: ["adam", "adamw", "sgd"])
    func nothingBehindTheParameterChanges(_ name: String) throws {
        let optimizer = try kernel(name, .x86v4, largest: 40_000)
        let extent = optimizer.kernel.buffers[0].extent
        var operands = Array(repeating: [Float](repeating: 1, count: extent), count: 2 + optimizer.moments)
        let scalars = Settings().scalars(step: 1)
        try KernelEvaluator(batch: 1, count: 20, scalars: scalars).run(optimizer.kernel, operands: &operands)
        #expect(operands[0].prefix(20).allSatisfy { $0 != 1 })
        #expect(operands[0].dropFirst(32).allSatisfy { $0 == 1 })
    }

    @Test(arguments: targets, lengths)
    func sumsAndAveragesFollowTheirFormulas(_ target: Target, _ count: Int) throws {
        guard count <= 1000 || target.vectorWidth > 8 else { return }
        let kernels = TrainingKernels(target: target, largest: count)
        for kernel in kernels.all { #expect(verify(kernel, batchCapacity: 1, count: 1...count) == []) }
        let padded = (count + 15) / 16 * 16
        var random = SplitMix64(seed: UInt64(count))
        let values = (0..<3).map { _ in random.spread(padded).map { Float($0) } }
        // What is there before the first batch does not count, be it no number.
        var sum = [[Float](repeating: .nan, count: padded), values[0]]
        try evaluate(kernels.accumulate, count, [.gradientWeight: 0.25, .gradientKeep: 0], &sum)
        sum[1] = values[1]
        try evaluate(kernels.accumulate, count, [.gradientWeight: 0.75, .gradientKeep: 1], &sum)
        var average = [values[2], values[0]]
        try evaluate(kernels.average, count, [.averageWeight: 0.125], &average)
        for i in 0..<count {
            let expected = 0.25 * Double(values[0][i]) + 0.75 * Double(values[1][i])
            #expect(abs(expected - Double(sum[0][i])) <= 1e-6)
            let moved = 0.875 * Double(values[2][i]) + 0.125 * Double(values[0][i])
            #expect(abs(moved - Double(average[0][i])) <= 1e-6)
        }
    }

    private func evaluate(
        _ kernel: Kernel, _ count: Int, _ scalars: [RuntimeScalar: Float], _ operands: inout [[Float]]
    ) throws {
        try KernelEvaluator(batch: 1, count: count, scalars: scalars).run(kernel, operands: &operands)
    }
}
