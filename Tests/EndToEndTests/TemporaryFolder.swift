import Foundation

/// A fresh folder that goes with its owner, or with the process.
final class TemporaryFolder: Sendable {
    let path: String
    private let isKept: Bool

    /// - Parameter isKept: true leaves the folder to the process's end.
    init(isKept: Bool = false) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("unetc-e2e-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
        self.isKept = isKept
        if isKept { TemporaryFolder.removeAtExit(path) }
    }

    deinit { if !isKept { try? FileManager.default.removeItem(atPath: path) } }

    private static func removeAtExit(_ path: String) {
        setenv("UNETC_E2E_FOLDER", path, 1)
        atexit { getenv("UNETC_E2E_FOLDER").map { try? FileManager.default.removeItem(atPath: String(cString: $0)) } }
    }
}
