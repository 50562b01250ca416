import Base
import Diagnostics
import FileAccess
import MemoryPlanning
import Strategy

/// A file of blocks to be placed, in the format of the MiniMalloc benchmark.
public struct PlacementFile: Sendable {
    public let instance: PlacementInstance

    /// Reads the file of that path, or standard input for `-`.
    /// - Throws: `FileError`: the file cannot be read. `DriverError`: it is not such a file, which the message shows.
    public init(path: String) throws {
        let file = SourceFile(name: path == "-" ? "standard input" : path, bytes: try Files.readInput(path))
        do {
            instance = try PlacementInstance(file)
        } catch {
            throw DriverError(DiagnosticRenderer(file: file).render(error).trimmingNewlines)
        }
    }

    /// Writes the blocks with their offsets, which nobody ever sees half-written.
    public func write(_ placement: Placement, to path: String) throws(FileError) {
        try FileWriter.write(path, text: instance.text(offsets: placement.offsets))
    }
}
