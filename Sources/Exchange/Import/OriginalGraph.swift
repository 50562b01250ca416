import Base
import GraphDSL
import GraphIR
import Passes

/// The graph that a model of our own says it was exported from.
package struct OriginalGraph {
    /// With the values of `-D` as its defaults.
    private let text: String
    private let graph: Graph

    /// What became of a model's own graph.
    package enum Outcome {
        /// It is what the model computes, and the model holds all of its parameters.
        case restored(ImportedNet)
        /// Why the model's nodes have to do.
        case declined(String)
    }

    /// - Returns: nil where a model has no graph's text.
    package static func outcome(of model: ONNXModel, path: String, _ options: ImportOptions) -> Outcome? {
        guard let text = model.metadata(ModelKey.graph) else { return nil }
        do {
            let original = try OriginalGraph(text, parameters: model.metadata(ModelKey.parameters) ?? "", options)
            return .restored(try original.net(model, path: path))
        } catch {
            return .declined(error.message)
        }
    }

    private init(_ text: String, parameters: String, _ options: ImportOptions) throws(ExchangeError) {
        let overrides = parameters.split(separator: ",").map { entry in
            let sides = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (name: sides[0], value: sides.count > 1 ? sides[1] : "")
        }
        let unread = "the text of the graph that it was exported from is not read by this version"
        guard let given = compileGraph(text: text, fileName: "unetc.graph", overrides: overrides).graph else {
            throw ExchangeError(unread)
        }
        if let size = options.size, given.inputExtent != size {
            throw ExchangeError("the graph that it was exported from has another size")
        }
        self.text = GraphHeader.changed(text, name: options.name.map(GraphWriter.title), defaults: overrides)
        guard let graph = compileGraph(text: self.text, fileName: "unetc.graph").graph else {
            throw ExchangeError(unread)
        }
        self.graph = graph
    }

    private func net(_ model: ONNXModel, path: String) throws(ExchangeError) -> ImportedNet {
        let stored = Dictionary(model.graph.initializers.map { (ExactText($0.name), $0) }) { first, _ in first }
        var tensors: [ImportedNet.Tensor] = []
        for id in graph.parameters {
            let (name, shape) = (graph[id].name, graph[id].type.shape)
            guard let tensor = stored[ExactText(name)], tensor.shape == shape, case .floats(let values) = tensor.values
            else {
                throw ExchangeError(
                    "\"\(name)\" of the graph that it was exported from is not in it, as where normalisations are folded; "
                        + "export with --train-form")
            }
            tensors.append(ImportedNet.Tensor(name: name, shape: shape, values: values))
        }
        guard try structure(of: model, path: path) == structure(of: try exported(as: model, tensors), path: path) else {
            throw ExchangeError("it has been changed since it was exported")
        }
        return ImportedNet(text: text, tensors: tensors, notes: [])
    }

    /// The graph as a model of the same version as another one.
    private func exported(as model: ONNXModel, _ tensors: [ImportedNet.Tensor]) throws(ExchangeError) -> ONNXModel {
        var options = ExportOptions()
        options.opset = model.opset
        options.keepsNormalizations = true
        let values = Dictionary(uniqueKeysWithValues: tensors.map { (ExactText($0.name), $0.values) })
        do {
            return try ONNXExporter.model(graph, options) { values[ExactText($0)] ?? [] }
        } catch {
            throw (error as? ExchangeError) ?? ExchangeError("\(error)")
        }
    }

    /// What a model's nodes mean, whoever trained what.
    private func structure(of model: ONNXModel, path: String) throws(ExchangeError) -> String {
        var options = ImportOptions()
        options.loss = .none
        options.findsBlocks = false
        options.name = graph.name
        options.size = graph.inputExtent
        return try ONNXImporter.net(model, path: path, options).structureHash
    }
}

/// Under which names models of our own say what they are made of, in their metadata.
package enum ModelKey {
    package static let version = "unetc.version"
    /// The text.
    package static let graph = "unetc.graph"
    package static let graphHash = "unetc.graph_hash"
    /// What `-D` gave: `width=8,size=64`.
    package static let parameters = "unetc.parameters"
}

extension ONNXModel {
    func metadata(_ key: String) -> String? { metadata.first { $0.key == key }?.value }
}
