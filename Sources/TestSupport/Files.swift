#if canImport(Glibc)
import Glibc
#endif

/// A file that could not be read or written.
public struct FileError: Error, CustomStringConvertible {
    public var description: String
}

/// All bytes of a file.
/// - Throws: `FileError` with the path and the system's reason.
public func readBytes(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else {
        throw FileError(description: "\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { break }
        bytes += buffer[..<count]
    }
    guard ferror(file) == 0 else { throw FileError(description: "\(path): cannot be read") }
    return bytes
}

/// The names of a folder's files, in their order.
/// - Throws: `FileError` with the path and the system's reason.
public func fileNames(in folder: String) throws -> [String] {
    guard let entries = opendir(folder) else {
        throw FileError(description: "\(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
}

/// Writes a file beside its place and moves it there.
/// - Throws: `FileError` with the path and the system's reason.
public func writeText(_ text: String, to path: String) throws {
    func failure() -> FileError { FileError(description: "\(path): \(String(cString: strerror(errno)))") }
    let temporary = "\(path).\(getpid()).tmp"
    guard let file = fopen(temporary, "wb") else { throw failure() }
    let bytes = Array(text.utf8)
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count && fflush(file) == 0 && fsync(fileno(file)) == 0
    guard fclose(file) == 0, isWritten, rename(temporary, path) == 0 else {
        let error = failure()
        unlink(temporary)
        throw error
    }
}

/// The folder that a path lies in.
func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The checkout that these sources lie in, whatever links lead to it.
public func checkoutFolder(filePath: String = #filePath) -> String {
    guard let resolved = realpath(filePath, nil) else { return parent(parent(parent(filePath))) }
    defer { free(resolved) }
    return parent(parent(parent(String(cString: resolved))))
}

/// The folder of shared reference data beside the checkout; nil where there is none, so that tests can skip.
public func sharedFolder() -> String? {
    let path = parent(checkoutFolder()) + "/shared"
    return access(path, R_OK | X_OK) == 0 ? path : nil
}
