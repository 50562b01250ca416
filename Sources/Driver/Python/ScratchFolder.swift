import FileAccess
import Strategy

/// A folder for files that a command makes and needs no longer, gone with the value.
package final class ScratchFolder {
    package let path: String

    /// - Throws: `DriverError` where none can be made.
    package init(_ purpose: String) throws {
        guard let path = Files.makeTemporaryFolder(purpose) else {
            throw DriverError("cannot make a folder for temporary files", exitCode: 70)
        }
        self.path = path
    }

    deinit { Files.removeFolder(path) }
}
