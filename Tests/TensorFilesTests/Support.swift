import FileAccess
import Platform
import Testing

/// A folder that goes with the test that made it.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/unetc-tensors-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit { Files.removeFolder(path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// The message of the error that `body` throws; empty when it throws none.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}
