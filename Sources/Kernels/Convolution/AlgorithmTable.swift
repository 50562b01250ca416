import GraphIR

/// Which algorithm computes each convolution of a plan, and why: what layouts and kernels go by.
///
/// The cost model, a forced algorithm and measured winners are three ways of making one. An operator that is not in the
/// table is computed by `gemm`, which computes all.
public struct AlgorithmTable: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable {
        case costModel = "cost model"
        case forced
        case tuned
        /// It makes tiles of a picture cost least, what is computed twice at their edges included.
        case tiles
    }

    /// What has been chosen for one shape.
    public struct Entry: Hashable, Sendable {
        public var algorithm: ConvolutionAlgorithm
        public var reason: Reason
        /// Every candidate with the cost model's time, in milliseconds on one core.
        public var predictions: [Prediction]

        /// The chosen algorithm's time by the cost model, in milliseconds on one core.
        public var predictedMilliseconds: Double? { predictions.first { $0.algorithm == algorithm }?.milliseconds }
    }

    public struct Prediction: Hashable, Sendable {
        public var algorithm: ConvolutionAlgorithm
        public var milliseconds: Double
    }

    /// Samples of a call, and whether weights that have been prepared once serve many calls.
    public let batch: Int
    public let isInference: Bool
    private var entries: [String: Entry] = [:]

    /// A table without entries.
    public init() { (batch, isInference) = (1, false) }

    /// A table for some operators, of which those that are no convolutions are left out.
    ///
    /// - Parameters:
    ///   - choice: the algorithm that is forced wherever it is a candidate.
    ///   - winners: measured winners by the key that `key(_:)` gives; those that are no candidates are left out.
    public init(
        _ ops: [Op], target: Target, batch: Int, isInference: Bool, choice: ConvolutionChoice = .auto,
        winners: [String: ConvolutionAlgorithm] = [:]
    ) {
        self.batch = batch
        self.isInference = isInference
        for op in ops {
            guard let key = key(op), entries[key] == nil else { continue }
            let predictions = ConvolutionAlgorithm.all.compactMap { algorithm in
                algorithm.vectors(for: op, on: target).map { target in
                    let cost = ConvolutionCost(target: target, batch: batch, isInference: isInference)
                    return Prediction(algorithm: algorithm, milliseconds: cost.milliseconds(op, algorithm))
                }
            }
            let isCandidate = { (algorithm: ConvolutionAlgorithm?) in predictions.contains { $0.algorithm == algorithm }
            }
            // Of equals the first.
            let cheapest = predictions.min { Self.weighed($0) < Self.weighed($1) }?.algorithm ?? .gemm
            let (algorithm, reason): (ConvolutionAlgorithm, Reason) =
                if let forced = choice.algorithm, isCandidate(forced) {
                    (forced, .forced)
                } else if let winner = winners[key], isCandidate(winner) { (winner, .tuned) } else {
                    (cheapest, .costModel)
                }
            entries[key] = Entry(algorithm: algorithm, reason: reason, predictions: predictions)
        }
    }

    /// The prediction as it is compared with others.
    private static func weighed(_ prediction: Prediction) -> Double {
        (prediction.algorithm == .gemm ? ConvolutionCost.rowMajorMargin : 1) * prediction.milliseconds
    }

    /// A table for the convolutions of a plan's graph. A plan that neither makes gradients nor updates parameters is one
    /// for inference.
    public init(
        _ graph: Graph, target: Target, batch: Int, choice: ConvolutionChoice = .auto,
        winners: [String: ConvolutionAlgorithm] = [:]
    ) {
        let ops = graph.nodes.map(\.op)
        self.init(
            ops, target: target, batch: batch, isInference: graph.gradients.isEmpty && !ops.contains(where: \.isEffect),
            choice: choice, winners: winners)
    }

    /// The shape, direction, batch and use of a convolution operator as text, which stays the same from run to run; nil
    /// for other operators.
    public func key(_ op: Op) -> String? {
        op.convGeometry.map { "\(op.mnemonic) \($0.key), batch \(batch), \(isInference ? "inference" : "training")" }
    }

    /// Takes another algorithm for an operator of the table; of those that are no candidates nothing changes.
    public mutating func choose(_ algorithm: ConvolutionAlgorithm, for op: Op, reason: Reason) {
        guard let key = key(op), let entry = entries[key],
            entry.predictions.contains(where: { $0.algorithm == algorithm })
        else { return }
        entries[key] = Entry(algorithm: algorithm, reason: reason, predictions: entry.predictions)
    }

    /// What has been chosen for an operator; nil for one that is not in the table.
    public subscript(_ op: Op) -> Entry? { key(op).flatMap { entries[$0] } }

    /// Whether the kernel of a convolution, a transposed one or a data gradient stores each element once, right behind
    /// reading the operands of its epilogue there, so that it may overwrite them.
    public func mayOverwriteFusedOperands(_ op: Op) -> Bool {
        switch op {
        case .conv, .convTranspose, .convDataGradient: algorithm(op).storesOnce
        default: false
        }
    }

    /// The algorithm for a convolution operator.
    func algorithm(_ op: Op) -> ConvolutionAlgorithm { self[op]?.algorithm ?? .gemm }
}
