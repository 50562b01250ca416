import Base
import Platform

/// Paths as texts.
extension Files {
    /// `a/b` of `a/b/c` and of `a/b/c/`, `.` of `c`, `/` of `/c`.
    public static func folder(of path: String) -> String {
        let bytes = trimmed(path)
        guard let slash = bytes.lastIndex(of: slash) else { return "." }
        return slash == bytes.startIndex ? "/" : String(path[..<slash])
    }

    /// `c.png` of `a/b/c.png`, `/` of the root.
    public static func name(of path: String) -> String {
        let bytes = trimmed(path)
        guard bytes.count > 1, let slash = bytes.lastIndex(of: slash) else { return String(Substring(bytes)) }
        return String(Substring(bytes[bytes.index(after: slash)...]))
    }

    /// `name` inside `folder`; an absolute name stays as it is.
    public static func join(_ folder: String, _ name: String) -> String {
        if name.utf8.first == slash || folder.isEmpty { return name }
        return folder.utf8.last == slash ? folder + name : folder + "/" + name
    }

    /// Bytes are looked for, since a letter may join with the slash before it to one character.
    private static let slash = UInt8(ascii: "/")

    /// Without slashes at the end, but for the root's.
    private static func trimmed(_ path: String) -> Substring.UTF8View {
        var bytes = path.utf8[...]
        while bytes.count > 1 && bytes.last == slash { bytes.removeLast() }
        return bytes
    }

    /// The path from the root, links resolved; the path itself when nothing is there.
    public static func absolute(_ path: String) -> String {
        guard let resolved = path.withFileName({ realpath($0, nil) }) else { return path }
        defer { free(resolved) }
        return FileName.text(of: resolved)
    }
}
