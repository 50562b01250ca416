/// Gathers findings in any order and hands them out in reading order.
///
/// A hostile file can be wrong in every byte: what could never be shown is only counted, so that memory stays bounded.
public struct DiagnosticCollector: Sendable {
    /// Errors shown before giving up.
    public static let errorLimit = 20
    /// Findings kept at most between two prunings.
    private static let storageLimit = 2_000

    private var diagnostics: [Diagnostic] = []
    private var errorCount = 0
    /// Errors behind the last one that can be shown, and the place of the first of them.
    private var omitted: (count: Int, range: SourceRange?) = (0, nil)

    public init() {}

    public var isEmpty: Bool { diagnostics.isEmpty }
    public var hasErrors: Bool { errorCount > 0 }

    public mutating func report(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error { errorCount += 1 }
        diagnostics.append(diagnostic)
        if diagnostics.count >= Self.storageLimit { prune() }
    }

    /// True if an error at exactly this place has been reported.
    public func hasError(at range: SourceRange?) -> Bool {
        hasErrors && diagnostics.contains { $0.severity == .error && $0.range == range }
    }

    /// The findings sorted by place (those of the command line first), each once (severity, message and place count).
    /// Behind the first `errorLimit` errors a last one says how many there are more.
    public func finished() -> [Diagnostic] {
        var pruned = self
        pruned.prune()
        guard pruned.omitted.count > 0 else { return pruned.diagnostics }
        let count = pruned.omitted.count
        let message = "... and \(count) more error\(count == 1 ? "" : "s")"
        return pruned.diagnostics + [Diagnostic(message, at: pruned.omitted.range)]
    }

    /// Sorts, drops what stands there twice, and cuts behind the last error that can be shown.
    private mutating func prune() {
        let sorted = diagnostics.enumerated().sorted { a, b in key(a.element, a.offset) < key(b.element, b.offset) }
        var seen: Set<Key> = []
        var kept: [Diagnostic] = []
        var errors = 0
        var firstOmitted: SourceRange?
        var newlyOmitted = 0
        for (_, diagnostic) in sorted where seen.insert(Key(diagnostic)).inserted {
            if diagnostic.severity == .error { errors += 1 }
            if errors <= Self.errorLimit {
                kept.append(diagnostic)
            } else if diagnostic.severity == .error {
                if newlyOmitted == 0 { firstOmitted = diagnostic.range }
                newlyOmitted += 1
            }
        }
        diagnostics = kept
        guard newlyOmitted > 0 else { return }
        let isEarlier = omitted.count == 0 || (firstOmitted?.lower ?? -1) < (omitted.range?.lower ?? -1)
        omitted = (omitted.count + newlyOmitted, isEarlier ? firstOmitted : omitted.range)
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
