/// What is wrong with what the user gave, in words that name the file and suggest a fix.
///
/// A trainer that ends with this error exits with code 1.
public struct TrainerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// In lower case, what was expected and what was found.
    public var message: String
    /// What to do about it, one sentence.
    public var hint: String?

    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    public var description: String {
        guard let hint else { return message }
        return message + "\n  hint: " + hint
    }
}
