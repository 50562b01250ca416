import Diagnostics

extension Elaborator {
    mutating func reportUnknownOverride(_ name: String, _ valid: [String]) {
        report(
            "the graph has no parameter \"\(name)\" to override with -D", at: nil,
            hint: suggestion(name, valid, "its parameters are") ?? "parameters are declared as graph NAME(width = 64)")
    }

    /// The value that `-D name=text` gives; its type is that of the default value.
    mutating func overridden(_ name: String, default value: Value, _ text: String) -> Value {
        let expected: String
        switch value {
        case .integer:
            if let number = Int(text) { return .integer(number) }
            expected = "a whole number"
        case .real:
            if let number = Double(text), number.isFinite { return .real(number) }
            expected = "a number"
        case .boolean:
            if let flag = Bool(text) { return .boolean(flag) }
            expected = "true or false"
        case .tensor, .invalid: return .invalid
        }
        report(
            "graph parameter \"\(name)\" must be \(expected), found \"\(text)\"", at: nil,
            hint: "its default is \(plain(value))")
        return .invalid
    }

    private func plain(_ value: Value) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .tensor, .invalid: "unknown"
        }
    }
}
