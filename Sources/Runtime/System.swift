#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The system's words for an error number.
func systemMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // Reentrant and, unlike strerror_r, of one signature in every C library.
    let length = buffer.withUnsafeMutableBufferPointer { buffer -> Int in
        guard let text = strerror(code) else { return 0 }
        let length = min(strlen(text), buffer.count - 1)
        if let base = buffer.baseAddress { memcpy(base, text, length) }
        return length
    }
    return length == 0
        ? "error \(code)" : String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Seconds of a clock that never jumps.
public func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// A number that the system tells of this process, such as `VmHWM` in KiB; nil where it tells none.
func processStatus(_ name: String) -> Int? {
    let file = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    for line in String(decoding: bytes[0..<count], as: UTF8.self).split(separator: "\n") {
        let words = line.split { $0 == ":" || $0 == " " || $0 == "\t" }
        if words.count > 1, words[0] == name { return Int(words[1]) }
    }
    return nil
}
