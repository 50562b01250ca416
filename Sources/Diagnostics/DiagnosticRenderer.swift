/// Shows findings as text: place, message, the source line with an underline, notes in the same form, and the hint.
public struct DiagnosticRenderer: Sendable {
    private let file: SourceFile

    public init(file: SourceFile) { self.file = file }

    /// All findings, one after the other; empty for none, else ending in a line break.
    public func render(_ diagnostics: [Diagnostic]) -> String { diagnostics.map(render).joined() }

    /// One finding, ending in a line break.
    public func render(_ diagnostic: Diagnostic) -> String {
        var text = entry(diagnostic.severity.rawValue, diagnostic.message, diagnostic.range)
        for note in diagnostic.notes { text += entry("note", note.message, note.range) }
        if let hint = diagnostic.hint { text += "  hint: \(hint)\n" }
        return text
    }

    private func entry(_ kind: String, _ message: String, _ range: SourceRange?) -> String {
        guard let range else { return "command line: \(kind): \(message)\n" }
        return "\(file.location(at: range.lower)): \(kind): \(message)\n" + excerpt(range)
    }

    /// The first line of the range and its underline; tabs stay tabs, so that both lines align on any terminal.
    private func excerpt(_ range: SourceRange) -> String {
        let line = file.lineRange(at: range.lower)
        // Behind the last line there is nothing to underline.
        if line.lower == line.upper { return "" }
        let start = min(max(range.lower, line.lower), line.upper)
        let end = min(max(range.upper, start), line.upper)
        // Lines of any length: what is far from the place is left out.
        let first = nearest(start - Self.excerptReach, atLeast: line.lower)
        let last = max(start, nearest(start + Self.excerptReach, atLeast: line.lower, atMost: line.upper))
        let prefix = first > line.lower ? "..." : ""
        let before = file.text(in: SourceRange(first, start))
        let marked = file.text(in: SourceRange(start, min(end, last)))
        let padding = before.unicodeScalars.map { $0 == "\t" ? "\t" : String(repeating: " ", count: columns($0)) }
        let width = marked.unicodeScalars.reduce(0) { $0 + columns($1) }
        let underline = "^" + String(repeating: "~", count: max(0, width - 1))
        let shown = prefix + printable(file.text(in: SourceRange(first, last))) + (last < line.upper ? "..." : "")
        return shown + "\n" + String(repeating: " ", count: prefix.count) + padding.joined() + underline + "\n"
    }

    /// Bytes of a line that are shown on either side of a place.
    private static let excerptReach = 160

    /// The offset within bounds, moved back to where a character begins.
    private func nearest(_ offset: Int, atLeast lower: Int, atMost upper: Int = .max) -> Int {
        var offset = min(max(offset, lower), upper, file.bytes.count)
        while offset > lower, offset < file.bytes.count, file.bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
        return offset
    }

    /// Control characters could move the cursor or recolour the terminal, others reverse the text behind them.
    private func printable(_ line: String) -> String {
        var result = ""
        for scalar in line.unicodeScalars { result.unicodeScalars.append(isControl(scalar) ? "?" : scalar) }
        return result
    }

    private func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: scalar != "\t"
        case .lineSeparator, .paragraphSeparator: true
        case .format: scalar.properties.isBidiControl
        default: false
        }
    }

    /// Terminal cells that a scalar takes: 0 for combining marks, 2 for East Asian wide ones and emoji.
    private func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII || isControl(scalar) { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
