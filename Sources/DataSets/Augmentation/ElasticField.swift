import Base

/// A random smooth displacement: vectors on a grid of 3 by 3 places with a bicubic surface through them (Ronneberger,
/// Fischer, Brox: U-Net, 2015, section 3.1).
struct ElasticField: Hashable, Sendable {
    /// Of the corners, the middles of the sides and the middle, row by row, in pixels.
    var x: [Float]
    var y: [Float]

    static let side = 3

    /// Vectors with the given standard deviations.
    init(_ random: inout SplitMix64, deviationX: Double, deviationY: Double) {
        x = []
        y = []
        for _ in 0..<Self.side * Self.side {
            x.append(Float(Self.normal(&random) * deviationX))
            y.append(Float(Self.normal(&random) * deviationY))
        }
    }

    /// How far it moves anything at most, in either direction: the weights of a line sum to less than 5/4 without their
    /// signs.
    var reach: (x: Double, y: Double) {
        func largest(_ vectors: [Float]) -> Double { Double(vectors.map { abs($0) }.max() ?? 0) * 25 / 16 }
        return (largest(x), largest(y))
    }

    /// The sum of twelve even numbers, less its mean: close to normal, with a deviation of 1, and exact on every machine.
    private static func normal(_ random: inout SplitMix64) -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }
    }

    /// What each of the three vectors of a line weighs at a place from 0 to 1 (the cubic convolution of Keys with
    /// a = -1/2, the outer vectors repeated beyond the edge).
    static func weights(at place: Double) -> (Float, Float, Float) {
        let position = place * Double(side - 1)
        let cell = position < 1 ? 0.0 : 1.0
        let t = position - cell
        let taps = (
            ((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1, ((-1.5 * t + 2) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t
        )
        return cell == 0
            ? (Float(taps.0 + taps.1), Float(taps.2), Float(taps.3))
            : (Float(taps.0), Float(taps.1), Float(taps.2 + taps.3))
    }
}
