import GraphDSL
import GraphIR

/// Writes down what has been imported: blocks, inputs, a statement a node, outputs, and what it may learn.
struct GraphWriter {
    let importer: ONNXImporter
    var names: [String] = []
    private(set) var outputNames: [String] = []
    private var notes: [String]
    private var used: Set<Int> = []
    /// Statements that stand inside another one's expression.
    private(set) var inner: Set<Int> = []
    /// Those that have a line of their own, in the order of the text.
    private(set) var statementOrder: [Int] = []
    /// What is declared once.
    var blocks: [RepeatedBlock] = []
    /// Names of calls by the statements that they return, while blocks are written.
    private var callNames: [Int: String] = [:]

    init(_ importer: ONNXImporter) {
        self.importer = importer
        notes = importer.notes
    }

    /// The net with all statements written out, and with those that repeat as blocks; nil where none do.
    mutating func nets() throws(ExchangeError) -> (flat: ImportedNet, short: ImportedNet?) {
        let outputs = try self.outputs()
        findUsed(outputs.map(\.statement))
        if let erf = used.sorted().first(where: { importer.statements[$0].template == ONNXImporter.errorFunction }) {
            throw ExchangeError(
                "\(importer.statements[erf].source): the language has the error function as a part of gelu alone",
                hint: "export at opset 20, where Gelu is one node")
        }
        findInner(outputs.map(\.statement))
        statementOrder = importer.statements.indices.filter {
            used.contains($0) && !inner.contains($0) && !importer.inputs.contains($0)
        }
        nameAll(outputs)
        let loss = self.loss(outputs)
        findBlocks(results: Set(outputs.map(\.statement) + (loss.map { [$0.logits] } ?? [])))
        let tensors = statementOrder.flatMap { self.tensors(of: $0, called: names[$0]) }
        let net = { (text: String, notes: [String]) in ImportedNet(text: text, tensors: tensors, notes: notes) }
        let flat = net(text(outputs, loss), notes)
        guard !blocks.isEmpty else { return (flat, nil) }
        for block in blocks {
            for call in block.calls { callNames[statementOrder[call.lines.upperBound - 1]] = call.name }
        }
        return (flat, net(text(outputs, loss), notes))
    }

    private func text(_ outputs: [Output], _ loss: Loss?) -> String {
        let source = [importer.model.producer, importer.model.producerVersion].filter { !$0.isEmpty }
        let name = Self.title(importer.options.name ?? importer.model.graph.name)
        let origin = source.isEmpty ? "" : " of \(source.joined(separator: " "))"
        var lines = ["// Imported from ONNX\(origin), opset \(importer.model.opset).".shortened]
        lines += notes.map { "// " + $0.shortened }
        var calls: [Int: (text: String, lines: Range<Int>)] = [:]
        if !callNames.isEmpty {
            lines.append("")
            var taken = Set(ReservedNames.all + names + outputNames)
            for block in blocks {
                let text = self.text(of: block, &taken)
                lines += text.declaration
                for (call, expression) in zip(block.calls, text.calls) {
                    calls[call.lines.lowerBound] = ("\(QuotedName.written(call.name)) = \(expression)", call.lines)
                }
            }
        }
        lines.append("graph \(name) {")
        for input in importer.inputs {
            let map = importer.statements[input]
            lines.append("  input \(spelled(input)): [\(map.channels), \(map.extent.height), \(map.extent.width)]")
        }
        if let loss { lines.append("  " + loss.target) }
        lines.append("")
        lines += statements(outputs, calls)
        if let loss { lines += [""] + loss.statements(spelled(loss.logits)).map { "  " + $0 } }
        return (lines + ["}", ""]).joined(separator: "\n")
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

    /// How other statements read its value.
    func spelled(_ statement: Int) -> String { QuotedName.written(callNames[statement] ?? names[statement]) }

    // MARK: Statements

    /// - Parameter calls: of blocks, by the place of their first line.
    private func statements(
        _ outputs: [Output], _ calls: [Int: (text: String, lines: Range<Int>)]
    ) -> [String] {
        var lines: [String] = []
        var place = 0
        while place < statementOrder.count {
            let index = statementOrder[place]
            let source = importer.statements[index].source.shortened
            if let call = calls[place] {
                let last = importer.statements[statementOrder[call.lines.upperBound - 1]].source.shortened
                lines.append("  \(call.text)  // \(call.lines.count) statements, \(source) to \(last)")
                place = call.lines.upperBound
                continue
            }
            let isOutput = outputs.indices.contains {
                outputs[$0].statement == index && outputNames[$0] == names[index]
            }
            let text = tokens(index).map { token in
                switch token {
                case .text(let text), .number(let text): text
                case .operand(let operand): spelled(operand)
                }
            }.joined()
            lines.append("  \(isOutput ? "output " : "")\(spelled(index)) = \(text)  // \(source)")
            place += 1
        }
        for (place, output) in outputs.enumerated() where outputNames[place] != names[output.statement] {
            lines.append("  output \(QuotedName.written(outputNames[place])) = \(spelled(output.statement))")
        }
        return lines
    }

    /// A statement's expression, with those that stand inside it.
    func tokens(_ index: Int) -> [TextLine.Token] {
        let statement = importer.statements[index]
        var tokens: [TextLine.Token] = []
        var rest = statement.template[...]
        while let place = rest.firstIndex(of: "%") {
            tokens += TextLine.tokens(rest[..<place])
            rest = rest[rest.index(after: place)...]
            let number = rest.prefix { $0.isNumber }
            rest = rest.dropFirst(number.count)
            let operand = statement.operands[Int(number) ?? 0]
            guard inner.contains(operand) else {
                tokens.append(.operand(operand))
                continue
            }
            let isCall = importer.statements[operand].template.first?.isLetter ?? false
            let isPlain = isCall || statement.template.first?.isLetter ?? false
            tokens += isPlain ? self.tokens(operand) : [.text("(")] + self.tokens(operand) + [.text(")")]
        }
        return tokens + TextLine.tokens(rest)
    }

    /// What a statement's expression learns, in the order in which the compiler finds it.
    private func tensors(of index: Int, called name: String) -> [ImportedNet.Tensor] {
        let statement = importer.statements[index]
        let within = statement.operands.filter(inner.contains).flatMap { tensors(of: $0, called: name) }
        return within
            + statement.parameters.map {
                ImportedNet.Tensor(name: "\(name).\($0.suffix)", shape: $0.shape, values: $0.values)
            }
    }

    // MARK: What it learns

    private struct Loss {
        var target: String
        /// The statement that is compared.
        var logits: Int
        /// An output that has to be declared for it, and why.
        var output: String?
        /// What it is called where it is an output.
        var name: String
        /// The loss, with `%` for what is compared.
        var text: String

        /// - Parameter value: how the compared statement is read.
        func statements(_ value: String) -> [String] {
            (output.map { ["output logits = \(value)  // \($0)"] } ?? [])
                + ["loss \(text.replacing("%", with: name))  // chosen by the importer"]
        }
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
        let size = "\(input.extent.height), \(input.extent.width)"
        var loss = Loss(
            target: "target mask: [1, \(size)]", logits: outputs[place].statement,
            name: QuotedName.written(outputNames[place]),
            text: "bce_with_logits(%, mask) + dice_loss(%, mask)")
        let last = importer.statements[loss.logits]
        if ["sigmoid(%0)", "softmax(%0)"].contains(last.template) {
            loss.logits = last.operands[0]
            loss.name = "logits"
            if !outputNames.contains("logits") {
                loss.output = "before the \(last.template.prefix(7)), as the loss wants it"
            }
        }
        let channels = importer.statements[loss.logits].channels
        let isBinary = importer.options.loss == .binary || importer.options.loss == .auto && channels == 1
        if isBinary, channels == 1 { return loss }
        guard !isBinary, channels > 1 else {
            notes.append("An output of \(channels) channels does not fit the loss that was asked for: there is none.")
            return nil
        }
        loss.target = "target labels: classes[\(size)]"
        loss.text = "cross_entropy(%, labels)"
        return loss
    }
}
