extension Graph {
    /// The graph as JSON, one node a line; the same graph gives the same bytes in every process.
    ///
    /// Keys: `name`, `nodes` (`id`, `name`, `op`, `attributes`, `inputs`, `epilogue`, `host`, `shape`, `batched`, `element`,
    /// `location`, `derivation`), `outputs`, `loss`, `gradients`, `training`.
    public var json: String {
        let nodes = ids.map { "    " + jsonNode($0) }
        let bindings = gradients.map { object([("of", "\($0.of.index)"), ("node", "\($0.gradient.index)")]) }
        let members = [
            ("nodes", nodes.isEmpty ? "[]" : "[\n" + nodes.joined(separator: ",\n") + "\n  ]"),
            ("outputs", array(outputs.map { object([("name", string($0.name)), ("node", "\($0.node.index)")]) })),
            ("loss", loss.map { "\($0.index)" } ?? "null"),
            ("gradients", array(bindings)),
            ("training", object(training.attributes)),
        ]
        let body = [("name", string(name))] + members
        return "{\n" + body.map { "  \(string($0.0)): \($0.1)" }.joined(separator: ",\n") + "\n}\n"
    }

    private func jsonNode(_ id: NodeID) -> String {
        let node = self[id]
        return object([
            ("id", "\(id.index)"), ("name", string(node.name)), ("op", string(node.op.mnemonic)),
            ("attributes", object(node.op.attributes)), ("inputs", array(node.inputs.map { "\($0.index)" })),
            ("epilogue", array(node.epilogue.map(jsonStep))),
            ("host", node.host.map { "\($0.index)" } ?? "null"), ("shape", array(node.type.shape.map(String.init))),
            ("batched", "\(node.type.isBatched)"), ("element", string(node.type.element.rawValue)),
            ("location", node.origin.location.map { string($0.description) } ?? "null"),
            ("derivation", node.origin.derivation.map(string) ?? "null"),
        ])
    }

    private func jsonStep(_ step: FusedStep) -> String {
        object([
            ("function", string(step.function.mnemonic)), ("attributes", object(step.function.attributes)),
            ("operands", array(step.operands.map { "\($0.index)" })),
        ])
    }
}

private func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(string($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
}

private func object(_ attributes: [Attribute]) -> String { object(attributes.map { ($0.key, json($0.value)) }) }

private func array(_ elements: [String]) -> String { "[" + elements.joined(separator: ", ") + "]" }

/// Numbers stand as they are; words, and numbers that JSON does not know (`inf`), as strings.
private func json(_ value: Attribute.Value) -> String {
    switch value {
    case .list(let numbers): array(numbers.map(String.init))
    case .scalar(let word): Double(word)?.isFinite == true ? word : string(word)
    }
}

private func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
