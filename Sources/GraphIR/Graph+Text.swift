import Base

/// The graph as text, one node a line; `Graph(parsing:)` reads it back to an equal graph.
///
/// ```
/// graph unet {
///   %0 image = input : [N, 3, 128, 128]  // unet.graph:3:10
///   %1 conv1.weight = parameter {kind: weight, fan_in: 27} : [64, 3, 3, 3]  // unet.graph:6:3
///   %2 conv1 = conv(%0, %1) {input: [3, 128, 128], …} then relu : [N, 64, 128, 128]  // unet.graph:6:3
///   %3 pool1 = max_pool(%2) {…} beside %2 : [N, 64, 64, 64]  // unet.graph:7:3
///   output logits = %2
///   loss %7
///   gradient %1 = %9
///   train {optimizer: adam, lr: 0.001, …, seed: 0}
/// }
/// ```
/// `beside` names the host of a companion. Behind `//` stand the node's location and, in quotes, what derived it. Names of other characters than letters,
/// digits, `_` and `.` stand in quotes.
extension Graph {
    /// The text form; the same graph gives the same bytes in every process.
    public var text: String {
        var lines = ["graph \(quotedIfNeeded(name)) {"]
        for id in ids { lines.append("  \(id) \(self[id].text)") }
        for output in outputs { lines.append("  output \(quotedIfNeeded(output.name)) = \(output.node)") }
        if let loss { lines.append("  loss \(loss)") }
        for binding in gradients { lines.append("  gradient \(binding.of) = \(binding.gradient)") }
        lines.append("  train \(braced(training.attributes))")
        lines.append("}")
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Graph {
    /// Equal for graphs that compute the same with the same parameters, whatever their places in a text and their training options:
    /// FNV-1a of the text without these.
    public var structureHash: String {
        var bare = self
        bare.training = TrainingOptions()
        for id in bare.ids { bare[id].origin = Origin() }
        return FNV1a.hash(bare.text).hexadecimal
    }
}

extension Node {
    /// `conv1 = conv(%0, %1) {…} then relu : [N, 64, 128, 128]  // …`
    fileprivate var text: String {
        var text = "\(quotedIfNeeded(name)) = \(call(op.mnemonic, inputs, op.attributes))"
        for step in epilogue {
            text += " then " + call(step.function.mnemonic, step.operands, step.function.attributes)
        }
        if let host { text += " beside \(host)" }
        text += " : \(type)"
        if let origin = origin.text { text += "  // " + origin }
        return text
    }
}

extension Origin {
    /// `unet.graph:7:3 "backward of conv1"`, either part alone, or nil when nothing is known.
    fileprivate var text: String? {
        var parts: [String] = []
        if let location {
            let file =
                location.file.unicodeScalars.allSatisfy(\.isFileCharacter) && !location.file.isEmpty
                ? location.file : quoted(location.file)
            parts.append("\(file):\(location.line):\(location.column)")
        }
        if let derivation { parts.append(quoted(derivation.description)) }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}

/// `conv(%0, %1) {groups: 1}`, without the parts that are empty.
private func call(_ mnemonic: String, _ operands: [NodeID], _ attributes: [Attribute]) -> String {
    let list = operands.isEmpty ? "" : "(" + operands.map(\.description).joined(separator: ", ") + ")"
    return mnemonic + list + (attributes.isEmpty ? "" : " " + braced(attributes))
}

package func braced(_ attributes: [Attribute]) -> String {
    "{" + attributes.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
}

/// A name as text forms write it: bare, or in quotes.
package func quotedIfNeeded(_ name: String) -> String {
    !name.isEmpty && name.unicodeScalars.allSatisfy(\.isNameCharacter) ? name : quoted(name)
}

/// In double quotes, with quotes, backslashes and control characters escaped so that it stays on one line.
package func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

extension Attribute.Value: CustomStringConvertible {
    package var description: String {
        switch self {
        case .scalar(let word): word
        case .list(let numbers): "[" + numbers.map(String.init).joined(separator: ", ") + "]"
        }
    }
}

extension Unicode.Scalar {
    /// Characters that a name may hold without quotes.
    var isNameCharacter: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ".": true
        default: false
        }
    }

    /// Characters that a file may hold without quotes.
    var isFileCharacter: Bool { isNameCharacter || self == "/" || self == "-" }

    /// Characters of numbers and of attributes' words.
    var isWordCharacter: Bool { isNameCharacter || "-+*?|".unicodeScalars.contains(self) }

    /// Of single values of attributes: patterns of names in quotes may hold these as well.
    var isValueCharacter: Bool { isWordCharacter || self == "/" || self == ":" }
}
