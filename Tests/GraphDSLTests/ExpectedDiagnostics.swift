import Diagnostics
import GraphDSL
import Testing

/// A finding as tests compare it: `12:7 error: message`.
///
/// In a test's text, a comment line `//   ^error: message` expects a finding at the caret's column of the line above
/// (of the last line that is no such comment). `warning` and `note` likewise; what is not expected fails.
func expectedFindings(in text: String) -> [String] {
    var findings: [String] = []
    var line = 0
    for (index, content) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        guard let marker = marker(in: content) else {
            line = index + 1
            continue
        }
        findings.append("\(line):\(marker.column) \(marker.finding)")
    }
    return findings.sorted()
}

private func marker(in line: Substring) -> (column: Int, finding: Substring)? {
    guard line.drop(while: { $0 == " " }).hasPrefix("//"), let caret = line.firstIndex(of: "^") else { return nil }
    let finding = line[line.index(after: caret)...]
    guard ["error: ", "warning: ", "note: "].contains(where: finding.hasPrefix) else { return nil }
    return (line.unicodeScalars.distance(from: line.startIndex, to: caret) + 1, finding)
}

/// What compiling the text finds, notes included.
func actualFindings(in text: String) -> [String] {
    let file = SourceFile(name: "test.graph", text: text)
    var findings: [String] = []
    func add(_ kind: String, _ message: String, _ range: SourceRange?) {
        let place = range.map { file.location(at: $0.lower) }
        findings.append("\(place?.line ?? 0):\(place?.column ?? 0) \(kind): \(message)")
    }
    for diagnostic in compileGraph(text: text, fileName: file.name).diagnostics {
        add(diagnostic.severity.rawValue, diagnostic.message, diagnostic.range)
        for note in diagnostic.notes { add("note", note.message, note.range) }
    }
    return findings.sorted()
}

/// Fails for each finding that is missing or not expected.
func expectFindings(_ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
    let expected = expectedFindings(in: text)
    let actual = actualFindings(in: text)
    #expect(!expected.isEmpty, "the text expects nothing", sourceLocation: sourceLocation)
    for finding in expected where !actual.contains(finding) {
        Issue.record("missing: \(finding)", sourceLocation: sourceLocation)
    }
    for finding in actual where !expected.contains(finding) {
        Issue.record("not expected: \(finding)", sourceLocation: sourceLocation)
    }
}
