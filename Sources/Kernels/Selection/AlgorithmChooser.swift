import Base
import GraphIR
import Programs

/// Chooses how convolutions are computed: by the cost model, as forced, or as has been measured.
///
/// A class, so that it asks the cost model once for each shape, however many plans have it.
public final class AlgorithmChooser {
    public let target: Target
    /// Samples of a call, and whether weights that have been prepared once serve many calls.
    public let batch: Int
    public let isInference: Bool
    private let precision: ElementType
    private let forced: ConvolutionAlgorithm?
    private let avoidsBLAS: Bool
    private let winners: [String: ConvolutionAlgorithm]
    private var known: [Op: AlgorithmChoice] = [:]

    /// - Parameters:
    ///   - precision: what convolutions multiply where their algorithms can.
    ///   - choice: the algorithm that is forced wherever it is a candidate.
    ///   - avoidsBLAS: whether no convolution is computed by OpenBLAS that anything else can compute.
    ///   - winners: measured winners by `Op.tuningKey`; those that are no candidates are left out.
    public init(
        target: Target, batch: Int, isInference: Bool, precision: ElementType = .float32,
        choice: ConvolutionChoice = .auto, avoidsBLAS: Bool = false,
        winners: [String: ConvolutionAlgorithm] = [:]
    ) {
        self.target = target
        self.batch = batch
        self.isInference = isInference
        self.precision = precision
        forced = choice.algorithm
        self.avoidsBLAS = avoidsBLAS
        self.winners = winners
    }

    /// How an operator is computed; nil for those that are no convolutions.
    public func choice(for op: Op) -> AlgorithmChoice? {
        guard op.convGeometry != nil else { return nil }
        if let choice = known[op] { return choice }
        let choice = choose(op)
        known[op] = choice
        return choice
    }

    private func choose(_ op: Op) -> AlgorithmChoice {
        var predictions = ConvolutionAlgorithm.allCases.compactMap { algorithm in
            algorithm.method.vectors(for: op, on: target).map { target in
                let factors = algorithm.method.factors(of: op, in: precision)
                let cost = ConvolutionCost(target: target, batch: batch, isInference: isInference, factors: factors)
                return AlgorithmChoice.Prediction(
                    algorithm, milliseconds: algorithm.method.milliseconds(op, cost), factors: factors)
            }
        }
        let others = predictions.filter { $0.algorithm != .gemm }
        if avoidsBLAS && !others.isEmpty { predictions = others }
        // Of equals the first.
        let cheapest = predictions.min { Self.weighed($0) < Self.weighed($1) }?.algorithm ?? .gemm
        let choice = AlgorithmChoice(cheapest, reason: .costModel, predictions: predictions)
        return forced.flatMap { choice.taking($0, reason: .forced) }
            ?? op.tuningKey(batch: batch, isInference: isInference).flatMap { winners[$0] }.flatMap {
                choice.taking($0, reason: .tuned)
            } ?? choice
    }

    /// The prediction as it is compared with others.
    private static func weighed(_ prediction: AlgorithmChoice.Prediction) -> Double {
        (prediction.algorithm.method.isRowMajor ? ConvolutionCost.rowMajorMargin : 1) * prediction.milliseconds
    }
}

extension Op {
    /// The shape, direction, batch and use of a convolution as text, by which records of measurements know it; nil for
    /// other operators.
    public func tuningKey(batch: Int, isInference: Bool) -> String? {
        convGeometry.map { "\(mnemonic) \($0.key), batch \(batch), \(isInference ? "inference" : "training")" }
    }
}

extension ConvGeometry {
    /// All that tells one geometry from another, as text: `16x64x64 to 32x64x64, kernel 3x3, …`.
    var key: String {
        let pad = [padding.top, padding.left, padding.bottom, padding.right].map(String.init).joined(separator: " ")
        return "\(inputChannels)x\(input.height)x\(input.width) to \(outputChannels)x\(output.height)x\(output.width), "
            + "kernel \(kernel.height)x\(kernel.width), stride \(stride.height)x\(stride.width), padding \(pad), "
            + "dilation \(dilation.height)x\(dilation.width), groups \(groups)"
    }
}

extension Graph {
    /// Whether it neither makes gradients nor changes parameters.
    public var isInference: Bool { gradients.isEmpty && !nodes.contains(where: \.op.isEffect) }
}
