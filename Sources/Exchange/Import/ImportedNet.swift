import GraphIR

/// A net of another program, as a graph's text and its parameters.
package struct ImportedNet: Sendable {
    package struct Tensor: Sendable {
        package var name: String
        package var shape: [Int]
        package var values: [Float]
    }

    package var text: String
    /// In the order of the text.
    package var tensors: [Tensor]
    /// What a person should know of it: what was left out, or read in another way.
    package var notes: [String]
    /// Of the graph that the text is; empty until the compiler has taken it.
    package var structureHash = ""
}

/// How a file becomes a graph.
package struct ImportOptions: Sendable {
    /// What an imported graph learns.
    package enum Loss: String, Sendable, CaseIterable {
        /// By the channels of the output: one for a binary mask, more for classes.
        case auto
        case binary
        case classes
        case none
    }

    /// Height and width of the inputs, where the file leaves them open or others are wanted.
    package var size: Extent?
    package var loss = Loss.auto
    /// Declares runs of statements that repeat as blocks.
    package var findsBlocks = true
    /// The graph's name; nil for the file's.
    package var name: String?

    package init() {}
}

extension ONNXModel {
    /// Its tensors of floats, in the file's order.
    package var floatTensors: [ImportedNet.Tensor] {
        graph.initializers.compactMap { tensor in
            guard case .floats(let values) = tensor.values else { return nil }
            return ImportedNet.Tensor(name: tensor.name, shape: tensor.shape, values: values)
        }
    }
}
