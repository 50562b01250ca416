import Base
import FileAccess

import Platform

/// What the process itself knows.
extension Files {
    /// The running program's own path.
    static var executable: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
        guard count > 0 else { return nil }
        return FileName.text(of: buffer[0..<count].map { UInt8(bitPattern: $0) })
    }

    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = FileName.text(of: value)
        return text.isEmpty ? nil : text
    }

    /// Makes a new folder that is this process's own; nil where none can be made.
    static func makeTemporaryFolder(_ purpose: String) -> String? {
        let base = environment("TMPDIR") ?? "/tmp"
        var template = FileName.bytes(of: "\(base)/unetc-\(purpose)-XXXXXX").map { CChar(bitPattern: $0) } + [0]
        guard mkdtemp(&template) != nil else { return nil }
        return FileName.text(of: template.dropLast().map { UInt8(bitPattern: $0) })
    }
}
