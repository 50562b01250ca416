import GraphIR

/// Names as the file has them, of parameters and of nodes.
extension ONNXImporter {
    /// The name of a statement whose weight is called like this: PyTorch's `encoder.conv1` of `encoder.conv1.weight`; nil where the
    /// weight's name says nothing.
    func statementName(weight: String) -> String? {
        guard weight.hasSuffix(".weight"), !weight.contains("/"), !weight.contains("::") else { return nil }
        return String(weight.dropLast(".weight".count))
    }
}

extension ONNXNode {
    /// What a statement may be called that comes from the node.
    var statementName: String {
        // PyTorch's `/encoder/layer1/layer1.0/conv1/Conv`: the path of the module, each part of which repeats the list that it is in.
        let parts = name.split(separator: "/").map(String.init)
        if name.hasPrefix("/"), parts.count > 1 {
            var path: [String] = []
            for part in parts.dropLast() {
                if let last = path.last, part.hasPrefix(last + ".") { path.removeLast() }
                path.append(part)
            }
            return path.joined(separator: ".")
        }
        // TensorFlow's `model/conv1/Conv2D`.
        if parts.count > 1 { return parts.dropLast().joined(separator: ".") }
        return outputs.first.flatMap { $0.isEmpty ? nil : $0 } ?? op.lowercased()
    }
}

/// Gives each statement a name of its own that the language takes.
struct StatementNames {
    private var taken: Set<String>

    /// - Parameter taken: what nothing else may be called: operators, inputs, outputs.
    init(taken: Set<String>) { self.taken = taken }

    mutating func legal(_ name: String) -> String {
        var legal = String(name.unicodeScalars.map { Self.isAllowed($0) ? Character($0) : "_" }.prefix(150))
        while legal.contains("..") { legal = legal.replacing("..", with: ".") }
        while legal.hasPrefix(".") { legal.removeFirst() }
        while legal.hasSuffix(".") { legal.removeLast() }
        if legal.isEmpty { legal = "value" }
        var free = legal
        var number = 2
        while !take(free) {
            free = "\(legal)_\(number)"
            number += 1
        }
        return free
    }

    /// Takes a name, and what its parameters would be called.
    private mutating func take(_ name: String) -> Bool {
        let all = [name] + ParameterKind.allCases.map { "\(name).\($0.suffix)" }
        guard !all.contains(where: taken.contains) else { return false }
        taken.formUnion(all)
        return true
    }

    /// What may stand in a name in quotes.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "-", "/", ":": true
        default: false
        }
    }
}
