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
