import Programs

/// Which algorithm computes convolutions: the cheapest for each, or one for all that it can compute.
public enum ConvolutionChoice: String, Hashable, Sendable, CaseIterable {
    case auto
    /// Winograd's F(4 × 4, 3 × 3) wherever it applies.
    case winograd4
    /// Winograd's F(2 × 2, 3 × 3) wherever it applies.
    case winograd2
    /// The convolution as it is defined, in registers, on blocked maps, wherever it applies.
    case direct
    /// Products of unrolled windows, on row-major maps.
    case gemm

    /// The algorithm that is forced.
    var algorithm: ConvolutionAlgorithm? { ConvolutionAlgorithm(rawValue: rawValue) }
}
