import Exchange
import GraphIR
import Interpreter
import TensorFiles

/// What a graph makes of inputs after training, in double precision.
struct ExactResults {
    /// Each output, row-major.
    private(set) var outputs: [(name: String, shape: [Int], values: [Double])] = []
    /// The largest value that anything but a leaf has.
    private(set) var largest = 0.0

    /// - Parameters:
    ///   - inputs: of as many samples as `batch`.
    ///   - parameter: a parameter's values.
    /// - Throws: `TensorFileError` for inputs that are not there, and what `parameter` throws.
    init(
        of graph: Graph, _ inputs: TensorFile, batch: Int, parameter: (String) throws -> [Float]
    ) throws {
        let forward = graph.exported
        var leaves: [String: Tensor] = [:]
        for node in forward.nodes {
            switch node.op {
            case .input:
                leaves[node.name] = Tensor(
                    shape: [batch] + node.type.shape, values: try inputs.floats(node.name).map(Double.init))
            case .parameter:
                leaves[node.name] = Tensor(
                    shape: node.type.shape, values: try parameter(node.name).map(Double.init))
            default: break
            }
        }
        let results = try interpret(forward, batch: batch, values: leaves)
        for (node, result) in zip(forward.nodes, results) where !node.op.isLeaf {
            largest = result.values.reduce(largest) { max($0, abs($1)) }
        }
        outputs = forward.outputs.map { output in
            (output.name, results[output.node.index].shape, results[output.node.index].values)
        }
    }

    /// Writes the outputs, rounded once.
    func write(to path: String) throws {
        var writer = SafetensorsWriter()
        for output in outputs {
            try writer.add(output.name, shape: output.shape, values: output.values.map(Float.init))
        }
        try writer.write(to: path)
    }
}
