import FileAccess
import TestSupport
import Testing

@testable import Driver

@Suite struct WorkFolderTests {
    private func names(_ cache: String) -> [String] {
        ((try? Files.names(in: cache + "/work")) ?? []).filter { $0 != ".lock" }
    }

    @Test func leftoversGoWithTheNextOne() throws {
        let cache = try #require(Files.makeTemporaryFolder("work-tests"))
        defer { Files.removeFolder(cache) }
        // As killed compilations leave them: with a lock that nobody holds, or before they had one.
        try Files.makeFolder("\(cache)/work/7-left/sources/kernels")
        try Files.makeFolder("\(cache)/work/8-early")
        try writeText("", to: cache + "/work/7-left/.lock")
        try writeText("half", to: cache + "/work/7-left/sources/kernels/a.c")
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
        try Files.makeFolder("\(cache)/work/\(name)")
        try writeText("precious", to: "\(cache)/work/\(name)/chapter1.tex")
        _ = try WorkFolder(in: cache)
        #expect(names(cache) == [name])
        #expect(try Files.names(in: "\(cache)/work/\(name)") == ["chapter1.tex"])
    }
}
