import ArgumentParser
import Exchange
import FileAccess
import GraphIR
import TensorFiles

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read an ONNX model as a graph's text and a file of weights.",
        discussion: """
            Each node becomes a statement; arithmetic of shapes and other constants is computed, and what only shows a map \
            in another form is followed. What the language does not have is named with its node. A target and a loss are \
            chosen by the output's channels, so that the graph trains.
            """)

    @Argument(help: "The ONNX model.")
    var model: String

    @Option(help: ArgumentHelp("Where to write the graph.", valueName: "file"))
    var graph: String

    @Option(help: ArgumentHelp("Where to write the parameters (safetensors).", valueName: "file"))
    var weights: String

    @Option(
        help: ArgumentHelp(
            "Height and width of the input, such as 256 or 256x320, where the model leaves them open.",
            valueName: "size"))
    var size: SizeArgument?

    @Option(help: "What the graph learns: auto (by the output's channels), binary, classes or none.")
    var loss = ImportOptions.Loss.auto

    @Option(help: ArgumentHelp("What to call the graph (default: the model's name).", valueName: "name"))
    var name: String?

    func run() throws {
        try reportingErrors {
            for output in [graph, weights] { try checkOutput(output, reading: [model]) }
            var options = ImportOptions()
            options.size = size?.extent
            options.loss = loss
            options.name = name
            let net = try ONNXImporter.net(try ONNXModel(path: model), path: model, options)
            var writer = SafetensorsWriter()
            for tensor in net.tensors { try writer.add(tensor.name, shape: tensor.shape, values: tensor.values) }
            try writer.write(to: weights)
            try FileWriter.write(graph, text: net.text)
            for note in net.notes { printError("note: \(note)") }
            let count = net.tensors.reduce(0) { $0 + $1.values.count }
            printError("wrote \(graph) and \(weights): \(net.tensors.count) parameters of \(count) numbers")
        }
    }
}

/// `256`, or `256x320` (height by width).
struct SizeArgument: ExpressibleByArgument {
    var extent: Extent

    init?(argument: String) {
        let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard (1...2).contains(sides.count), let height = sides.first, let width = sides.last,
            sides.allSatisfy({ (1..<1 << 16).contains($0) })
        else { return nil }
        extent = Extent(height, width)
    }
}

extension ImportOptions.Loss: ExpressibleByArgument {}
