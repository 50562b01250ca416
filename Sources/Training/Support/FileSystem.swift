import Glibc

/// The few questions the trainer asks of the file system.
enum FileSystem {
    /// The system's words for an error number.
    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    enum Kind: Equatable {
        case file
        case folder
        case other
    }

    /// What is at `path`, following links; nil when nothing is there.
    static func kind(_ path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    static func isFolder(_ path: String) -> Bool { kind(path) == .folder }
    static func isFile(_ path: String) -> Bool { kind(path) == .file }

    /// The names in a folder in byte order, hidden ones left out.
    /// - Throws: `TrainerError` when the folder cannot be read.
    static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else {
            throw TrainerError("\(folder): cannot read the folder: \(reason(errno))")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted(by: precedes)
    }

    /// Byte order, which is the same everywhere (and Python's, for names).
    static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

    /// Makes a folder and those above it.
    /// - Throws: `TrainerError` when that is not possible.
    static func makeFolder(_ path: String) throws {
        guard !isFolder(path) else { return }
        let above = parent(path)
        if above != path && !above.isEmpty { try makeFolder(above) }
        if mkdir(path, 0o777) != 0 {
            let code = errno
            if isFolder(path) { return }
            let cause = code == EEXIST ? "a file of that name is there" : reason(code)
            throw TrainerError("\(path): cannot make the folder: \(cause)", hint: "choose another --out")
        }
    }

    /// `a/b` of `a/b/c`, `.` of `c`, `/` of `/c`.
    static func parent(_ path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    /// `c.png` of `a/b/c.png`.
    static func name(_ path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        return trimmed.lastIndex(of: "/").map { String(trimmed[trimmed.index(after: $0)...]) } ?? trimmed
    }

    /// `c` of `a/b/c.png`: the name without its last extension.
    static func stem(_ path: String) -> String {
        let name = name(path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// `name` inside `folder`; an absolute name stays as it is.
    static func join(_ folder: String, _ name: String) -> String {
        if name.hasPrefix("/") || folder.isEmpty { return name }
        return folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// The path from the root, links resolved; the path itself when nothing is there.
    static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The first `count` bytes of a file (fewer when it is shorter).
    /// - Throws: `TrainerError` when the file cannot be read.
    static func head(of path: String, count: Int) throws -> [UInt8] {
        try open(path) { try read($0, upTo: count, path: path) }
    }

    /// All of a text file.
    /// - Throws: `TrainerError` when the file cannot be read.
    static func text(of path: String) throws -> String {
        let bytes = try open(path) { try read($0, upTo: .max, path: path) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func open<R>(_ path: String, _ body: (Int32) throws -> R) throws -> R {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TrainerError("\(path): cannot open the file: \(reason(errno))") }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    private static func read(_ descriptor: Int32, upTo count: Int, path: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: min(count, 1 << 16))
        while bytes.count < count {
            let wanted = min(block.count, count - bytes.count)
            let got = Glibc.read(descriptor, &block, wanted)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw TrainerError("\(path): cannot read the file: \(reason(errno))") }
            if got == 0 { break }
            bytes += block[..<got]
        }
        return bytes
    }
}
