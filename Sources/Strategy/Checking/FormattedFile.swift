import Base
import Diagnostics
import FileAccess
import GraphDSL

/// A graph's file and its canonical layout.
public struct FormattedFile: Sendable {
    /// The file's name as the user gave it; `-` is standard input.
    public let path: String
    /// The canonical text.
    public let text: String
    /// Whether the file differs from it.
    public let isChanged: Bool

    /// Reads the file and lays it out.
    /// - Throws: `FileError`: the file cannot be read. `DriverError`: it has syntax errors, which the message shows.
    public init(path: String) throws {
        self.path = path
        let file = try GraphFile.read(path)
        switch formatGraph(file) {
        case .formatted(let formatted):
            text = formatted
            isChanged = Array(formatted.utf8) != file.bytes
        case .unreadable(let diagnostics):
            throw DriverError(DiagnosticRenderer(file: file).render(diagnostics).trimmingNewlines)
        case .failed:
            throw DriverError(
                "\(path): the formatter would change what the file means, which is a bug of unetc; the file is as it was",
                exitCode: 70)
        }
    }

    /// Writes the text into the file, which nobody ever sees half-written.
    public func write() throws(FileError) { try FileWriter.write(path, text: text) }
}
