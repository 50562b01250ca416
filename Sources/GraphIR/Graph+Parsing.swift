import Diagnostics

extension Graph {
    /// Reads the text form that `text` prints; `Graph(parsing: graph.text) == graph`.
    ///
    /// The result refers only to nodes that exist, operands always to earlier ones; whether it is well formed beyond
    /// that is for `verify(_:)` to say.
    /// - Throws: `GraphTextError` with the line at fault, what was expected and what was found.
    public init(parsing text: String) throws(GraphTextError) {
        var lines = TextLines(text)
        self = try Graph(reading: &lines)
        try lines.finish(behind: "the graph's '}'")
    }

    /// Reads a graph from the next lines, up to its `}`.
    package init(reading lines: inout TextLines) throws(GraphTextError) {
        var reader = GraphTextReader()
        var scanner = try lines.next("'graph NAME {'")
        try reader.readHeader(&scanner)
        while !reader.isDone {
            scanner = try lines.next("'}'")
            try reader.readStatement(&scanner)
        }
        self = reader.graph
    }
}

/// Reads a graph line by line.
private struct GraphTextReader {
    private(set) var graph = Graph(name: "")
    /// Whether its `}` has been read.
    private(set) var isDone = false

    mutating func readHeader(_ scanner: inout TextScanner) throws(GraphTextError) {
        guard scanner.takes(word: "graph") else { throw scanner.failure("'graph NAME {'") }
        graph.name = try scanner.name("the graph's name")
        try scanner.expect("{")
        try scanner.end()
    }

    mutating func readStatement(_ scanner: inout TextScanner) throws(GraphTextError) {
        try readContent(&scanner)
        try scanner.end()
    }

    private mutating func readContent(_ scanner: inout TextScanner) throws(GraphTextError) {
        if scanner.sees("%") {
            try readNode(&scanner)
        } else if scanner.takes("}") {
            isDone = true
        } else if scanner.takes(word: "output") {
            let name = try scanner.name("the output's name")
            try scanner.expect("=")
            graph.outputs.append(NamedValue(name, try existingNode(&scanner)))
        } else if scanner.takes(word: "loss") {
            guard graph.loss == nil else { throw GraphTextError(line: scanner.line, "a graph has one loss, found two") }
            graph.loss = try existingNode(&scanner)
        } else if scanner.takes(word: "gradient") {
            let of = try existingNode(&scanner)
            try scanner.expect("=")
            graph.gradients.append(GradientBinding(of: of, gradient: try existingNode(&scanner)))
        } else if scanner.takes(word: "train") {
            var attributes = try scanner.attributes()
            graph.training = try TrainingOptions(&attributes)
            try attributes.finish()
        } else {
            throw scanner.failure("'%NUMBER NAME = …', 'output', 'loss', 'gradient', 'train' or '}'")
        }
    }

    /// `%3 name = operator(%0, %1) {…} then relu beside %2 : [N, 64]  // file:1:2 "derivation"`
    private mutating func readNode(_ scanner: inout TextScanner) throws(GraphTextError) {
        let id = try scanner.nodeID()
        guard id.index == graph.nodes.count else {
            throw GraphTextError(line: scanner.line, "expected node %\(graph.nodes.count), found \(id)")
        }
        let name = try scanner.name("the node's name")
        try scanner.expect("=")
        let call = try readCall(&scanner)
        var attributes = call.attributes
        guard let op = try Op(mnemonic: call.mnemonic, &attributes) else {
            throw GraphTextError(line: scanner.line, "unknown operator '\(call.mnemonic)'")
        }
        try attributes.finish()
        var node = Node(op: op, inputs: call.operands, type: .scalar, name: name)
        while scanner.takes(word: "then") { node.epilogue.append(try readStep(&scanner)) }
        if scanner.takes(word: "beside") { node.host = try existingNode(&scanner) }
        try scanner.expect(":")
        node.type = try readType(&scanner)
        node.origin = try readOrigin(&scanner)
        graph.append(node)
    }

    private func readStep(_ scanner: inout TextScanner) throws(GraphTextError) -> FusedStep {
        let call = try readCall(&scanner)
        var attributes = call.attributes
        guard let function = try Elementwise(mnemonic: call.mnemonic, &attributes) else {
            throw GraphTextError(line: scanner.line, "unknown elementwise function '\(call.mnemonic)'")
        }
        try attributes.finish()
        return FusedStep(function, call.operands)
    }

    private struct Call {
        var mnemonic: String
        var operands: [NodeID]
        var attributes: AttributeReader
    }

    private func readCall(_ scanner: inout TextScanner) throws(GraphTextError) -> Call {
        let mnemonic = try scanner.word("an operator")
        var operands: [NodeID] = []
        if scanner.takes("(") {
            repeat { operands.append(try existingNode(&scanner)) } while scanner.takes(",")
            try scanner.expect(")")
        }
        let attributes = scanner.sees("{") ? try scanner.attributes() : AttributeReader(line: scanner.line, [])
        return Call(mnemonic: mnemonic, operands: operands, attributes: attributes)
    }

    /// A reference to a node that stands on an earlier line.
    private func existingNode(_ scanner: inout TextScanner) throws(GraphTextError) -> NodeID {
        let id = try scanner.nodeID()
        guard graph.nodes.indices.contains(id.index) else {
            throw GraphTextError(
                line: scanner.line, "\(id) is not defined on an earlier line; \(graph.nodes.count) nodes are so far")
        }
        return id
    }

    /// `[N, 64, 128, 128]`, `[64]`, `[N, 4, 4] class`
    private func readType(_ scanner: inout TextScanner) throws(GraphTextError) -> TensorType {
        try scanner.expect("[")
        var type = TensorType([], batched: scanner.takes(word: "N"))
        var expectsMore = !type.isBatched && !scanner.sees("]") || scanner.takes(",")
        while expectsMore {
            type.shape.append(try scanner.integer("a dimension"))
            expectsMore = scanner.takes(",")
        }
        try scanner.expect("]")
        for element in TensorType.Word.elements where scanner.takes(word: element.rawValue) { type.element = element }
        if scanner.takes(word: TensorType.Word.classes) { type.isClasses = true }
        if scanner.isAtEnd() || scanner.sees("//") { return type }
        let valid = TensorType.Word.elements.map(\.rawValue).joined(separator: ", ") + " or " + TensorType.Word.classes
        throw GraphTextError(
            line: scanner.line, "expected the element type \(valid), found '\(try scanner.word("an element type"))'")
    }

    /// `// file:7:3 "derivation"`, either part alone, or nothing.
    private func readOrigin(_ scanner: inout TextScanner) throws(GraphTextError) -> Origin {
        var origin = Origin()
        guard scanner.takes("//"), !scanner.isAtEnd() else { return origin }
        let isQuoted = scanner.sees("\"")
        let first = try scanner.file()
        if isQuoted && scanner.isAtEnd() {
            origin.derivation = Derivation(first)
            return origin
        }
        try scanner.expect(":")
        let line = try scanner.integer("a line number")
        try scanner.expect(":")
        origin.location = SourceLocation(file: first, line: line, column: try scanner.integer("a column number"))
        if scanner.sees("\"") { origin.derivation = Derivation(try scanner.quoted()) }
        guard scanner.isAtEnd() else { throw scanner.failure("the end of the line") }
        return origin
    }
}
