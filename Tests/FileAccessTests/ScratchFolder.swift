import FileAccess
import Testing

import Platform

/// A fresh folder for a test, which goes with its owner.
final class ScratchFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/unetc-files-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit { Files.removeFolder(path) }

    func file(_ name: String) -> String { path + "/" + name }

    var names: [String] { (try? Files.names(in: path)) ?? [] }

    /// Makes a small file of the user's.
    @discardableResult
    func make(_ name: String, _ text: String = "old", mode: mode_t = 0o644) throws -> String {
        let path = file(name)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
        fchmod(descriptor, mode)
        return path
    }

    func text(_ name: String) throws -> String { String(decoding: try Files.read(file(name)), as: UTF8.self) }
}

/// What `lstat` says is there.
func fileType(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
}

func permissions(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
}

/// The error's words; empty where there is none.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}
