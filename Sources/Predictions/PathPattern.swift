import Base
import FileAccess
import Platform
import TrainerSupport

/// A path with `*`, `?` and `[a-z]` in it, which no shell has expanded.
struct PathPattern {
    private let text: String

    /// nil for a text without such signs.
    init?(_ text: String) {
        guard Self.hasSigns(text) else { return nil }
        self.text = text
    }

    /// The paths that fit, in byte order; hidden files fit only a pattern that begins with a dot. What is there under
    /// the very name of a part of the pattern, such as a folder `dir [a]`, is meant as it is.
    var matches: [String] {
        let parts = text.utf8.split(separator: UInt8(ascii: "/")).compactMap { String($0) }
        var found = [text.utf8.first == UInt8(ascii: "/") ? "/" : ""]
        for part in parts {
            found = found.flatMap { folder in
                let path = FileSystem.join(folder, part)
                guard FileSystem.kind(path) == nil && !Files.isLink(path) else { return [path] }
                guard Self.hasSigns(part) else { return [] }
                let names = (try? FileSystem.names(in: folder.isEmpty ? "." : folder, hidden: true)) ?? []
                return names.filter { Self.fits($0, part) }.map { FileSystem.join(folder, $0) }
            }
        }
        return found.sorted(by: FileName.precedes)
    }

    private static func hasSigns(_ text: String) -> Bool { text.utf8.contains(where: "*?[".utf8.contains) }

    private static func fits(_ name: String, _ pattern: String) -> Bool {
        pattern.withFileName { pattern in name.withFileName { fnmatch(pattern, $0, FNM_PERIOD) } } == 0
    }
}
