extension WinogradMatrices {
    /// By how much rounding errors of the outputs, along one axis, exceed those of the plain sum at the worst place of a
    /// tile, for data and taps that are random, independent and of mean zero.
    ///
    /// The product at point ξ has the variance `‖G_ξ‖² ‖Bᵀ_ξ‖²` (rows, of unit data). Its rounding error is proportional to
    /// its size and enters output i times `Aᵀ_iξ`; the plain sum has the variance of its taps. For the largest possible
    /// errors instead of the likely ones see Barabasz, Anderson, Soodhalter and Gregg, "Error Analysis and Improving the
    /// Accuracy of Winograd Convolution for Deep Neural Networks", 2020.
    var outputErrorGrowth: Double {
        Self.growth(terms: taps, results: outputs, points: points) { result, point in
            squares(outputTransform[result][point]) * squares(filterTransform[point]) * squares(inputTransform[point])
        }
    }

    /// The same of the gradient of the taps, `Gᵀ [(A dy) ⊙ (Bᵀ d)]`, of which each tile adds `outputs` products.
    var tapErrorGrowth: Double {
        Self.growth(terms: outputs, results: taps, points: points) { result, point in
            squares(filterTransform[point][result]) * squares(outputTransform.map { $0[point] })
                * squares(inputTransform[point])
        }
    }

    private static func growth(
        terms: Int, results: Int, points: Int, _ variance: (_ result: Int, _ point: Int) -> Double
    ) -> Double {
        let largest = (0..<results).map { result in (0..<points).reduce(0) { $0 + variance(result, $1) } }.max() ?? 0
        return (largest / Double(terms)).squareRoot()
    }

    private func squares(_ values: Rational...) -> Double { squares(values) }
    private func squares(_ values: [Rational]) -> Double { values.reduce(0) { $0 + $1.value * $1.value } }
}
