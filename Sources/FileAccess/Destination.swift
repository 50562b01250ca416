import Base
import Platform

/// Where the bytes for a path go.
enum Destination {
    /// An open file of this process that the path stands for, such as `/dev/stdout`.
    case descriptor(Int32)
    /// A device, a pipe or a socket, which cannot be replaced by a file, and nobody means that.
    case stream(String)
    /// A file that is written beside `target` and takes its place. Links have been followed.
    case file(target: String, replacing: Replaced?)

    /// The file that is there already, and what of it stays.
    struct Replaced {
        var permissions: mode_t
        var owner: uid_t
        var group: gid_t
    }

    /// - Throws: `FileError` for a folder, and for a file that its owner has made read-only: to replace it the system
    ///   would ask no leave.
    init(_ path: String) throws(FileError) {
        var current = path
        // As many links as the system follows.
        for _ in 0..<40 {
            if let number = Self.descriptor(current) {
                self = .descriptor(number)
                return
            }
            var status = stat()
            guard current.withFileName({ lstat($0, &status) }) == 0 else {
                guard errno == ENOENT, !current.isEmpty, current.utf8.last != UInt8(ascii: "/") else {
                    throw .writing(path, errno)
                }
                self = .file(target: current, replacing: nil)
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFLNK where Self.isProcess(Files.folder(of: current)):
                self = .stream(current)
                return
            case S_IFLNK:
                current = try Self.target(of: current, named: path)
            case S_IFREG:
                guard status.st_mode & 0o222 != 0, current.withFileName({ access($0, W_OK) }) == 0 else {
                    throw FileError(
                        path, "cannot be written: \(systemMessage(EACCES)): the file is read-only",
                        hint: "choose another name, or make it writable")
                }
                let replaced = Replaced(
                    permissions: status.st_mode & 0o7777, owner: status.st_uid, group: status.st_gid)
                self = .file(target: current, replacing: replaced)
                return
            case S_IFDIR:
                throw FileError(path, "cannot be written: it is a folder", hint: "name a file in it")
            default:
                self = .stream(current)
                return
            }
        }
        throw .writing(path, ELOOP)
    }

    /// The number of the open file that the path stands for, whatever the system thinks of `/dev`.
    private static func descriptor(_ path: String) -> Int32? {
        if path == "/dev/stdout" { return 1 }
        if path == "/dev/stderr" { return 2 }
        guard let number = Int32(Files.name(of: path)), number >= 0 else { return nil }
        let folder = Files.folder(of: path)
        if folder == "/dev/fd" { return number }
        let resolved = Files.absolute(folder)
        guard isProcess(resolved), resolved.hasSuffix("/fd") else { return nil }
        let isOurs = resolved == Files.absolute("/proc/self/fd") || resolved == Files.absolute("/proc/thread-self/fd")
        return isOurs ? number : nil
    }

    /// Links there lead to what has no name.
    private static func isProcess(_ folder: String) -> Bool { Files.absolute(folder).hasPrefix("/proc/") }

    private static func target(of link: String, named path: String) throws(FileError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = link.withFileName { readlink($0, &buffer, buffer.count) }
        guard count >= 0 else { throw .writing(path, errno) }
        let target = FileName.text(of: buffer[..<count].map(UInt8.init(bitPattern:)))
        return Files.join(Files.folder(of: link), target)
    }
}
