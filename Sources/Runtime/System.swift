import Platform

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
