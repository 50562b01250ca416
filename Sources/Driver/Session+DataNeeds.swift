import Emission
import FileAccess
import GraphIR
import Strategy

/// What a graph takes of a data set.
public struct DataNeeds: Sendable {
    /// `[channels, height, width]`.
    public var input: [Int]
    /// The name of the output that is compared with the target.
    public var output: String
    /// nil for graphs that learn their input.
    public var target: (name: String, shape: [Int])?
    /// Of a class map; nil for a binary mask.
    public var classes: Int?
    /// The class number that the loss leaves out.
    public var ignore: Int?
    /// Of the split, unless a flag says another.
    public var seed: UInt64
}

extension Session {
    /// - Throws: `DriverError` for graphs with several inputs or targets, which no folder of pictures feeds.
    public func dataNeeds() throws -> DataNeeds {
        let inputs = graph.nodes.filter { $0.op == .input }
        let targets = graph.nodes.indices.map(NodeID.init).filter { graph[$0].op == .target }
        guard inputs.count == 1, targets.count <= 1 else {
            throw DriverError(
                "\(Files.name(of: path)): a data set feeds graphs of one input and one target, found "
                    + "\(inputs.count) and \(targets.count)\n  hint: run other graphs with unetc run")
        }
        let classes = targets.first.flatMap { graph.classes(of: $0) }
        let output = graph.outputs.first { $0.name == "logits" } ?? graph.outputs.first
        return DataNeeds(
            input: inputs[0].type.shape, output: output?.name ?? "logits",
            target: targets.first.map { (graph[$0].name, graph[$0].type.shape) }, classes: classes?.count,
            ignore: classes?.ignored, seed: graph.training.seed)
    }
}
