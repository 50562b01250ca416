import Base
import Platform

/// The system's calls on open files, begun again where a signal has interrupted them.
enum Descriptor {
    /// Opens a file that programs started by this one do not inherit.
    /// - Returns: the descriptor, or -1 with `errno` set.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) -> Int32 {
        while true {
            let descriptor = systemOpen(path, flags | O_CLOEXEC | O_NOCTTY, mode)
            if descriptor >= 0 || errno != EINTR { return descriptor }
        }
    }

    /// Writes all of `bytes`.
    /// - Returns: 0, or the error number.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = systemWrite(descriptor, base, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if count == 0 {
                return ENOSPC
            } else if errno == EAGAIN {
                // Somebody else made the pipe one that does not wait.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { write($0, to: descriptor) }
    }

    /// Reads up to `buffer.count` bytes.
    /// - Returns: how many, 0 at the end, or -1 with `errno` set.
    static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = systemRead(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 || errno != EINTR { return count }
        }
    }
}

/// The C functions, whose names the methods above hide.
private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
    path.withFileName { open($0, flags, mode) }
}

private func systemWrite(_ descriptor: Int32, _ base: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, base, count)
}

private func systemRead(_ descriptor: Int32, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, base, count)
}
