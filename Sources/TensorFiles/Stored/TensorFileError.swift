import Base

/// Why tensors cannot be read from a file or written to one, in words for the person who can fix it.
public struct TensorFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Names the file or tensor, what was expected and what was found.
    public var message: String
    /// What to do about it, where that is known.
    public var hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    public var description: String { message + (hint.map { "\n  hint: \($0)" } ?? "") }
}
