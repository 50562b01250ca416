import Diagnostics
import GraphDSL

/// Reading graphs' files.
enum GraphFile {
    /// The file of that path, or what comes in on standard input for `-`. Its bytes may be anything.
    /// - Throws: `FileFailure` as a `DriverError`.
    static func read(_ path: String) throws -> SourceFile {
        do { return try contents(of: path) } catch { throw error.driverError }
    }

    static func contents(of path: String) throws(FileFailure) -> SourceFile {
        SourceFile(name: name(of: path), bytes: try Files.read(path, atMost: graphFileSizeLimit))
    }

    /// How diagnostics call the file.
    static func name(of path: String) -> String { path == "-" ? "<stdin>" : Files.name(of: path) }
}
