// Links the C mathematics library, where a fused multiply-add lives on processors without the instruction.
import Platform

/// The prelude's functions on one float, operation by operation: the evaluator's results are those of the printed C,
/// bit for bit, where the target has a fused multiply-add.
enum FloatMath {
    typealias Constants = MathConstants

    static func fusedMultiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float { c.addingProduct(a, b) }

    static func minimum(_ a: Float, _ b: Float) -> Float { a < b ? a : b }

    static func maximum(_ a: Float, _ b: Float) -> Float { a > b ? a : b }

    static func exponential(_ argument: Float) -> Float {
        let x = minimum(Constants.expUpper, maximum(Constants.expLower, argument))
        let shifted = fusedMultiplyAdd(x, Constants.log2e, Constants.rounder)
        let n = shifted - Constants.rounder
        let high = fusedMultiplyAdd(n, -Constants.ln2High, x)
        let r = fusedMultiplyAdd(n, -Constants.ln2Low, high)
        let y = fusedMultiplyAdd(polynomial(Constants.exp, r), r * r, r) + 1
        return scale(y, Int32(bitPattern: shifted.bitPattern &- Constants.rounder.bitPattern))
    }

    static func exponentialMinusOne(_ argument: Float) -> Float {
        let x = minimum(Constants.expUpper, maximum(Constants.expLower, argument))
        let shifted = fusedMultiplyAdd(x, Constants.log2e, Constants.rounder)
        let n = shifted - Constants.rounder
        let high = fusedMultiplyAdd(n, -Constants.ln2High, x)
        let r = fusedMultiplyAdd(n, -Constants.ln2Low, high)
        let y = fusedMultiplyAdd(polynomial(Constants.exp, r), r * r, r)
        let k = Int32(bitPattern: shifted.bitPattern &- Constants.rounder.bitPattern)
        return scale(y, k) + (scale(1, k) - 1)
    }

    static func logarithmOnePlus(_ x: Float) -> Float {
        let k = Int32(bitPattern: (x + 1).bitPattern &- Constants.rootHalfBits) >> 23
        let f = scale(x, 0 &- k) + (scale(1, 0 &- k) - 1)
        let result = logarithm(k, f)
        return x == .infinity ? x : result
    }

    static func logarithm(_ x: Float) -> Float {
        let k = Int32(bitPattern: x.bitPattern &- Constants.rootHalfBits) >> 23
        let result = logarithm(k, scale(x, 0 &- k) - 1)
        let positive = x == .infinity ? x : result
        return x > 0 ? positive : (x == 0 ? -.infinity : .nan)
    }

    /// `log(2^k (1 + f))`
    private static func logarithm(_ k: Int32, _ f: Float) -> Float {
        let square = f * f
        let cubic = square * (polynomial(Constants.log1p, f) * f)
        let low = fusedMultiplyAdd(Float(k), Constants.ln2Low, cubic)
        let tail = fusedMultiplyAdd(square, -0.5, low)
        return fusedMultiplyAdd(Float(k), Constants.ln2High, f + tail)
    }

    static func errorFunction(_ x: Float) -> Float {
        let (size, square) = (x.magnitude, x * x)
        let small = fusedMultiplyAdd(polynomial(Constants.erf, square), x, x)
        let tail = Constants.erfTail
        let front = fusedMultiplyAdd(polynomial(tail.square, size), square, polynomial(tail.one, size))
        let exponent = polynomial([front] + tail.rest, size)
        let large = 1 - exponential(fusedMultiplyAdd(exponent, size, -size))
        let signed = Float(bitPattern: large.bitPattern | x.bitPattern & 0x8000_0000)
        return Constants.erfSwitch < size ? signed : small
    }

    static func hyperbolicTangent(_ x: Float) -> Float {
        let square = x * x
        let small = fusedMultiplyAdd(polynomial(Constants.tanh, square) * square, x, x)
        let large = 1 - 2 / (exponential(x.magnitude + x.magnitude) + 1)
        let signed = Float(bitPattern: large.bitPattern | x.bitPattern & 0x8000_0000)
        return x.magnitude < Constants.tanhSwitch ? small : signed
    }

    /// Halves are added to halves until one element is left.
    static func horizontalSum(_ elements: [Float]) -> Float {
        var sums = elements
        while sums.count > 1 {
            let half = sums.count / 2
            sums = (0..<half).map { sums[$0] + sums[$0 + half] }
        }
        return sums.first ?? 0
    }

    private static func polynomial(_ coefficients: [Float], _ x: Float) -> Float {
        coefficients.dropFirst().reduce(coefficients[0]) { fusedMultiplyAdd($0, x, $1) }
    }

    /// `x · 2^k` in two steps, since the factor alone may leave the range of floats.
    private static func scale(_ x: Float, _ k: Int32) -> Float {
        let half = k >> 1
        return x * powerOfTwo(half) * powerOfTwo(k &- half)
    }

    private static func powerOfTwo(_ k: Int32) -> Float { Float(bitPattern: UInt32(bitPattern: k &+ 127) << 23) }
}
