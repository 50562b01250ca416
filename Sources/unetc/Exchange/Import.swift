import ArgumentParser
import Exchange
import FileAccess
import GraphIR
import TensorFiles
import Trainer

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read an ONNX model as a graph's text and a file of weights, or a file of weights for a graph.",
        discussion: """
            Each node becomes a statement; arithmetic of shapes and other constants is computed, and what only shows a map \
            in another form is followed. What the language does not have is named with its node. A target and a loss are \
            chosen by the output's channels, so that the graph trains. A model that unetc export wrote becomes the graph \
            that it was made of, where it still is that graph.

            A file of tensors (.pt, .pth, .safetensors) or the folder of a run has no graph: --like names the one whose \
            parameters they become, by name (--map) or by order, and the table says what each of them takes.
            """)

    @Argument(help: "The ONNX model, or the tensors.")
    var model: String

    @Option(help: ArgumentHelp("The graph that the weights are for.", valueName: "graph"))
    var like: String?

    @Option(name: .customShort("D"), help: ArgumentHelp("Set a parameter of that graph.", valueName: "name=value"))
    var definitions: [Definition] = []

    @Option(help: ArgumentHelp("Where to write the graph; with --like it can be left out.", valueName: "file"))
    var graph: String?

    @Option(help: ArgumentHelp("Where to write the parameters (safetensors).", valueName: "file"))
    var weights: String

    @Option(
        help: ArgumentHelp(
            "Height and width of the input, such as 256 or 256x320, where the model leaves them open.",
            valueName: "size"))
    var size: SizeArgument?

    @Option(help: "What the graph learns: auto (by the output's channels), binary, classes or none.")
    var loss: ImportOptions.Loss?

    @Option(help: ArgumentHelp("What to call the graph (default: the model's name).", valueName: "name"))
    var name: String?

    @Flag(help: "Make the graph of the model's nodes, also where the model has the text that it was exported from.")
    var fromNodes = false

    @Flag(help: "Write all statements out, in place of blocks for those that repeat.")
    var flat = false

    @OptionGroup var matching: MatchFlags

    func validate() throws {
        if like == nil {
            if graph == nil { throw ValidationError("say where to write the graph: --graph.") }
            if let flag = definitions.isEmpty ? matching.given : "-D" {
                throw ValidationError("\(flag) goes with --like.")
            }
            return
        }
        let others = [
            ("--size", size != nil), ("--loss", loss != nil), ("--name", name != nil), ("--from-nodes", fromNodes),
            ("--flat", flat),
        ]
        if let (flag, _) = others.first(where: { $0.1 }) {
            throw ValidationError("\(flag) changes the graph that a model becomes, and --like names one.")
        }
    }

    func run() throws {
        try reportingErrors {
            for output in [graph, weights] { try checkOutput(output, reading: [model, like]) }
            if let like {
                let adopted = try AdoptedWeights(
                    model, for: like, overrides: definitions.map { ($0.name, $0.value) }, matching)
                try matching.confirm(adopted.matching, show: { printResult($0) })
                return try adopted.write(weights: weights, graph: graph)
            }
            guard !AdoptedWeights.areTensors(model) else {
                throw CommandFailure(
                    "\(model): holds tensors, and no graph\n  hint: name the graph that they are for: --like net.graph")
            }
            if let graph { try write(try net(), to: graph) }
        }
    }

    private func net() throws -> ImportedNet {
        var options = ImportOptions()
        options.size = size?.extent
        options.loss = loss ?? .auto
        options.name = name
        options.findsBlocks = !flat
        let file = try ONNXModel(path: model)
        let isAsked = fromNodes || flat || loss != nil
        switch isAsked ? nil : OriginalGraph.outcome(of: file, path: model, options) {
        case .restored(let net)?:
            printError(
                "note: the graph is the one that the model was exported from (--from-nodes makes one of its nodes)")
            return net
        case .declined(let reason)?: printError("note: the graph is made of the model's nodes: \(reason)")
        case nil: break
        }
        return try ONNXImporter.net(file, path: model, options)
    }

    private func write(_ net: ImportedNet, to graph: String) throws {
        var writer = SafetensorsWriter()
        for tensor in net.tensors { try writer.add(tensor.name, shape: tensor.shape, values: tensor.values) }
        try writer.write(to: weights)
        try FileWriter.write(graph, text: net.text)
        for note in net.notes { printError("note: \(note)") }
        let count = net.tensors.reduce(0) { $0 + $1.values.count }
        printError("wrote \(graph) and \(weights): \(net.tensors.count) parameters of \(count) numbers")
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
