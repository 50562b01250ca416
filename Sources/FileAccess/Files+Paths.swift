#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Paths as texts.
extension Files {
    /// `a/b` of `a/b/c` and of `a/b/c/`, `.` of `c`, `/` of `/c`.
    public static func folder(of path: String) -> String {
        let path = trimmed(path)
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// `c.png` of `a/b/c.png`.
    public static func name(of path: String) -> String {
        let path = trimmed(path)
        return path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? String(path)
    }

    private static func trimmed(_ path: String) -> Substring {
        path.utf8.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
    }

    /// The path from the root, links resolved; the path itself when nothing is there.
    public static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
