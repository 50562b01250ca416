import KernelIR

/// What the functions, types and files of a bundle are called: all of them begin with the net's name, so that any number of
/// bundles can be linked into one program.
public struct BundleNames: Hashable, Sendable {
    /// As a C identifier: `unet_small` of the net `unet-small`.
    public let prefix: String
    /// The same in capitals, of constants.
    public let constants: String

    public init(_ name: String) {
        var identifier = cIdentifier(name)
        // Something follows always, so that no keyword needs to be told apart.
        while identifier.hasSuffix("_") { identifier.removeLast() }
        if identifier.isEmpty { identifier = "net" }
        prefix = Self.claimed.contains(identifier.lowercased()) ? identifier + "_net" : identifier
        constants = prefix.uppercased()
    }

    /// The bundle's own text of what is written with the name `unetc`: `unetc_init`, `UNETC_OK`, `"unetc.h"`.
    func renamed(_ text: String) -> String {
        let renamed = text.replacing("unetc_", with: kept(prefix) + "_").replacing(
            "UNETC_", with: kept(constants) + "_"
        )
        .replacing("\"unetc.h\"", with: "\"\(kept(prefix)).h\"")
        return renamed.utf8.contains(1) ? renamed.replacing(Self.mark, with: "") : renamed
    }

    /// A part of such a text that stays what it is, whatever is in it.
    func kept(_ text: String) -> String {
        text.replacing("unetc", with: "unet\(Self.mark)c").replacing("UNETC", with: "UNET\(Self.mark)C")
    }

    /// The same of a file's name: `unetc_net.c`, `unetc.h`.
    func renamed(file path: String) -> String {
        path.hasPrefix("unetc") ? prefix + path.dropFirst("unetc".count) : path
    }

    /// No text that a bundle is made of has this character.
    private static let mark = "\u{1}"

    /// What the bundle's header would be taken for where it lies in a folder of headers, its library among the system's, or its
    /// target in CMake.
    private static let claimed: Set<String> = [
        // Headers of C, of POSIX, and those that they include.
        "aio", "alloca", "assert", "byteswap", "complex", "cpio", "cpuid", "crypt", "ctype", "dirent", "dlfcn", "elf",
        "endian", "err", "errno", "error", "execinfo", "fcntl", "features", "fenv", "float", "fnmatch", "ftw", "getopt",
        "glob", "grp", "iconv", "inttypes", "iso646", "langinfo", "libgen", "limits", "link", "locale", "malloc",
        "math",
        "memory", "monetary", "mqueue", "netdb", "poll", "pthread", "pwd", "regex", "resolv", "sched", "search",
        "semaphore", "setjmp", "signal", "spawn", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint",
        "stdio", "stdlib", "stdnoreturn", "string", "strings", "syslog", "tar", "termios", "tgmath", "threads", "time",
        "uchar", "ulimit", "unistd", "utime", "utmpx", "values", "varargs", "wait", "wchar", "wctype", "wordexp",
        // Libraries.
        "c", "dl", "gcc", "gomp", "m", "rt", "util",
        // Targets.
        "all", "clean", "depend", "help", "install", "package", "test",
    ]
}
