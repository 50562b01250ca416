import Base
import Platform

/// Whole files, and what the file system says of a path. Links are followed.
public enum Files {
    /// The file's bytes; one more than `limit` of a file that is larger.
    public static func read(_ path: String, atMost limit: Int = .max) throws(FileError) -> [UInt8] {
        guard !isFolder(path) else {
            throw FileError(path, "expected a file, found a folder", hint: "name a file in it")
        }
        return try head(of: path, count: limit == .max ? .max : limit + 1)
    }

    /// As `read`, with `-` for standard input.
    public static func readInput(_ path: String, atMost limit: Int = .max) throws(FileError) -> [UInt8] {
        guard path == "-" else { return try read(path, atMost: limit) }
        return try read(descriptor: 0, count: limit == .max ? .max : limit + 1, path: "standard input")
    }

    /// The first `count` bytes of a file, fewer when it is shorter.
    public static func head(of path: String, count: Int) throws(FileError) -> [UInt8] {
        let descriptor = Descriptor.open(path, O_RDONLY)
        guard descriptor >= 0 else {
            let code = errno
            throw FileError(
                path, "cannot be opened: \(systemMessage(code))",
                hint: code == ENOENT ? "is the path right? It counts from the current folder" : nil)
        }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, count: count, path: path)
    }

    /// Calls `body` with a descriptor to read the file from. A pipe is not waited for.
    public static func reading<Result>(_ path: String, _ body: (Int32) throws -> Result) throws -> Result {
        let descriptor = Descriptor.open(path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError.reading(path, errno) }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    private static func read(descriptor: Int32, count limit: Int, path: String) throws(FileError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .reading(path, errno) }
        // One byte more than the file has, so that its end is seen without growing.
        let expected = status.st_mode & S_IFMT == S_IFREG ? max(Int(status.st_size), 0) + 1 : 0
        var bytes = [UInt8](repeating: 0, count: min(limit, max(expected, 4096)))
        var count = 0
        while count < limit {
            if count == bytes.count {
                bytes += [UInt8](repeating: 0, count: min(limit - count, max(count, 1 << 16)))
            }
            let got = bytes.withUnsafeMutableBytes { buffer in
                Descriptor.read(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
            }
            guard got >= 0 else { throw .reading(path, errno) }
            if got == 0 { break }
            count += got
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    public enum Kind: Hashable, Sendable {
        case file, folder
        /// A device, a pipe or a socket.
        case other
    }

    /// What is at `path`; nil when nothing is there.
    public static func kind(_ path: String) -> Kind? {
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    public static func exists(_ path: String) -> Bool { kind(path) != nil }
    public static func isFile(_ path: String) -> Bool { kind(path) == .file }
    public static func isFolder(_ path: String) -> Bool { kind(path) == .folder }

    /// A file or a folder, whatever paths lead to it.
    public struct Identity: Hashable, Sendable {
        var device: UInt64
        var number: UInt64
    }

    /// Which file or folder a path leads to; nil when nothing is there.
    public static func identity(of path: String) -> Identity? {
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    /// Whether the path itself is a link, which may lead nowhere.
    public static func isLink(_ path: String) -> Bool {
        var status = stat()
        return path.withFileName { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// How many bytes a name in a folder may have.
    public static func longestName(in folder: String) -> Int {
        let limit = folder.withFileName { pathconf($0, Int32(_PC_NAME_MAX)) }
        return limit > 0 ? limit : 255
    }

    /// Bytes of a file; nil when there is none.
    public static func size(_ path: String) -> Int? {
        var status = stat()
        return path.withFileName { stat($0, &status) } == 0 ? Int(status.st_size) : nil
    }

    /// Removes a file, or a link without what it leads to; nothing happens when there is none.
    public static func remove(_ path: String) { _ = path.withFileName { unlink($0) } }

    /// Gives a file another name on the same disk, in place of what had it.
    public static func move(_ source: String, to target: String) throws(FileError) {
        let code = rename(source, to: target)
        guard code == 0 else { throw .writing(target, code) }
    }

    /// - Returns: 0, or the error number.
    static func rename(_ source: String, to target: String) -> Int32 {
        source.withFileName { source in target.withFileName { systemRename(source, $0) == 0 ? 0 : errno } }
    }
}

/// The C function, whose name a method above hides.
private func systemRename(_ source: UnsafePointer<CChar>, _ target: UnsafePointer<CChar>) -> Int32 {
    rename(source, target)
}
