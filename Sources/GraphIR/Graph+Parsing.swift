import Diagnostics

extension Graph {
    /// Reads the text form that `text` prints; `Graph(parsing: graph.text) == graph`.
    ///
    /// The result refers only to nodes that exist, operands always to earlier ones; whether it is well formed beyond
    /// that is for `verify(_:)` to say.
    /// - Throws: `GraphTextError` with the line at fault, what was expected and what was found.
    public init(parsing text: String) throws(GraphTextError) {
        var reader = GraphTextReader()
        for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var scanner = TextScanner(line: index + 1, line)
            if scanner.isAtEnd() || scanner.sees("//") { continue }
            try reader.read(&scanner)
        }
        self = try reader.finish()
    }
}

/// Reads a graph line by line.
private struct GraphTextReader {
    private enum State { case beforeGraph, inside, done }
    private var state = State.beforeGraph
    private var graph = Graph(name: "")
    private var lastLine = 1

    mutating func read(_ scanner: inout TextScanner) throws(GraphTextError) {
        lastLine = scanner.line
        switch state {
        case .beforeGraph:
            guard scanner.takes(word: "graph") else { throw scanner.failure("'graph NAME {'") }
            graph.name = try scanner.name("the graph's name")
            try scanner.expect("{")
            state = .inside
        case .inside:
            try readStatement(&scanner)
        case .done:
            throw scanner.failure("nothing behind the graph's '}'")
        }
        try end(&scanner)
    }

    func finish() throws(GraphTextError) -> Graph {
        switch state {
        case .beforeGraph: throw GraphTextError(line: lastLine, "expected 'graph NAME {', found the end of the text")
        case .inside: throw GraphTextError(line: lastLine, "expected '}', found the end of the text")
        case .done: return graph
        }
    }

    /// Nothing but a comment may follow.
    private func end(_ scanner: inout TextScanner) throws(GraphTextError) {
        if scanner.sees("//") { return }
        guard scanner.isAtEnd() else { throw scanner.failure("the end of the line") }
    }

    private mutating func readStatement(_ scanner: inout TextScanner) throws(GraphTextError) {
        if scanner.sees("%") {
            try readNode(&scanner)
        } else if scanner.takes("}") {
            state = .done
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
            var attributes = AttributeReader(line: scanner.line, try attributeList(&scanner))
            graph.training = try TrainingOptions(&attributes)
            try attributes.finish()
        } else {
            throw scanner.failure("'%NUMBER NAME = …', 'output', 'loss', 'gradient', 'train' or '}'")
        }
    }

    /// `%3 name = operator(%0, %1) {…} then relu beside %2 : [N, 64]  // file:1:2 "derivation"`
    private mutating func readNode(_ scanner: inout TextScanner) throws(GraphTextError) {
        let id = try nodeID(&scanner)
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
        let attributes = scanner.sees("{") ? try attributeList(&scanner) : []
        return Call(
            mnemonic: mnemonic, operands: operands, attributes: AttributeReader(line: scanner.line, attributes))
    }

    private func nodeID(_ scanner: inout TextScanner) throws(GraphTextError) -> NodeID {
        try scanner.expect("%")
        return NodeID(try scanner.integer("a node's number"))
    }

    /// A reference to a node that stands on an earlier line.
    private func existingNode(_ scanner: inout TextScanner) throws(GraphTextError) -> NodeID {
        let id = try nodeID(&scanner)
        guard graph.nodes.indices.contains(id.index) else {
            throw GraphTextError(
                line: scanner.line, "\(id) is not defined on an earlier line; \(graph.nodes.count) nodes are so far")
        }
        return id
    }

    private func attributeList(_ scanner: inout TextScanner) throws(GraphTextError) -> [Attribute] {
        try scanner.expect("{")
        var attributes: [Attribute] = []
        repeat {
            let key = try scanner.word("an attribute")
            try scanner.expect(":")
            if scanner.sees("[") {
                attributes.append(Attribute(key, try integerList(&scanner)))
            } else {
                attributes.append(Attribute(key, try scanner.word("a value for '\(key)'")))
            }
        } while scanner.takes(",")
        try scanner.expect("}")
        return attributes
    }

    private func integerList(_ scanner: inout TextScanner) throws(GraphTextError) -> [Int] {
        try scanner.expect("[")
        var list: [Int] = []
        if scanner.takes("]") { return list }
        repeat { list.append(try scanner.integer("an integer")) } while scanner.takes(",")
        try scanner.expect("]")
        return list
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
        if scanner.isAtEnd() || scanner.sees("//") { return type }
        let word = try scanner.word("an element type")
        guard let element = ElementType(rawValue: word) else {
            let valid = ElementType.allCases.map(\.rawValue).joined(separator: " or ")
            throw GraphTextError(line: scanner.line, "expected the element type \(valid), found '\(word)'")
        }
        type.element = element
        return type
    }

    /// `// file:7:3 "derivation"`, either part alone, or nothing.
    private func readOrigin(_ scanner: inout TextScanner) throws(GraphTextError) -> Origin {
        var origin = Origin()
        guard scanner.takes("//"), !scanner.isAtEnd() else { return origin }
        let isQuoted = scanner.sees("\"")
        let first = try scanner.file()
        if isQuoted && scanner.isAtEnd() {
            origin.derivation = first
            return origin
        }
        try scanner.expect(":")
        let line = try scanner.integer("a line number")
        try scanner.expect(":")
        origin.location = SourceLocation(file: first, line: line, column: try scanner.integer("a column number"))
        if scanner.sees("\"") { origin.derivation = try scanner.quoted() }
        guard scanner.isAtEnd() else { throw scanner.failure("the end of the line") }
        return origin
    }
}
