/// Gathers findings in any order and hands them out in reading order.
///
/// A hostile file can be wrong in every byte: what could never be shown is only counted, so that memory stays bounded.
public struct DiagnosticCollector: Sendable {
    /// Errors shown before giving up, and as many warnings.
    public static let limit = 20
    /// Findings kept at most.
    private static let storageLimit = 2_000

    /// Findings of one severity behind the last one that can be shown.
    private struct Omitted {
        var count = 0
        /// The place of the first of them.
        var range: SourceRange?
    }

    private var diagnostics: [Diagnostic] = []
    public private(set) var errorCount = 0
    /// The error that was reported before all others, wherever it stands.
    public private(set) var firstError: Diagnostic?
    private var omitted: [Diagnostic.Severity: Omitted] = [:]

    public init() {}

    public var isEmpty: Bool { diagnostics.isEmpty }
    public var hasErrors: Bool { errorCount > 0 }

    public mutating func report(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error {
            errorCount += 1
            firstError = firstError ?? diagnostic
        }
        diagnostics.append(diagnostic)
        if diagnostics.count >= Self.storageLimit { prune() }
    }

    /// True if an error at exactly this place has been reported.
    public func hasError(at range: SourceRange?) -> Bool {
        hasErrors && diagnostics.contains { $0.severity == .error && $0.range == range }
    }

    /// The findings sorted by place (those of the command line first), each once (severity, message and place count).
    /// Behind the first `limit` errors, and as many warnings, a last one says how many there are more.
    public func finished() -> [Diagnostic] {
        var pruned = self
        pruned.prune()
        return pruned.diagnostics + Diagnostic.Severity.allCases.compactMap(pruned.summary)
    }

    private func summary(of severity: Diagnostic.Severity) -> Diagnostic? {
        guard let omitted = omitted[severity] else { return nil }
        let plural = omitted.count == 1 ? "" : "s"
        return Diagnostic(
            "... and \(omitted.count) more \(severity.rawValue)\(plural)", at: omitted.range, severity: severity)
    }

    /// Sorts, drops what stands there twice, and keeps of each severity what can be shown.
    private mutating func prune() {
        let sorted = diagnostics.enumerated().sorted { a, b in key(a.element, a.offset) < key(b.element, b.offset) }
        var seen: Set<Key> = []
        var counts: [Diagnostic.Severity: Int] = [:]
        diagnostics = []
        for (_, diagnostic) in sorted where seen.insert(Key(diagnostic)).inserted {
            counts[diagnostic.severity, default: 0] += 1
            if counts[diagnostic.severity, default: 0] <= Self.limit {
                diagnostics.append(diagnostic)
            } else {
                omit(diagnostic)
            }
        }
    }

    private mutating func omit(_ diagnostic: Diagnostic) {
        var entry = omitted[diagnostic.severity] ?? Omitted(count: 0, range: diagnostic.range)
        entry.count += 1
        if (diagnostic.range?.lower ?? -1) < (entry.range?.lower ?? -1) { entry.range = diagnostic.range }
        omitted[diagnostic.severity] = entry
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
