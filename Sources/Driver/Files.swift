#if canImport(Glibc)
import Glibc
#endif

/// Reading and writing whole files, with errors that name them.
enum Files {
    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw DriverError("cannot open \"\(path)\": \(errorText(errno))") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[0..<count]
        }
        guard ferror(file) == 0 else { throw DriverError("cannot read \"\(path)\": \(errorText(errno))") }
        return bytes
    }

    /// Writes to a temporary name beside `path`, then renames, so that nobody ever sees half a file.
    static func write(_ path: String, _ text: String) throws {
        let temporary = temporaryName(for: path)
        guard let file = fopen(temporary, "wb") else {
            throw DriverError("cannot write \"\(path)\": \(errorText(errno))")
        }
        let bytes = Array(text.utf8)
        let complete = fwrite(bytes, 1, bytes.count, file) == bytes.count
        let closed = fclose(file) == 0
        guard complete && closed else {
            let reason = errorText(errno)
            unlink(temporary)
            throw DriverError("cannot write \"\(path)\": \(reason)")
        }
        try move(temporary, to: path)
    }

    static func temporaryName(for path: String) -> String { "\(path).\(getpid()).tmp" }

    static func move(_ source: String, to target: String) throws {
        guard rename(source, target) == 0 else {
            let reason = errorText(errno)
            unlink(source)
            throw DriverError("cannot write \"\(target)\": \(reason)")
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func remove(_ path: String) { unlink(path) }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws {
        var current = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            current += part + "/"
            if mkdir(current, 0o777) != 0 && errno != EEXIST {
                throw DriverError("cannot make the folder \"\(path)\": \(errorText(errno))")
            }
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
