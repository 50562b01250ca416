import FileAccess
import Testing

import Platform

@Suite struct FilesTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 200_000]) func filesAreReadWhole(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = folder.file("file")
        try FileWriter.write(path, bytes)
        #expect(try Files.read(path) == bytes)
        #expect(try Files.head(of: path, count: 100) == Array(bytes.prefix(100)))
        #expect(try Files.read(path, atMost: 4096).count == min(count, 4097))
        #expect(Files.size(path) == count && Files.kind(path) == .file)
    }

    /// Files whose size the system does not know before they are read.
    @Test func filesWithoutASizeAreReadWhole() throws {
        let status = try Files.read("/proc/self/status")
        #expect(String(decoding: status, as: UTF8.self).contains("VmRSS"))
    }

    @Test func whatCannotBeReadIsNamed() {
        let missing = folder.file("none")
        #expect(
            message { _ = try Files.read(missing) }
                == "\(missing): cannot be opened: No such file or directory\n"
                + "  hint: is the path right? It counts from the current folder")
        #expect(
            message { _ = try Files.read(folder.path) }
                == "\(folder.path): expected a file, found a folder\n  hint: name a file in it")
        #expect(
            message { _ = try Files.names(in: missing) }.hasPrefix("\(missing): the folder cannot be read: No such"))
    }

    @Test func foldersAreMadeWithThoseAbove() throws {
        try Files.makeFolder(folder.file("a/b/c"))
        try Files.makeFolder(folder.file("a/b/c/"))
        #expect(Files.isFolder(folder.file("a/b/c")))
        try folder.make("file")
        #expect(
            message { try Files.makeFolder(folder.file("file/below")) }
                == "\(folder.file("file/below")): the folder cannot be made: \(folder.file("file")) is a file\n"
                + "  hint: choose another folder")
    }

    /// Links in a folder of ours lead to the user's files.
    @Test func removingAFolderFollowsNoLinks() throws {
        try Files.makeFolder(folder.file("user/photos"))
        try folder.make("user/photos/cat.jpg")
        try folder.make("user/notes")
        try Files.makeFolder(folder.file("ours/below"))
        try folder.make("ours/below/file")
        symlink("../user/photos", folder.file("ours/folder"))
        symlink("../../user/notes", folder.file("ours/below/link"))
        Files.removeFolder(folder.file("ours"))
        #expect(folder.names == ["user"])
        #expect(try Files.names(in: folder.file("user/photos")) == ["cat.jpg"])
        #expect(try folder.text("user/notes") == "old")
        // And a link to a folder is none of ours.
        symlink("user/photos", folder.file("link"))
        Files.removeFolder(folder.file("link"))
        #expect(folder.names == ["link", "user"] && Files.exists(folder.file("user/photos/cat.jpg")))
    }

    @Test func pathsComeApart() {
        for (path, parent, name) in [
            ("a/b/c", "a/b", "c"), ("a/b/c/", "a/b", "c"), ("c", ".", "c"), ("/c", "/", "c"), ("/", "/", "/"),
        ] {
            #expect(Files.folder(of: path) == parent && Files.name(of: path) == name, "\(path)")
        }
    }

    @Test func locksAreHeldByOne() throws {
        let path = folder.file(".lock")
        var first = try FileLock.hold(path)
        #expect(first != nil)
        #expect(try FileLock.hold(path) == nil)
        first = nil
        #expect(try FileLock.hold(path) != nil)
        _ = first
    }

    @Test func piecesThatDoNotFitAreTakenBack() throws {
        let disk = folder.file("disk")
        mkdir(disk, 0o755)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0 else {
            print("piecesThatDoNotFitAreTakenBack: skipped, no disk can be mounted here")
            return
        }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let file = try AppendedFile(disk + "/log", isNew: true)
        try file.append(Array("first\n".utf8))
        let text = message { try file.append([UInt8](repeating: 1, count: 2 << 20)) }
        #expect(text == "\(disk)/log: cannot be written: No space left on device")
        try file.append(Array("second\n".utf8))
        try file.sync()
        #expect(try folder.text("disk/log") == "first\nsecond\n")
        #expect(message { _ = try AppendedFile(disk + "/log", isNew: true) }.hasSuffix("File exists"))
    }
}
