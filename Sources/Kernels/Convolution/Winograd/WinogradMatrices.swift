/// The matrices of Winograd's minimal filtering F(m, r): `m` outputs of a filter of `r` taps from `m + r − 1` products,
/// `y = Aᵀ [(G g) ⊙ (Bᵀ d)]`.
///
/// Built from the points at which the polynomials are evaluated, and infinity, by transposing Toom and Cook's product
/// (Winograd, "Arithmetic Complexity of Computations", 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural
/// Networks", 2016, section 4; Blahut, "Fast Algorithms for Signal Processing", chapter 5).
struct WinogradMatrices {
    /// Outputs of one tile and taps, along one axis.
    let outputs: Int
    let taps: Int
    /// `outputs × points`
    let outputTransform: [[Rational]]
    /// `points × taps`
    let filterTransform: [[Rational]]
    /// `points × points`
    let inputTransform: [[Rational]]

    /// Products of one tile, along one axis.
    var points: Int { outputs + taps - 1 }

    /// The finite points for `count + 1` products: near zero and apart from each other, so that rounding errors stay small.
    ///
    /// Four of them beside 0, as F(4, 3) has, are best at ±5/7 and ±7/5, of all that are near 1 (`outputErrorGrowth`).
    /// ±11/16 and ±3/2 are 4 % worse, and their powers are floats.
    private static func finitePoints(_ count: Int) -> [Rational] {
        let small: [Rational] = [
            0, 1, -1, 2, -2, Rational(1, 2), Rational(-1, 2), 4, -4, Rational(1, 4), Rational(-1, 4),
        ]
        let (low, high) = (Rational(11, 16), Rational(3, 2))
        return count == 5 ? [0, low, -low, high, -high] : Array(small.prefix(count))
    }

    /// The matrices of F(outputs, taps).
    init(outputs: Int, taps: Int) {
        self.outputs = outputs
        self.taps = taps
        let finite = Self.finitePoints(outputs + taps - 2)
        let scales = finite.map { point in
            finite.filter { $0 != point }.reduce(Rational(1)) { $0 * (point - $1) }
        }
        func powers(_ point: Rational, _ count: Int) -> [Rational] {
            (0..<count).reduce(into: []) { result, _ in result.append(result.last.map { $0 * point } ?? 1) }
        }
        let infinity = { (count: Int) in Array(repeating: Rational(0), count: count - 1) + [1] }
        let evaluations = finite.map { powers($0, outputs) } + [infinity(outputs)]
        outputTransform = (0..<outputs).map { row in evaluations.map { $0[row] } }
        filterTransform =
            zip(finite, scales).map { point, scale in powers(point, taps).map { $0 / scale } } + [infinity(taps)]
        let products = finite.map { point in Self.product(of: finite.filter { $0 != point }) + [0] }
        inputTransform = products + [Self.product(of: finite)]
    }

    /// Coefficients of `∏ (x − point)`, lowest first.
    private static func product(of points: [Rational]) -> [Rational] {
        points.reduce([1]) { polynomial, point in
            let shifted = [Rational(0)] + polynomial
            let scaled = polynomial.map { $0 * point } + [0]
            return zip(shifted, scaled).map { $0 - $1 }
        }
    }
}

/// Rows become columns.
func transposed(_ matrix: [[Rational]]) -> [[Rational]] {
    guard let first = matrix.first else { return [] }
    return first.indices.map { column in matrix.map { $0[column] } }
}
