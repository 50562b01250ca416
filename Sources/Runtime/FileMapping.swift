#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file's bytes as memory, which the system reads when they are looked at, and may forget.
///
/// Whoever writes to it writes to a copy of the page; the file stays as it is. Files that others change in place are not
/// for this: what is seen then depends on when it is looked at.
final class FileMapping {
    let base: UnsafeMutableRawPointer
    let count: Int

    /// - Parameter descriptor: may be closed afterwards.
    /// - Throws: `RuntimeError` in the system's words.
    init(descriptor: Int32, count: Int) throws {
        guard count > 0, let base = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0),
            base != MAP_FAILED
        else { throw RuntimeError.system("a file cannot be mapped", errno: count > 0 ? errno : EINVAL) }
        self.base = base
        self.count = count
    }

    deinit { munmap(base, count) }
}
