import Base

/// How parameters start: a pure function of name, seed and place, so that threads, order and machine do not matter.
public enum InitialValueRule: String, Hashable, Sendable, CaseIterable {
    /// Uniform of variance 2 / fan-in for weights, zero for biases.
    case he
    /// Uniform in ±1/√fan-in for weights and biases, as PyTorch's layers start.
    case pytorch

    /// The initial values of one parameter, row-major in PyTorch's layout. Normalisations start at factor 1, summand 0,
    /// mean 0 and variance 1 under either rule.
    public func values(
        name: String, kind: ParameterKind, fanIn: Int, count: Int, seed: UInt64
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            fill(buffer, name: name, kind: kind, fanIn: fanIn, seed: seed)
            filled = count
        }
    }

    /// As `values`, where they are to be: a copy of a large parameter is memory that a small machine may not have.
    func fill(
        _ buffer: UnsafeMutableBufferPointer<Float>, name: String, kind: ParameterKind, fanIn: Int, seed: UInt64
    ) {
        if kind == .scale || kind == .runningVariance { return buffer.initialize(repeating: 1) }
        let scale = self.scale(kind: kind, fanIn: fanIn)
        guard scale != 0 else { return buffer.initialize(repeating: 0) }
        let start = FNV1a.hash(name) &+ seed &* 0xD134_2543_DE82_EF95
        for index in buffer.indices {
            let z = SplitMix64.mix(start &+ UInt64(index + 1) &* SplitMix64.increment)
            let u = Double(z >> 40) / 16_777_216
            buffer.initializeElement(at: index, to: Float(signed(u, scale)))
        }
    }

    /// PyTorch's rule divides by √fan-in: a product with its reciprocal could round otherwise.
    private func signed(_ u: Double, _ scale: Double) -> Double {
        switch self {
        case .he: (2 * u - 1) * scale
        case .pytorch: (2 * u - 1) / scale
        }
    }

    /// The factor (he) or divisor (pytorch) of a number in -1 ..< 1; 0 when all values are zero.
    private func scale(kind: ParameterKind, fanIn: Int) -> Double {
        let fanIn = Double(max(fanIn, 1))
        switch (self, kind) {
        case (_, .other), (_, .scale), (_, .shift), (_, .runningMean), (_, .runningVariance), (.he, .bias): return 0
        case (.he, .weight): return (6 / fanIn).squareRoot()
        case (.pytorch, .weight), (.pytorch, .bias): return fanIn.squareRoot()
        }
    }
}
