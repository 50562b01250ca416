import Diagnostics

/// A graph's text with another first line.
package enum GraphHeader {
    /// The text with another name of the graph, or other defaults of its parameters; all else stays as it is, comments too.
    ///
    /// - Parameters:
    ///   - name: nil for the same.
    ///   - defaults: values as `-D name=value` gives them, the last one of a name counts; names of no parameter change nothing.
    /// - Returns: the text as it is where it cannot be read.
    package static func changed(
        _ text: String, name: String? = nil, defaults: [(name: String, value: String)] = []
    ) -> String {
        let file = SourceFile(name: "", text: text)
        guard unreadable(file) == nil else { return text }
        var parser = Parser(file)
        guard let graph = parser.parseFile().graph else { return text }
        var changes: [(range: SourceRange, text: String)] = []
        if let name { changes.append((graph.name.range, name)) }
        for parameter in graph.parameters {
            guard let value = defaults.last(where: { $0.name == parameter.name.text })?.value else { continue }
            changes.append((parameter.value.range, spelled(value, isReal: parameter.value.isReal)))
        }
        var bytes = file.bytes
        for change in changes.sorted(by: { $0.range.lower > $1.range.lower }) {
            bytes.replaceSubrange(change.range.lower..<change.range.upper, with: change.text.utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// As a literal of the language, of the type that the default has: a number without a point would make the parameter whole.
    private static func spelled(_ value: String, isReal: Bool) -> String {
        if !isReal, let number = Int(value) { return "\(number)" }
        return Double(value).map { "\($0)" } ?? value
    }
}

extension Expression {
    /// Whether there is a number with a point in it.
    fileprivate var isReal: Bool {
        switch kind {
        case .real: true
        case .negate(let operand): operand.isReal
        case .binary(_, let a, let b): a.isReal || b.isReal
        case .integer, .boolean, .name, .call, .list, .invalid: false
        }
    }
}
