/// The numbers behind the prelude's functions, shared by the C that is printed and the evaluator that imitates it.
///
/// The polynomials are those of Moshier's Cephes library for single precision, highest power first; those of `erf` are
/// Juffa's ("A faster and more accurate erff", 2018, public domain).
enum MathConstants {
    /// Arguments beyond these overflow to infinity or round to zero.
    static let expUpper: Float = 89
    static let expLower: Float = -105
    static let log2e: Float = 1.442695
    /// 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits.
    static let rounder: Float = 12_582_912
    /// ln 2 in two parts; the first has so few bits that its product with an exponent is exact.
    static let ln2High: Float = 0.693359375
    static let ln2Low: Float = -2.1219444e-4
    /// `(exp(r) - 1 - r) / r²` for |r| ≤ ln 2 / 2.
    static let exp: [Float] = [
        1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
    ]
    /// The bits of √½, from which a mantissa counts as belonging to the next power of two.
    static let rootHalfBits: UInt32 = 0x3f35_04f3
    /// `(log(1 + f) - f + f²/2) / f³` for √½ ≤ 1 + f < √2.
    static let log1p: [Float] = [
        7.0376836292e-2, -1.151461031e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
        2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ]
    /// Below this the polynomial, from here on the exponential function.
    static let tanhSwitch: Float = 0.625
    /// `(tanh(x) - x) / x³` in powers of x².
    static let tanh: [Float] = [
        -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
    ]
    /// Up to this the polynomial, above it the exponential function.
    static let erfSwitch: Float = 0.927734375
    /// `(erf(x) - x) / x` in powers of x².
    static let erf: [Float] = [
        -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1,
    ]
    /// `(log(1 - erf(x)) + x) / x` for x above the switch; the first two pairs are factors of x² and 1.
    static let erfTail: (square: [Float], one: [Float], rest: [Float]) = (
        square: [-1.72853470e-5, 3.83197126e-4], one: [-3.88396438e-3, 2.42546219e-2],
        rest: [-1.06777877e-1, -6.34846687e-1, -1.28717512e-1]
    )
}
