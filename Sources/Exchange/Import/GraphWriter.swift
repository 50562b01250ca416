import GraphDSL
import GraphIR

/// Writes down what has been imported: inputs, a statement a node, outputs, and what it may learn.
struct GraphWriter {
    private let importer: ONNXImporter
    private var names: [String] = []
    private var outputNames: [String] = []
    private var lines: [String] = []
    private var tensors: [ImportedNet.Tensor] = []
    private var notes: [String]
    private var used: Set<Int> = []
    /// Statements that stand inside another one's expression.
    private var inner: Set<Int> = []

    init(_ importer: ONNXImporter) {
        self.importer = importer
        notes = importer.notes
    }

    mutating func net() throws(ExchangeError) -> ImportedNet {
        let outputs = try self.outputs()
        findUsed(outputs.map(\.statement))
        if let erf = used.sorted().first(where: { importer.statements[$0].template == ONNXImporter.errorFunction }) {
            throw ExchangeError(
                "\(importer.statements[erf].source): the language has the error function as a part of gelu alone",
                hint: "export at opset 20, where Gelu is one node")
        }
        findInner(outputs.map(\.statement))
        nameAll(outputs)
        let name = Self.title(importer.options.name ?? importer.model.graph.name)
        let source = [importer.model.producer, importer.model.producerVersion].filter { !$0.isEmpty }
        lines.append(
            "// Imported from ONNX\(source.isEmpty ? "" : " of \(source.joined(separator: " "))"), opset \(importer.model.opset)."
                .shortened)
        let place = lines.count
        for input in importer.inputs {
            let map = importer.statements[input]
            lines.append("  input \(spelled(input)): [\(map.channels), \(map.extent.height), \(map.extent.width)]")
        }
        let loss = self.loss(outputs)
        if let loss { lines.append("  " + loss.target) }
        lines.append("")
        addStatements(outputs)
        if let loss { lines += [""] + loss.statements.map { "  " + $0 } }
        lines.append("}")
        lines.insert("graph \(name) {", at: place)
        for note in notes { lines.insert("// " + note.shortened, at: place) }
        return ImportedNet(text: lines.joined(separator: "\n") + "\n", tensors: tensors, notes: notes)
    }

    /// Graphs have no quotes.
    static func title(_ name: String) -> String {
        let legal = String(
            name.unicodeScalars.map { scalar -> Character in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
                default: "_"
                }
            }.prefix(100))
        return (legal.first?.isNumber ?? true) ? "net_" + legal : legal
    }

    // MARK: Outputs

    private struct Output {
        var name: String
        var statement: Int
    }

    private mutating func outputs() throws(ExchangeError) -> [Output] {
        var outputs: [Output] = []
        for output in importer.model.graph.outputs {
            switch importer.values[output.name] {
            case .map(let view):
                if importer.plain(view) == nil {
                    notes.append(
                        "Output \"\(output.name)\" has the shape \(view.shape) in the file, here it is [N, C, H, W].")
                }
                outputs.append(Output(name: output.name, statement: view.statement))
            case .constant: notes.append("Output \"\(output.name)\" is the same whatever goes in, and left out.")
            default: throw ExchangeError("output \"\(output.name)\" is made by nothing")
            }
        }
        guard !outputs.isEmpty else { throw ExchangeError("the model has no outputs that depend on its inputs") }
        return outputs
    }

    /// What outputs depend on; nodes that are only asked for their shape make statements that nobody reads.
    private mutating func findUsed(_ results: [Int]) {
        used = Set(results)
        for index in importer.statements.indices.reversed() where used.contains(index) {
            used.formUnion(importer.statements[index].operands)
        }
    }

    /// A file of our own says by the name of a value (`enc1.conv`) that it stands inside the statement `enc1`, or by that of its
    /// weight.
    private mutating func findInner(_ results: [Int]) {
        guard importer.isOwn else { return }
        var readers = [[Int]](repeating: [], count: importer.statements.count)
        for index in importer.statements.indices where used.contains(index) {
            for operand in importer.statements[index].operands { readers[operand].append(index) }
        }
        var outermost = importer.statements.map(\.name)
        for index in importer.statements.indices.reversed() where used.contains(index) {
            let statement = importer.statements[index]
            guard readers[index].count == 1, !results.contains(index) else { continue }
            let outer = outermost[readers[index][0]]
            let isNamed = statement.name.hasPrefix(outer + ".")
            let word = statement.name.dropFirst(outer.count + 1).prefix { $0 != "." }
            guard isNamed, statement.weightName.map({ $0 == outer }) ?? (word == statement.word) else { continue }
            inner.insert(index)
            outermost[index] = outer
        }
    }

    // MARK: Names

    private mutating func nameAll(_ outputs: [Output]) {
        var legal = StatementNames(taken: Set(ReservedNames.all + ["mask", "labels"]))
        outputNames = outputs.map { legal.legal($0.name) }
        if !outputNames.contains("logits") { _ = legal.legal("logits") }
        names = Array(repeating: "", count: importer.statements.count)
        for input in importer.inputs { names[input] = legal.legal(importer.statements[input].name) }
        for index in importer.statements.indices
        where names[index].isEmpty && used.contains(index) && !inner.contains(index) {
            let name = importer.statements[index].name
            let place = outputs.firstIndex { $0.statement == index && $0.name == name }
            names[index] = place.map { outputNames[$0] } ?? legal.legal(name)
        }
    }

    private func spelled(_ statement: Int) -> String { QuotedName.written(names[statement]) }

    // MARK: Statements

    private mutating func addStatements(_ outputs: [Output]) {
        for index in importer.statements.indices
        where used.contains(index) && !inner.contains(index) && !importer.inputs.contains(index) {
            let isOutput = outputs.indices.contains {
                outputs[$0].statement == index && outputNames[$0] == names[index]
            }
            let text = expression(index, of: names[index])
            lines.append(
                "  \(isOutput ? "output " : "")\(spelled(index)) = \(text)  // "
                    + importer.statements[index].source.shortened)
        }
        for (place, output) in outputs.enumerated() where outputNames[place] != names[output.statement] {
            lines.append(
                "  output \(QuotedName.written(outputNames[place])) = \(spelled(output.statement))")
        }
    }

    /// The text of a statement's expression, with those that stand inside it; keeps their parameters.
    private mutating func expression(_ index: Int, of name: String) -> String {
        let statement = importer.statements[index]
        var operands: [String] = []
        for operand in statement.operands {
            guard inner.contains(operand) else {
                operands.append(spelled(operand))
                continue
            }
            let text = expression(operand, of: name)
            let isCall = importer.statements[operand].template.first?.isLetter ?? false
            operands.append(isCall || statement.template.first?.isLetter ?? false ? text : "(\(text))")
        }
        for parameter in statement.parameters {
            tensors.append(
                ImportedNet.Tensor(
                    name: "\(name).\(parameter.suffix)", shape: parameter.shape, values: parameter.values))
        }
        var text = ""
        var rest = statement.template[...]
        while let place = rest.firstIndex(of: "%") {
            text += rest[..<place]
            rest = rest[rest.index(after: place)...]
            let number = rest.prefix { $0.isNumber }
            rest = rest.dropFirst(number.count)
            text += operands[Int(number) ?? 0]
        }
        return text + rest
    }

    // MARK: What it learns

    private struct Loss {
        var target: String
        var statements: [String]
    }

    /// A target and a loss for the first output of the inputs' size; what a sigmoid or softmax makes is compared before it.
    private mutating func loss(_ outputs: [Output]) -> Loss? {
        guard importer.options.loss != .none, importer.inputs.count == 1 else { return nil }
        let input = importer.statements[importer.inputs[0]]
        let place = outputs.indices.first { importer.statements[outputs[$0].statement].extent == input.extent }
        guard let place else {
            notes.append("No output has the size of the input, so that there is no loss: write one to train it.")
            return nil
        }
        var statement = outputs[place].statement
        var logits = QuotedName.written(outputNames[place])
        var lines: [String] = []
        let last = importer.statements[statement]
        if ["sigmoid(%0)", "softmax(%0)"].contains(last.template) {
            statement = last.operands[0]
            logits = "logits"
            if !outputNames.contains("logits") {
                lines.append(
                    "output logits = \(spelled(statement))  // before the \(last.template.prefix(7)), as the loss wants it"
                )
            }
        }
        let channels = importer.statements[statement].channels
        let size = "\(input.extent.height), \(input.extent.width)"
        let isBinary = importer.options.loss == .binary || importer.options.loss == .auto && channels == 1
        if isBinary, channels == 1 {
            lines.append(
                "loss bce_with_logits(\(logits), mask) + dice_loss(\(logits), mask)  // chosen by the importer")
            return Loss(target: "target mask: [1, \(size)]", statements: lines)
        }
        guard !isBinary, channels > 1 else {
            notes.append("An output of \(channels) channels does not fit the loss that was asked for: there is none.")
            return nil
        }
        lines.append("loss cross_entropy(\(logits), labels)  // chosen by the importer")
        return Loss(target: "target labels: classes[\(size)]", statements: lines)
    }
}
