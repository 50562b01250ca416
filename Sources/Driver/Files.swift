#if canImport(Glibc)
import Glibc
#endif

/// Why a file could not be read.
struct FileFailure: Error {
    var path: String
    /// Without the path.
    var message: String
    var hint: String?

    init(_ path: String, _ message: String, hint: String? = nil) {
        self.path = path
        self.message = message
        self.hint = hint
    }

    var driverError: DriverError { DriverError("\(path): \(message)" + (hint.map { "\n  hint: \($0)" } ?? "")) }
}

/// A whole file's bytes, for commands.
/// - Throws: `DriverError` that names the file.
public func readFile(_ path: String) throws -> [UInt8] { try Files.read(path) }

/// Reading and writing whole files, with errors that name them.
enum Files {
    static func read(_ path: String) throws -> [UInt8] {
        do { return try read(path, atMost: .max) } catch { throw error.driverError }
    }

    /// The file's bytes, or those of standard input for `-`; one more than `limit` of a file that is larger.
    static func read(_ path: String, atMost limit: Int) throws(FileFailure) -> [UInt8] {
        let isStandardInput = path == "-"
        guard isStandardInput || !isFolder(path) else {
            throw FileFailure(path, "expected a file, found a folder", hint: "name a file in it")
        }
        guard let file = isStandardInput ? fdopen(dup(0), "rb") : fopen(path, "rb") else {
            throw FileFailure(
                path, "cannot be opened: \(errorText(errno))",
                hint: errno == ENOENT ? "is the path right? It counts from the current folder" : nil)
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[0..<count]
        }
        guard ferror(file) == 0 else { throw FileFailure(path, "cannot be read: \(errorText(errno))") }
        return bytes
    }

    /// Writes to a temporary name beside `path`, then renames, so that nobody ever sees half a file.
    static func write(_ path: String, _ text: String, mode: mode_t? = nil) throws {
        let temporary = temporaryName(for: path)
        guard let file = fopen(temporary, "wb") else {
            throw DriverError("\(path): cannot be written: \(errorText(errno))")
        }
        let bytes = Array(text.utf8)
        let complete = fwrite(bytes, 1, bytes.count, file) == bytes.count
        if let mode { fchmod(fileno(file), mode) }
        let isSynced = fflush(file) == 0 && fsync(fileno(file)) == 0
        let closed = fclose(file) == 0 && isSynced
        guard complete && closed else {
            let reason = errorText(errno)
            unlink(temporary)
            throw DriverError("\(path): cannot be written: \(reason)")
        }
        try move(temporary, to: path)
    }

    /// As `write`, for a file that exists: it keeps its permissions, and a link to it stays one.
    static func replace(_ path: String, _ text: String) throws {
        var status = stat()
        guard let resolved = realpath(path, nil) else {
            throw DriverError("\(path): cannot be written: \(errorText(errno))")
        }
        defer { free(resolved) }
        let target = String(cString: resolved)
        let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : nil
        // A rename needs no leave to write the file itself, which a user may have withheld on purpose.
        guard access(target, W_OK) == 0 else { throw DriverError("\(path): cannot be written: \(errorText(errno))") }
        try write(target, text, mode: mode)
    }

    /// A name beside `path` that no other process or thread will take.
    static func temporaryName(for path: String) -> String {
        "\(path).\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36)).tmp"
    }

    static func move(_ source: String, to target: String) throws {
        guard rename(source, target) == 0 else {
            let reason = errorText(errno)
            unlink(source)
            throw DriverError("\(target): cannot be written: \(reason)")
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func remove(_ path: String) { unlink(path) }

    /// Bytes of a file; nil when there is none.
    static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// The names in a folder, sorted; empty when there is none.
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a folder of ours with all that is in it.
    static func removeFolder(_ path: String) {
        for name in names(in: path) {
            let file = "\(path)/\(name)"
            if isFolder(file) { removeFolder(file) } else { remove(file) }
        }
        rmdir(path)
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws {
        var current = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            current += part + "/"
            if mkdir(current, 0o777) == 0 { continue }
            let code = errno
            if isFolder(current) { continue }
            let reason = code == EEXIST || code == ENOTDIR ? "\(current.dropLast()) is a file" : errorText(code)
            throw DriverError("\(path): the folder cannot be made: \(reason)\n  hint: choose another folder")
        }
    }

    /// The folder of a path; `.` for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of a path.
    static func name(of path: String) -> String { String(path.split(separator: "/").last ?? "") }

    /// The running program's own path.
    static var executable: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
        guard count > 0 else { return nil }
        return String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
