import Diagnostics
import FileAccess
import GraphDSL

/// Reading graphs' files.
package enum GraphFile {
    /// The file of that path, or what comes in on standard input for `-`. Its bytes may be anything.
    package static func read(_ path: String) throws(FileError) -> SourceFile {
        SourceFile(name: name(of: path), bytes: try Files.readInput(path, atMost: graphFileSizeLimit))
    }

    /// How diagnostics call the file.
    static func name(of path: String) -> String { path == "-" ? "<stdin>" : Files.name(of: path) }
}
