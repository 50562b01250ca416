import ArgumentParser
import Driver
import Exchange
import FileAccess
import Strategy

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a graph and its weights as an ONNX model, or the graph as a PyTorch module.",
        discussion: """
            The model computes what the net computes after training, on batches of any size: inputs, outputs and \
            parameters have the graph's names. The text of the graph and, of a trainer's weights, the names of classes, \
            the normalisation and the threshold are in its metadata_props. The state_dict of the module has the graph's names.
            """)

    @OptionGroup var input: GraphArguments

    @Option(
        help: ArgumentHelp("Parameters by name (safetensors); default: the graph's initial values.", valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("Where to write the ONNX model.", valueName: "file"))
    var onnx: String?

    @Option(help: ArgumentHelp("Where to write the PyTorch module (Python).", valueName: "file"))
    var pytorch: String?

    @Option(
        help: ArgumentHelp(
            "The version of ONNX's operators, from \(ExportOptions.opsets.lowerBound) to \(ExportOptions.opsets.upperBound).",
            valueName: "number"))
    var opset = ExportOptions().opset

    @Flag(help: "Keep normalisations by the batch, in place of folding them into the convolutions before them.")
    var trainForm = false

    @Flag(help: "Leave height and width open, for graphs that mean the same at other sizes.")
    var dynamic = false

    @Flag(
        help:
            "Put what surrounds the net into the model: bytes [N, H, W, C] of any size go in, a mask and its probabilities come out."
    )
    var pictures = false

    @Flag(
        help:
            "Read the model back, and run it on random numbers: as the importer understands it and, where there is a Python with it, in onnxruntime. Both have to compute what the compiled graph does."
    )
    var check = false

    @Option(
        help: ArgumentHelp(
            "The Python for --check (default: $\(ONNXCheck.variable), or one that has onnxruntime).", valueName: "file")
    )
    var python: String?

    func validate() throws {
        guard onnx != nil || pytorch != nil else { throw ValidationError("say what to write: --onnx or --pytorch.") }
        guard !(pictures && dynamic) else {
            throw ValidationError("--pictures resizes to the net's size, --dynamic leaves it open: give either.")
        }
        guard ExportOptions.opsets.contains(opset) else {
            throw ValidationError(
                "--opset takes a number from \(ExportOptions.opsets.lowerBound) to "
                    + "\(ExportOptions.opsets.upperBound), found \(opset)")
        }
    }

    func run() throws {
        try reportingErrors {
            for output in [onnx, pytorch] { try checkOutput(output, reading: [input.graph, weights]) }
            let session = try input.session()
            if let pytorch {
                try FileWriter.write(pytorch, text: try PyTorchModule.text(of: session.graph))
                printError("wrote \(pytorch)")
            }
            if let onnx { try writeModel(to: onnx, session) }
        }
    }

    private func writeModel(to path: String, _ session: Session) throws {
        let weights = try ExportedWeights(self.weights, of: session)
        var options = ExportOptions()
        options.opset = opset
        options.keepsNormalizations = trainForm
        options.hasDynamicSize = dynamic
        let model = try ONNXExporter.model(session.graph, options, metadata: try weights.metadata()) {
            try weights.values($0)
        }
        if check, try FileWriter.isStream(path) {
            throw CommandFailure("--check runs the model again, which \(path) does not keep", exitCode: 2)
        }
        let written = pictures ? try model.takingPictures(try weights.pictureForm()) : model
        try written.write(to: path)
        printError("wrote \(path): \(written.summary)")
        guard check else { return }
        let checked = try ONNXCheck(session: session, weights: weights, file: self.weights)
        for line in try checked.run(model, options, pictures ? path : nil, python: python) { printResult(line) }
    }
}
