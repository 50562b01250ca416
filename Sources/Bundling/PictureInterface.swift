import Emission
import GraphIR

/// What a net makes of pictures: the input that they are fed to, the output that speaks of their pixels, and what it says.
public struct PictureInterface: Hashable, Sendable {
    public enum Task: Hashable, Sendable {
        /// Object or background.
        case mask
        /// Which of several classes.
        case classes(Int)
        /// Several labels that may overlap.
        case labels(Int)
        /// The picture itself.
        case reconstruction
    }

    public var input: String
    public var output: String
    public var task: Task
    /// `[channels, height, width]`.
    public var inputShape: [Int]
    public var outputShape: [Int]
    /// Of masks; the output may speak of their middle alone.
    public var maskHeight: Int
    public var maskWidth: Int

    /// Bytes of a mask's pixel: a reconstructed picture has one for each channel.
    var maskChannels: Int { task == .reconstruction ? outputShape[0] : 1 }

    /// - Throws: `BundleError` for graphs that no picture can be fed, or that say nothing of pixels.
    public init(_ graph: Graph) throws {
        let inputs = graph.ids.filter { graph[$0].op == .input }
        guard inputs.count == 1, let id = inputs.first, graph[id].type.shape.count == 3 else {
            throw Self.unfit(
                "one input [channels, height, width]", inputs.map { (graph[$0].name, graph[$0].type.shape) })
        }
        let (name, shape) = (graph[id].name, graph[id].type.shape)
        let maps = graph.outputs.map { (name: $0.name, shape: graph[$0.node].type.shape) }.filter {
            $0.shape.count == 3
        }
        let targets = graph.ids.filter { graph[$0].op == .target }
        func pick(_ expected: String, where fits: ([Int]) -> Bool) throws -> (name: String, shape: [Int]) {
            let fitting = maps.filter { fits($0.shape) }
            if let found = fitting.first(where: { $0.name == "logits" }) ?? fitting.first { return found }
            throw Self.unfit(expected, graph.outputs.map { ($0.name, graph[$0.node].type.shape) })
        }
        input = name
        inputShape = shape
        guard let target = targets.first, targets.count == 1 else {
            guard targets.isEmpty else {
                throw Self.unfit("one target at most", targets.map { (graph[$0].name, graph[$0].type.shape) })
            }
            let learnsPictures = graph.loss != nil
            let found = try pick("an output [channels, height, width]") { !learnsPictures || $0 == shape }
            (output, outputShape) = found
            task = learnsPictures ? .reconstruction : found.shape[0] == 1 ? .mask : .classes(found.shape[0])
            (maskHeight, maskWidth) = (found.shape[1], found.shape[2])
            try check()
            return
        }
        let wanted = graph[target].type.shape
        (maskHeight, maskWidth) = (wanted[wanted.count - 2], wanted[wanted.count - 1])
        if graph.classes(of: target) != nil {
            let found = try pick("an output [classes, \(maskHeight), \(maskWidth)]") {
                Array($0.dropFirst()) == wanted.suffix(2)
            }
            (output, outputShape, task) = (found.name, found.shape, .classes(found.shape[0]))
        } else {
            let isWhole = maps.contains { $0.shape == wanted }
            let found = try pick("an output of the target's shape, or of its middle") { shape in
                isWhole ? shape == wanted : shape[0] == wanted[0] && zip(shape, wanted).allSatisfy { $0 <= $1 }
            }
            (output, outputShape, task) = (found.name, found.shape, wanted[0] == 1 ? .mask : .labels(wanted[0]))
        }
        try check()
    }

    private func check() throws {
        switch task {
        case .classes(let count) where count > 255:
            throw BundleError("a mask is bytes, for up to 255 classes; the graph has \(count)")
        case .labels(let count) where count > 8:
            throw BundleError("a mask is bytes, a bit for each of up to 8 labels; the graph has \(count)")
        default: break
        }
    }

    private static func unfit(_ expected: String, _ found: [(String, [Int])]) -> BundleError {
        let list = found.map { "\"\($0.0)\" \($0.1)" }.joined(separator: ", ")
        return BundleError("a bundle takes a graph with \(expected), found \(list.isEmpty ? "none" : list)")
    }
}

/// A net that cannot be bundled, or not so.
public struct BundleError: Error, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}
