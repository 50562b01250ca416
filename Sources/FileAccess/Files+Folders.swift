import Base
import Platform

/// Folders.
extension Files {
    /// The names in a folder in byte order, hidden ones too.
    public static func names(in folder: String) throws(FileError) -> [String] {
        guard let names = rawNames(in: folder.withFileName { opendir($0) }) else {
            throw FileError(folder, "the folder cannot be read: \(systemMessage(errno))")
        }
        return names.map { $0.dropLast().map(UInt8.init(bitPattern:)) }.sorted { $0.lexicographicallyPrecedes($1) }
            .map(FileName.text)
    }

    /// Makes a folder and those above it.
    public static func makeFolder(_ path: String) throws(FileError) {
        var current = path.utf8.first == UInt8(ascii: "/") ? "/" : ""
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            current += String(Substring(part)) + "/"
            if current.withFileName({ mkdir($0, 0o777) }) == 0 { continue }
            let code = errno
            if isFolder(current) { continue }
            let reason = code == EEXIST || code == ENOTDIR ? "\(current.dropLast()) is a file" : systemMessage(code)
            throw FileError(path, "the folder cannot be made: \(reason)", hint: "choose another folder")
        }
    }

    /// Removes a folder of ours with all that is in it. A link in it is removed, and what it leads to stays.
    public static func removeFolder(_ path: String) {
        removeFolder(FileName.bytes(of: path).map { CChar(bitPattern: $0) } + [0], at: AT_FDCWD)
    }

    private static func removeFolder(_ name: [CChar], at parent: Int32) {
        let folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return }
        defer { close(folder) }
        for entry in rawNames(in: fdopendir(dup(folder))) ?? [] where unlinkat(folder, entry, 0) != 0 {
            removeFolder(entry, at: folder)
        }
        unlinkat(parent, name, AT_REMOVEDIR)
    }

    /// The names as the system has them, each with the zero at its end; nil with `errno` set where there is no stream.
    private static func rawNames(in stream: OpaquePointer?) -> [[CChar]]? {
        guard let stream else { return nil }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while let entry = readdir(stream) {
            // Where it lies: an entry is no longer than its name, and a copy of the whole field would read on behind it.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 1) { start in
                    Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1))
                }
            }
            if name != [46, 0] && name != [46, 46, 0] { names.append(name) }
        }
        return names
    }
}
