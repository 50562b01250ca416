import GraphIR
import Kernels
import Programs

/// Looks for the algorithms with which a tile costs least for each pixel that it is ahead of the one before.
///
/// The fastest algorithm of a convolution on its own is Winograd's, mostly. But there results of 4 x 4 positions have
/// roundings in common, so that an edge inside the picture spoils at least 4 positions more with each layer, where a direct
/// convolution spoils one; in a deep layer these are 4 times 16 pixels. So fine maps want Winograd's and coarse ones do not;
/// where the line is depends on the size of the tile. Tried are all such lines, then single changes of the best one.
struct TileSearch {
    private struct Convolution {
        var op: Op
        /// Input pixels of a position.
        var depth: Double
        var candidates: [AlgorithmChoice.Prediction]
        /// How often the operator stands in the graph.
        var count: Int
    }

    private let graph: Graph
    private let size: Extent
    private let choices: [Op: AlgorithmChoice]
    private let isFree: Bool
    private var convolutions: [Convolution] = []
    /// What the maps' way from and to memory takes.
    private let trafficMilliseconds: Double

    /// - Parameter graph: fused, at the tile's size.
    init(_ graph: Graph, size: Extent, _ options: CompileOptions) throws(SpatialError) {
        self.graph = graph
        self.size = size
        isFree = options.convolutions == .auto
        let target = options.target
        let chooser = AlgorithmChooser(
            target: target, batch: 1, isInference: graph.isInference,
            precision: options.precision ?? graph.training.precision,
            choice: options.convolutions)
        var choices: [Op: AlgorithmChoice] = [:]
        let bytes = graph.nodes.filter { $0.type.featureMap != nil }.reduce(0) { $0 + 2 * $1.type.bytes }
        trafficMilliseconds = target.milliseconds(moving: Double(bytes))
        let scales = try graph.spatialScales()
        for (node, scale) in zip(graph.nodes, scales) {
            guard let chosen = chooser.choice(for: node.op) else { continue }
            choices[node.op] = choices[node.op] ?? chosen
            guard let scale else { continue }
            if let index = convolutions.firstIndex(where: { $0.op == node.op }) {
                convolutions[index].count += 1
                continue
            }
            // A library's product rounds as the size of the map wants.
            let candidates = chosen.predictions.filter { $0.algorithm.resultGroup(node.op) != nil }
            if chosen.algorithm.resultGroup(node.op) == nil,
                let best = candidates.min(by: { $0.milliseconds < $1.milliseconds })
            {
                choices[node.op] = chosen.taking(best.algorithm, reason: .tiles)
            }
            let depth = Double(scale.rows.pixels) / Double(scale.rows.positions)
            convolutions.append(Convolution(op: node.op, depth: depth, candidates: candidates, count: 1))
        }
        self.choices = choices
    }

    /// The best that was found; nil where a tile of this size has no exact pixel to advance by.
    func best() throws(SpatialError) -> TileChoice? {
        guard isFree else { return try choice(choices) }
        var best: TileChoice?
        for line in try lines() where line.millisecondsPerPixel < best?.millisecondsPerPixel ?? .infinity {
            best = line
        }
        guard var best else { return nil }
        var isImproving = true
        while isImproving {
            isImproving = false
            for convolution in convolutions {
                for candidate in convolution.candidates {
                    var choices = best.choices
                    choices.take(candidate.algorithm, for: convolution.op)
                    guard let other = try choice(choices), other.millisecondsPerPixel < best.millisecondsPerPixel else {
                        continue
                    }
                    best = other
                    isImproving = true
                }
            }
        }
        return best
    }

    /// Algorithms that compute 4 results of an axis together down to one depth, those that compute 2 down to another, and
    /// others below.
    private func lines() throws(SpatialError) -> [TileChoice] {
        let depths = [0] + Set(convolutions.map(\.depth)).sorted()
        var found: [TileChoice] = []
        for (index, four) in depths.enumerated() {
            for two in depths[index...] {
                var choices = choices
                for convolution in convolutions {
                    let wanted = convolution.candidates.filter { candidate in
                        switch candidate.algorithm.resultGroup(convolution.op) ?? 1 {
                        case 4...: convolution.depth <= four
                        case 2...: convolution.depth <= two
                        default: true
                        }
                    }
                    guard let fastest = wanted.min(by: { $0.milliseconds < $1.milliseconds }) else { continue }
                    choices.take(fastest.algorithm, for: convolution.op)
                }
                if let choice = try choice(choices) { found.append(choice) }
            }
        }
        return found
    }

    private func choice(_ choices: [Op: AlgorithmChoice]) throws(SpatialError) -> TileChoice? {
        let exactness = try TileExactness(graph) { choices[graph[$0].op]?.algorithm }
        guard let step = exactness.step(graph) else { return nil }
        let milliseconds = convolutions.reduce(trafficMilliseconds) { sum, convolution in
            sum + Double(convolution.count) * (choices[convolution.op]?.predictedMilliseconds ?? 0)
        }
        return TileChoice(
            size: size, choices: choices, step: step, millisecondsPerPixel: milliseconds / Double(step.area))
    }
}

extension [Op: AlgorithmChoice] {
    /// Takes another one of an operator's candidates.
    fileprivate mutating func take(_ algorithm: ConvolutionAlgorithm, for op: Op) {
        self[op] = self[op]?.taking(algorithm, reason: .tiles) ?? self[op]
    }
}

extension TileExactness {
    /// By how many pixels a tile of the graph's size may lie behind the one before, so that exact values follow each other;
    /// nil where there is no such distance.
    fileprivate func step(_ graph: Graph) -> Extent? {
        let maps = graph.outputs.compactMap { graph[$0.node].type.featureMap }
        guard let height = maps.map(\.height).min(), let width = maps.map(\.width).min() else { return nil }
        let rows = (height - halo.top - halo.bottom) / alignment.height * alignment.height
        let columns = (width - halo.left - halo.right) / alignment.width * alignment.width
        return rows > 0 && columns > 0 ? Extent(rows, columns) : nil
    }
}
