/// How the places of a map lie on another one of any size, and what of the other's values they are made of.
///
/// Places are told by whole numbers, so that where a value is taken from does not depend on roundings. PyTorch computes with
/// floats, and takes the value before where an exact place is rounded down, at scales such as 41.
public enum Interpolation: String, Hashable, Sendable, CaseIterable {
    /// The value at `⌊i · n / m⌋`: PyTorch's `nearest`.
    case nearest
    /// The value nearest to the middle of the place, the later one of two: PyTorch's `nearest-exact`.
    case nearestExact = "nearest_exact"
    /// The same, the earlier one of two: what ONNX does by itself (`half_pixel`, `round_prefer_floor`).
    case nearestEarlier = "nearest_earlier"
    /// Between the four nearest values, weighed by distance, the borders of both maps on each other; beyond the outermost
    /// values their own.
    case bilinear
    /// The same, corners of both maps on each other (PyTorch's `align_corners`).
    case bilinearCorners = "bilinear_corners"
    /// The same, `i · n / m` (ONNX's `asymmetric`).
    case bilinearAsymmetric = "bilinear_asymmetric"

    /// Whether values are weighed; else one is taken.
    public var isLinear: Bool {
        switch self {
        case .nearest, .nearestExact, .nearestEarlier: false
        case .bilinear, .bilinearCorners, .bilinearAsymmetric: true
        }
    }

    /// Whether a place only depends on the ratio of both sizes.
    public var dependsOnRatioAlone: Bool { self != .bilinearCorners }
}

extension Resampling {
    /// `max(0, factor · i + offset) / divisor`: where place `i` of the output lies on the input, along one axis, as a
    /// fraction that integers can compute exactly. Where values are not weighed, its whole part counts.
    public struct Position: Hashable, Sendable {
        public var factor: Int
        public var offset: Int
        public var divisor: Int

        /// For `input` values that become `output` ones.
        public init(_ interpolation: Interpolation, input: Int, output: Int) {
            let common = greatestCommonDivisor(input, output)
            let (n, m) = (input / common, output / common)
            switch interpolation {
            case .nearest, .bilinearAsymmetric: (factor, offset, divisor) = (n, 0, m)
            // ⌊(i + ½) · n / m⌋, and ⌈(i + ½) · n / m⌉ − 1
            case .nearestExact: (factor, offset, divisor) = (2 * n, n, 2 * m)
            case .nearestEarlier: (factor, offset, divisor) = (2 * n, n - 1, 2 * m)
            // (i + ½) · n / m − ½
            case .bilinear: (factor, offset, divisor) = (2 * n, n - m, 2 * m)
            case .bilinearCorners:
                let divisor = max(1, output - 1)
                let common = greatestCommonDivisor(divisor, input - 1)
                (factor, offset, self.divisor) = ((input - 1) / common, 0, divisor / common)
            }
        }
    }

    /// How values are found where that goes by their position; nil for other rules.
    public var interpolation: Interpolation? {
        switch rule {
        case .nearest: .nearest
        case .bilinear(_, let alignsCorners): alignsCorners ? .bilinearCorners : .bilinear
        case .resize(let interpolation, _): interpolation
        case .averagePool, .bedOfNails, .shift: nil
        }
    }

    /// The positions along rows and columns of an interpolation; nil for other rules.
    public var positions: (vertical: Position, horizontal: Position)? {
        interpolation.map {
            (
                Position($0, input: input.height, output: output.height),
                Position($0, input: input.width, output: output.width)
            )
        }
    }
}
