import Base
import GraphIR
import Interpreter

/// How far computations in floats may be from exact ones.
///
/// A sum of products in floats is off by a sum of rounding errors, each at most `unit` times the partial sum it was made
/// at. As a worst case that grows with the number of terms. But rounding errors are as good as independent and of mean
/// zero, so that it grows with the square root, beyond which lies next to nothing (Higham and Mary, "A New Approach to
/// Probabilistic Rounding Error Analysis", 2019, theorem 2.4); and so do the partial sums themselves, where terms are
/// random and of mean zero (the same, "Sharper Probabilistic Backward Error Analysis for Basic Linear Algebra Kernels with
/// Random Data", 2020). Hence random operands from -1 to 1, and `confidence · unit · √count · √(sum of squares)`.
enum Rounding {
    /// Of floats, to nearest.
    static let unit = 0x1p-24
    /// Standard deviations: chance reaches that far once in 10⁹.
    static let confidence = 6.0
    /// Below it floats are not normal, and kernels flush them to zero.
    static let smallest = 0x1p-125
    /// Roundings of what is done to a term besides adding it.
    private static let extra = 32.0

    /// Of a sum of terms of both signs.
    static func ofSum(count: Int, squares: Double) -> Double {
        confidence * unit * ((Double(count) + extra) * squares).squareRoot() + smallest
    }

    /// Of a sum of products of both signs, whose factors are rounded: as roundings of each product that are not added up by
    /// magnitude either. Each is at most the type's unit and spread evenly, so that its square is a third of the unit's in the
    /// mean, and that of a product's two twice as much.
    static func ofProducts(count: Int, squares: Double, factors: ElementType) -> Double {
        let sum = ofSum(count: count, squares: squares)
        return factors == .float32 ? sum : sum + confidence * factors.roundingUnit * (2.0 / 3 * squares).squareRoot()
    }

    /// Of a sum of terms of which nothing is known but the sum of their magnitudes.
    static func ofSum(count: Int, magnitude: Double) -> Double {
        confidence * unit * (Double(count) + extra).squareRoot() * magnitude + smallest
    }

    /// Of a formula of a few operations, whose terms have that magnitude together.
    static func ofFormula(_ magnitude: Double) -> Double { 8 * unit * abs(magnitude) + smallest }
}
