import Driver
import Strategy
import Emission
import TestSupport
import Testing

import Platform

/// `generated/example/`, which people look at, is what the compiler writes. UNETC_UPDATE_GOLDENS=1 writes it anew.
@Suite struct GeneratedExampleTests {
    private let folder = checkoutFolder() + "/generated"

    /// Not for this machine, but for a processor by name.
    private func files() throws -> [EmittedFile] {
        let session = try Session(path: folder + "/example.graph", overrides: [])
        return try session.sourceFiles(CompileOptions(target: try .named("x86-64-v3"), jobs: 1))
    }

    @Test func theExampleIsWhatTheCompilerWrites() throws {
        let files = try files()
        if let update = getenv("UNETC_UPDATE_GOLDENS"), String(cString: update) == "1" {
            _ = system("rm -rf '\(folder)/example' && mkdir -p '\(folder)/example/kernels' '\(folder)/example/dumps'")
            for file in files { try writeText(file.text, to: "\(folder)/example/\(file.path)") }
        }
        for file in files {
            let kept = String(decoding: try readBytes("\(folder)/example/\(file.path)"), as: UTF8.self)
            #expect(
                kept == file.text,
                """
                example/\(file.path): \(firstDifference(expected: kept, found: file.text)); \
                UNETC_UPDATE_GOLDENS=1 swift test --filter GeneratedExampleTests writes it anew
                """)
            #expect(!file.text.contains(checkoutFolder()), "\(file.path) names a folder of this machine")
        }
        let known = Set(files.map(\.path))
        for part in ["", "kernels/", "dumps/"] {
            for name in try fileNames(in: "\(folder)/example/\(part)")
            where !["kernels", "dumps", "trainer"].contains(name) {
                #expect(known.contains(part + name), "example/\(part)\(name) is not written any more")
            }
        }
        #expect(files.reduce(0) { $0 + $1.text.utf8.count } < 325_000, "small enough to be kept")
    }
}
