import Base
import GraphIR

/// How one convolution, or one of its gradients, is computed: which algorithm it is, and what a program has to know of it.
/// Everything else is said by its `ConvolutionMethod` in `Kernels/Convolution`.
///
/// The cases stand in the order in which ties are broken; raw values are the names on the command line and in text forms.
public enum ConvolutionAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// Windows that tile the input, as products on blocked maps.
    case patch
    /// Blocks of input channels; few output channels, row-major.
    case narrowOutput = "narrow-output"
    /// Few input channels, row-major; blocks of output channels.
    case narrowInput = "narrow-input"
    /// Winograd's algorithm with output tiles of 4 × 4, on blocked maps.
    case winograd4
    /// The same with tiles of 2 × 2.
    case winograd2
    /// Sums over the taps of each channel on its own, on blocked maps.
    case depthwise
    /// Sums over taps and channels in registers, on blocked maps.
    case direct
    /// Unrolled windows times weights, on row-major maps: computes every convolution.
    case gemm

    /// As on the command line and in text forms: `winograd4`, `direct`.
    public var name: String { rawValue }

    /// Whether an element of a map leaves the registers finished, bias and epilogue included, and is stored once.
    public var storesOnce: Bool {
        switch self {
        case .patch, .narrowOutput, .narrowInput, .winograd4, .winograd2, .depthwise, .direct: true
        // The product is stored, and finished where it lies.
        case .gemm: false
        }
    }
}

/// The algorithm that has been chosen for a convolution, and why.
public struct AlgorithmChoice: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case costModel = "cost model"
        case forced
        case tuned
        /// It makes tiles of a picture cost least, what is computed twice at their edges included.
        case tiles
    }

    /// A candidate with the cost model's time, in milliseconds on one core.
    public struct Prediction: Hashable, Sendable {
        public var algorithm: ConvolutionAlgorithm
        public var milliseconds: Double
        /// What it multiplies: factors are rounded to this, sums are 32-bit floats.
        public var factors: ElementType

        public init(_ algorithm: ConvolutionAlgorithm, milliseconds: Double, factors: ElementType = .float32) {
            self.algorithm = algorithm
            self.milliseconds = milliseconds
            self.factors = factors
        }
    }

    public var algorithm: ConvolutionAlgorithm
    public var reason: Reason
    /// All candidates.
    public var predictions: [Prediction]

    public init(_ algorithm: ConvolutionAlgorithm, reason: Reason, predictions: [Prediction]) {
        self.algorithm = algorithm
        self.reason = reason
        self.predictions = predictions
    }

    /// The chosen algorithm's time by the cost model, in milliseconds on one core.
    public var predictedMilliseconds: Double? { prediction?.milliseconds }

    /// What it multiplies.
    public var factors: ElementType { prediction?.factors ?? .float32 }

    private var prediction: Prediction? { predictions.first { $0.algorithm == algorithm } }

    /// Another one of the candidates in its place; nil for an algorithm that is none.
    public func taking(_ algorithm: ConvolutionAlgorithm, reason: Reason) -> AlgorithmChoice? {
        guard predictions.contains(where: { $0.algorithm == algorithm }) else { return nil }
        return AlgorithmChoice(algorithm, reason: reason, predictions: predictions)
    }
}

extension Op {
    /// The geometry of a convolution or of one of its gradients.
    public var convGeometry: ConvGeometry? {
        switch self {
        case .conv(let g), .convTranspose(let g), .convDataGradient(let g), .convWeightGradient(let g): g
        default: nil
        }
    }
}
