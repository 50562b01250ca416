import FileAccess
import Testing

import Platform

@Suite struct FileWriterTests {
    private let folder: ScratchFolder
    private let path: String

    init() throws {
        folder = try ScratchFolder()
        path = folder.file("file")
    }

    /// The ways in which the product writes files.
    enum Way: CaseIterable {
        case whole, pieces, unsynced, unfinished

        func write(_ path: String, _ text: String) throws {
            switch self {
            case .whole: try FileWriter.write(path, text: text)
            case .pieces:
                try FileWriter.write(path) { file in for piece in text { try file.append(String(piece)) } }
            case .unsynced: try FileWriter.write(path, text: text, .unsynced)
            case .unfinished:
                // As a library writes.
                let file = try FileWriter(path, .unsynced)
                #expect(Platform.write(file.descriptor, text, text.utf8.count) == text.utf8.count)
                try file.finish()
            }
        }
    }

    @Test(arguments: Way.allCases) func replacesWholeFiles(_ way: Way) throws {
        try way.write(path, "a longer first text")
        try way.write(path, "second")
        #expect(try folder.text("file") == "second")
        #expect(folder.names == ["file"])
    }

    @Test(arguments: Way.allCases) func linksStayAndWhatTheyLeadToIsReplaced(_ way: Way) throws {
        mkdir(folder.file("far"), 0o755)
        try folder.make("far/target", mode: 0o640)
        symlink("far/hop", path)
        symlink("target", folder.file("far/hop"))
        try way.write(path, "new")
        #expect(fileType(path) == S_IFLNK && fileType(folder.file("far/hop")) == S_IFLNK)
        #expect(try folder.text("far/target") == "new")
        #expect(permissions(folder.file("far/target")) == 0o640)
        #expect(folder.names == ["far", "file"])
        #expect(try Files.names(in: folder.file("far")) == ["hop", "target"])
    }

    @Test(arguments: Way.allCases) func aLinkToNothingMakesWhatItNames(_ way: Way) throws {
        symlink("not yet", path)
        try way.write(path, "new")
        #expect(fileType(path) == S_IFLNK)
        #expect(try folder.text("not yet") == "new")
    }

    @Test func linksInACircleAreNamed() {
        symlink("b", folder.file("a"))
        symlink("a", folder.file("b"))
        let text = message { try FileWriter.write(folder.file("a"), text: "") }
        #expect(text == "\(folder.file("a")): cannot be written: Too many levels of symbolic links")
    }

    @Test(arguments: Way.allCases, [0o600, 0o664, 0o755] as [mode_t])
    func permissionsStay(_ way: Way, _ mode: mode_t) throws {
        try folder.make("file", mode: mode)
        try way.write(path, "new")
        #expect(permissions(path) == mode)
    }

    @Test func newFilesHaveTheUsersPermissions() throws {
        let mask = umask(0)
        umask(mask)
        try FileWriter.write(path, text: "")
        #expect(permissions(path) == 0o666 & ~mask)
        try FileWriter.write(folder.file("program"), text: "", .executable)
        #expect(permissions(folder.file("program")) == 0o777 & ~mask)
        // It was a text before.
        chmod(path, 0o640)
        try FileWriter.write(path, text: "", .executable)
        #expect(permissions(path) == 0o750)
    }

    @Test(arguments: Way.allCases) func readOnlyFilesStay(_ way: Way) throws {
        try folder.make("file", "precious", mode: 0o444)
        symlink("file", folder.file("link"))
        for name in ["file", "link"] {
            let text = message { try way.write(folder.file(name), "new") }
            #expect(
                text.hasPrefix("\(folder.file(name)): cannot be written: Permission denied: the file is read-only"),
                "\(text)")
        }
        #expect(try folder.text("file") == "precious")
        #expect(folder.names == ["file", "link"])
    }

    @Test(arguments: Way.allCases) func foldersAreRefused(_ way: Way) throws {
        mkdir(path, 0o755)
        symlink("file", folder.file("link"))
        for place in [path, path + "/", folder.file("link")] {
            #expect(
                message { try way.write(place, "new") }
                    == "\(place): cannot be written: it is a folder\n  hint: name a file in it")
        }
    }

    @Test(arguments: Way.allCases) func placesThatAreNotThereAreNamed(_ way: Way) {
        let missing = folder.file("none/file")
        #expect(
            message { try way.write(missing, "") }
                == "\(missing): cannot be written: No such file or directory: its folder has to be there")
        #expect(message { try way.write("", "") }.hasPrefix(": cannot be written: No such file"))
        let long = folder.file(String(repeating: "x", count: 256))
        #expect(message { try way.write(long, "") } == "\(long): cannot be written: File name too long")
    }

    @Test(arguments: Way.allCases.dropLast()) func devicesStayDevices(_ way: Way) throws {
        symlink("/dev/null", path)
        try way.write(path, "x")
        try way.write("/dev/null", "x")
        #expect(fileType("/dev/null") == S_IFCHR && fileType(path) == S_IFLNK)
        #expect(
            message { try way.write("/dev/full", "x") } == "/dev/full: cannot be written: No space left on device")
        #expect(fileType("/dev/full") == S_IFCHR)
    }

    @Test(arguments: Way.allCases) func pipesAreWrittenThrough(_ way: Way) throws {
        mkfifo(path, 0o600)
        // Open at both ends, so that neither waits.
        let pipe = open(path, O_RDWR)
        defer { close(pipe) }
        try way.write(path, "through")
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = read(pipe, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self) == "through")
        #expect(fileType(path) == S_IFIFO && folder.names == ["file"])
    }

    @Test(arguments: Way.allCases, ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"])
    func openFilesAreWrittenOnWhereTheyAre(_ way: Way, _ numbers: String) throws {
        try folder.make("file", "so far, ")
        let file = open(path, O_WRONLY | O_APPEND)
        defer { close(file) }
        var before = stat()
        fstat(file, &before)
        symlink(numbers + "\(file)", folder.file("link"))
        try way.write(numbers + "\(file)", "by number, ")
        try way.write(folder.file("link"), "by link")
        var after = stat()
        stat(path, &after)
        #expect(before.st_ino == after.st_ino)
        #expect(try folder.text("file") == "so far, by number, by link")
    }

    @Test func socketsAreWrittenThrough() throws {
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        try FileWriter.write("/dev/fd/\(ends[0])", text: "hello")
        var bytes = [UInt8](repeating: 0, count: 100)
        #expect(read(ends[1], &bytes, 100) == 5)
    }

    @Test func numbersThatAreNotOpenAreNamed() {
        #expect(
            message { try FileWriter.write("/dev/fd/973", text: "") }
                == "/dev/fd/973: cannot be written: Bad file descriptor")
    }

    /// Names as long as the system lets them be, of letters of one to four bytes.
    @Test(arguments: Way.allCases, ["x", "é", "丸", "🧪"]) func longNamesAreWritten(_ way: Way, _ letter: String) throws {
        for length in [110, 119, 120, 121, 230, 244, 245, 246, 250, 255] {
            let count = (length - 4) / letter.utf8.count
            let name = String(repeating: letter, count: count) + ".png"
            try way.write(folder.file(name), "new")
            #expect(folder.names == [name])
            Files.remove(folder.file(name))
        }
    }

    @Test func longNamesHaveTemporaryNamesOfTheirOwn() {
        let stem = String(repeating: "x", count: 240)
        let paths = ["a", "b"].map { FileWriter.temporaryPath(for: "/d/\(stem)\($0).png") }
        #expect(Set(paths).count == 2)
        #expect(paths.allSatisfy { $0.hasPrefix("/d/xxx") && $0.hasSuffix(".unetc.tmp") && $0.utf8.count < 130 })
    }

    @Test func failuresLeaveTheOldFile() throws {
        try folder.make("file")
        let text = message {
            try FileWriter.write(path) { file in
                try file.append([UInt8](repeating: 1, count: 1000))
                throw FileError("x", "interrupted")
            }
        }
        #expect(text == "x: interrupted")
        #expect(try folder.text("file") == "old")
        #expect(folder.names == ["file"])
    }

    @Test func writersThatAreGivenUpLeaveNothing() throws {
        do {
            let file = try FileWriter(path)
            try file.append("half")
            #expect(folder.names == ["file.unetc.tmp"])
        }
        #expect(folder.names == [])
    }

    /// What a killed program left behind, whatever it is, is nobody's; and a user's file of a like name is.
    @Test func leftoversAreReplaced() throws {
        try folder.make("file.unetc.tmp", "half of something longer", mode: 0o400)
        try folder.make("file.tmp", "the user's")
        try FileWriter.write(path, text: "whole")
        #expect(try folder.text("file") == "whole")
        #expect(folder.names == ["file", "file.tmp"])
        // Such a link would lead the writer elsewhere.
        try folder.make("other")
        symlink("other", folder.file("file.unetc.tmp"))
        let text = message { try FileWriter.write(path, text: "again") }
        #expect(text.contains("file.unetc.tmp is in the way"), "\(text)")
        #expect(try folder.text("other") == "old")
    }

    @Test func refusesAFileThatIsBeingWritten() throws {
        let file = try FileWriter(path)
        #expect(
            message { try FileWriter.write(path, text: "me too") }
                == "\(path): cannot be written: another program is writing it right now")
        try file.append("first")
        try file.finish()
        #expect(try folder.text("file") == "first")
        #expect(folder.names == ["file"])
    }

    @Test func writersThatWaitComeOneAfterTheOther() throws {
        let texts = (0..<8).map { String(repeating: "\($0)", count: 100_000) }
        let path = path
        var threads: [pthread_t] = []
        for text in texts {
            var thread = pthread_t()
            let work = Unmanaged.passRetained(Work { try FileWriter.write(path, text: text, .waits) })
            pthread_create(
                &thread, nil,
                { raw in
                    if let raw { Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().run() }
                    return nil
                }, work.toOpaque())
            threads.append(thread)
        }
        for thread in threads { pthread_join(thread, nil) }
        #expect(texts.contains(try folder.text("file")))
        #expect(folder.names == ["file"])
    }

    private final class Work {
        private let body: () throws -> Void
        init(_ body: @escaping () throws -> Void) { self.body = body }
        func run() { #expect(throws: Never.self) { try body() } }
    }

    /// A disk of one MiB, where the system lets tests have one.
    @Test(arguments: Way.allCases.dropLast()) func fullDisksKeepTheOldFile(_ way: Way) throws {
        let disk = folder.file("disk")
        mkdir(disk, 0o755)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0 else {
            print("fullDisksKeepTheOldFile: skipped, no disk can be mounted here")
            return
        }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        try way.write(disk + "/file", "old")
        let text = message { try way.write(disk + "/file", String(repeating: "x", count: 2 << 20)) }
        #expect(text == "\(disk)/file: cannot be written: No space left on device")
        #expect(try folder.text("disk/file") == "old")
        #expect(try Files.names(in: disk) == ["file"])
    }
}
