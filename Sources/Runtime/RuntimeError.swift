import Base
import FileAccess

/// What went wrong while loading, running or saving a model, in words for the person who can fix it.
public struct RuntimeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Names the file or value, what was expected and what was found.
    public var message: String
    /// What to do about it, where that is known.
    public var hint: String?

    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    public var description: String { message + (hint.map { "\n  hint: \($0)" } ?? "") }
}

extension RuntimeError {
    /// "there is no output "x"; the outputs are "a" and "b"".
    static func unknown(_ kind: String, _ name: String, valid: [String]) -> RuntimeError {
        let known = valid.isEmpty ? "there are none" : "known are \(quotedList(valid))"
        return RuntimeError("there is no \(kind) \"\(name)\": \(known)")
    }

    /// The system's words for `errno`.
    static func system(_ what: String, errno code: Int32) -> RuntimeError {
        RuntimeError("\(what): \(systemMessage(code))")
    }
}

/// `"a", "b" and "c"`, cut after twenty names.
func quotedList(_ names: [String]) -> String {
    let shown = names.prefix(20).map { "\"\($0)\"" }
    if names.count > shown.count { return shown.joined(separator: ", ") + " and \(names.count - shown.count) more" }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
}
