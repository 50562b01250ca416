/// What is wrong with a source text, where, and how to mend it.
///
/// As an `Error` it is thrown by code that stops at its first finding.
public struct Diagnostic: Error, Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable, CaseIterable {
        case error
        case warning
    }

    /// A further place that explains the finding, such as the first of two definitions.
    public struct Note: Hashable, Sendable {
        public var message: String
        public var range: SourceRange

        public init(_ message: String, _ range: SourceRange) {
            self.message = message
            self.range = range
        }
    }

    public var severity: Severity
    /// In lower case, names in "quotes", expected against found.
    public var message: String
    /// Where it is; nil for the command line.
    public var range: SourceRange?
    public var notes: [Note]
    /// What to do about it.
    public var hint: String?

    public init(
        _ message: String, at range: SourceRange?, notes: [Note] = [], hint: String? = nil,
        severity: Severity = .error
    ) {
        self.severity = severity
        self.message = message
        self.range = range
        self.notes = notes
        self.hint = hint
    }
}
