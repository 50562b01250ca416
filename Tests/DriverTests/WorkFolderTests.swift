import FileAccess
import TestSupport
import Testing

@testable import Driver

@Suite struct WorkFolderTests {
    /// The folder in a cache that compilations work in.
    private func all(_ cache: String) -> String { Files.join(cache, "work") }

    private func names(_ cache: String) -> [String] {
        ((try? Files.names(in: all(cache))) ?? []).filter { $0 != ".lock" }
    }

    @Test func leftoversGoWithTheNextOne() throws {
        let cache = try #require(Files.makeTemporaryFolder("work-tests"))
        defer { Files.removeFolder(cache) }
        // As killed compilations leave them: with a lock that nobody holds, or before they had one.
        try Files.makeFolder("\(all(cache))/7-left/sources/kernels")
        try Files.makeFolder("\(all(cache))/8-early")
        try writeText("", to: all(cache) + "/7-left/.lock")
        try writeText("half", to: all(cache) + "/7-left/sources/kernels/a.c")
        let first = try WorkFolder(in: cache)
        #expect(names(cache) == [Files.name(of: first.path)])
        do {
            let second = try WorkFolder(in: cache)
            #expect(Set(names(cache)) == [Files.name(of: first.path), Files.name(of: second.path)])
        }
        #expect(names(cache) == [Files.name(of: first.path)], "what is at work stays")
        withExtendedLifetime(first) {}
    }

    /// `UNETC_CACHE` may name a folder with a `work` of its own.
    @Test(arguments: ["thesis", "2024-paris", "3-d", "7-Left", "-7"]) func otherFoldersStay(name: String) throws {
        let cache = try #require(Files.makeTemporaryFolder("work-tests"))
        defer { Files.removeFolder(cache) }
        try Files.makeFolder("\(all(cache))/\(name)")
        try writeText("precious", to: "\(all(cache))/\(name)/chapter1.tex")
        _ = try WorkFolder(in: cache)
        #expect(names(cache) == [name])
        #expect(try Files.names(in: "\(all(cache))/\(name)") == ["chapter1.tex"])
    }
}
