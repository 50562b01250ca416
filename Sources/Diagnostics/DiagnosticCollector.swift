/// Gathers findings in any order and hands them out in reading order.
public struct DiagnosticCollector: Sendable {
    /// Errors shown before giving up.
    public static let errorLimit = 20

    private var diagnostics: [Diagnostic] = []

    public init() {}

    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    public mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

    /// True if an error at exactly this place has been reported.
    public func hasError(at range: SourceRange?) -> Bool {
        diagnostics.contains { $0.severity == .error && $0.range == range }
    }

    /// The findings sorted by place (those of the command line first), each once (severity, message and place count),
    /// cut off behind the first `errorLimit` errors with the error "too many errors".
    public func finished() -> [Diagnostic] {
        let sorted = diagnostics.enumerated().sorted { a, b in key(a.element, a.offset) < key(b.element, b.offset) }
        var seen: Set<Key> = []
        var result: [Diagnostic] = []
        var errors = 0
        for (_, diagnostic) in sorted where seen.insert(Key(diagnostic)).inserted {
            if diagnostic.severity == .error {
                errors += 1
                if errors > Self.errorLimit {
                    result.append(Diagnostic("too many errors", at: diagnostic.range))
                    break
                }
            }
            result.append(diagnostic)
        }
        return result
    }

    private func key(_ diagnostic: Diagnostic, _ order: Int) -> (Int, Int, Int) {
        (diagnostic.range?.lower ?? -1, diagnostic.range?.upper ?? -1, order)
    }

    private struct Key: Hashable {
        var severity: Diagnostic.Severity
        var message: String
        var range: SourceRange?
        init(_ diagnostic: Diagnostic) {
            severity = diagnostic.severity
            message = diagnostic.message
            range = diagnostic.range
        }
    }
}
