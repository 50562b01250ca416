import Base
import FileAccess
import Imaging

/// The few questions the trainer asks of the file system.
package enum FileSystem {
    /// What is at `path`, following links; nil when nothing is there.
    package static func kind(_ path: String) -> Files.Kind? { Files.kind(path) }

    package static func isFolder(_ path: String) -> Bool { Files.isFolder(path) }
    package static func isFile(_ path: String) -> Bool { Files.isFile(path) }

    /// The names in a folder in byte order, hidden ones left out unless asked for.
    /// - Throws: `TrainerError` when the folder cannot be read.
    package static func names(in folder: String, hidden: Bool = false) throws -> [String] {
        do {
            let names = try Files.names(in: folder)
            return hidden ? names : names.filter { $0.utf8.first != UInt8(ascii: ".") }
        } catch {
            throw TrainerError(error)
        }
    }

    /// Byte order of names.
    package static func precedes(_ a: String, _ b: String) -> Bool { FileName.precedes(a, b) }

    /// Makes a folder and those above it.
    /// - Throws: `TrainerError` when that is not possible.
    package static func makeFolder(_ path: String) throws {
        do {
            try Files.makeFolder(path)
        } catch {
            throw TrainerError("\(path): \(error.message)", hint: "choose another --out")
        }
    }

    /// `a/b` of `a/b/c`, `.` of `c`, `/` of `/c`.
    package static func parent(_ path: String) -> String { Files.folder(of: path) }

    /// `c.png` of `a/b/c.png`.
    package static func name(_ path: String) -> String { Files.name(of: path) }

    /// `c` of `a/b/c.png`: the name without the extension of a picture. `scan.2024.05.01` has none.
    package static func stem(_ path: String) -> String {
        let name = name(path)
        return PictureName.dot(in: name).map { String(name[..<$0]) } ?? name
    }

    /// `name` inside `folder`; an absolute name stays as it is.
    package static func join(_ folder: String, _ name: String) -> String { Files.join(folder, name) }

    /// The path from the root, links resolved; the path itself when nothing is there.
    package static func absolute(_ path: String) -> String { Files.absolute(path) }

    /// The first `count` bytes of a file (fewer when it is shorter).
    /// - Throws: `TrainerError` when the file cannot be read.
    package static func head(of path: String, count: Int) throws -> [UInt8] {
        do { return try Files.head(of: path, count: count) } catch { throw TrainerError(error) }
    }

    /// All of a text file.
    /// - Throws: `TrainerError` when the file cannot be read.
    package static func text(of path: String) throws -> String {
        do { return String(decoding: try Files.read(path), as: UTF8.self) } catch { throw TrainerError(error) }
    }
}

extension TrainerError {
    init(_ error: FileError) { self.init("\(error.path): \(error.message)", hint: error.hint) }
}
