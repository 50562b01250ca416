import Base
import Diagnostics
import Emission

extension CheckedGraph {
    /// The findings for editors: `{"file", "diagnostics": [{"severity", "message", "range", "notes", "hint"}]}`, on one
    /// line. Fields may be added, none renamed: other programs read them.
    ///
    /// A range is `{"start": {"line", "column"}, "end": {"line", "column"}}`, counted from 1, columns in Unicode scalars;
    /// the end is behind the last character. It is null for what has no place in the text: a file that cannot be read, a
    /// `-D` of the command line. `hint` is null where there is none.
    public var json: JSON {
        .object([("file", .string(path)), ("diagnostics", .array(diagnostics.map(json)))])
    }

    private func json(_ diagnostic: Diagnostic) -> JSON {
        let notes = diagnostic.notes.map { note in
            JSON.object([("message", .string(note.message)), ("range", json(note.range))])
        }
        return .object([
            ("severity", .string(diagnostic.severity.rawValue)), ("message", .string(diagnostic.message)),
            ("range", json(diagnostic.range)), ("notes", .array(notes)),
            ("hint", diagnostic.hint.map(JSON.string) ?? .null),
        ])
    }

    private func json(_ range: SourceRange?) -> JSON {
        guard let range else { return .null }
        return .object([("start", json(offset: range.lower)), ("end", json(offset: range.upper))])
    }

    private func json(offset: Int) -> JSON {
        let place = file.location(at: offset)
        return .object([("line", .integer(place.line)), ("column", .integer(place.column))])
    }
}
