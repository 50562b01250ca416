import Testing

@testable import Runtime

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The bytes of a small file.
func contents(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw RuntimeError("\(path) cannot be opened") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(count, 0)))
}

@Suite struct AtomicFileTests {
    private let folder: String
    private let path: String

    init() throws {
        folder = try TemporaryFolder.make()
        path = folder + "/file"
    }

    @Test func replacesWholeFiles() throws {
        try AtomicFile.write(path, text: "a longer first text")
        try AtomicFile.write(path, text: "second")
        #expect(try contents(path) == Array("second".utf8))
        #expect(TemporaryFolder.contents(folder) == ["file"])
    }

    @Test func takesOverWhatAKilledProgramLeft() throws {
        try AtomicFile.write(path + ".tmp", text: "half of something longer")
        try AtomicFile.write(path, text: "whole")
        #expect(try contents(path) == Array("whole".utf8))
        #expect(TemporaryFolder.contents(folder) == ["file"])
    }

    @Test func refusesAFileThatIsBeingWritten() throws {
        let text = message {
            try AtomicFile.write(path) { _ in try AtomicFile.write(path, text: "me too") }
        }
        #expect(text.contains("another program is writing it right now"), "\(text)")
        #expect(!TemporaryFolder.contents(folder).contains("file"))
    }

    @Test func failuresLeaveTheOldFile() throws {
        try AtomicFile.write(path, text: "old")
        let text = message {
            try AtomicFile.write(path) { file in
                try [UInt8](repeating: 1, count: 1000).withUnsafeBytes { try file.append($0) }
                throw RuntimeError("interrupted")
            }
        }
        #expect(text == "\(path): cannot be written: interrupted")
        #expect(try contents(path) == Array("old".utf8))
        #expect(TemporaryFolder.contents(folder) == ["file"])
    }

    @Test func placesThatCannotBeWrittenAreNamed() {
        let missing = folder + "/none/file"
        #expect(
            message { try AtomicFile.write(missing, text: "") }
                == "\(missing): cannot be written: No such file or directory: its folder has to be there")
        #expect(message { try AtomicFile.write(folder, text: "") }.hasPrefix("\(folder): cannot be written: "))
        #expect(
            message { try AtomicFile.write("/dev/full", text: "x") }
                == "/dev/full: cannot be written: No space left on device")
    }

    /// A disk of one MiB, where the system lets tests have one.
    @Test func fullDisksKeepTheOldFile() throws {
        let disk = folder + "/disk"
        mkdir(disk, 0o755)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0 else {
            print("fullDisksKeepTheOldFile: skipped, no disk can be mounted here")
            return
        }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let path = disk + "/checkpoint.safetensors"
        var writer = SafetensorsWriter()
        try writer.add("a", shape: [3], values: [1, 2, 3])
        try writer.write(to: path)
        var large = SafetensorsWriter()
        try large.add("a", shape: [1 << 19], values: [Float](repeating: 1, count: 1 << 19))
        let text = message { try large.write(to: path) }
        #expect(text == "\(path): cannot be written: No space left on device")
        #expect(try SafetensorsFile(path: path).floats("a") == [1, 2, 3])
        #expect(TemporaryFolder.contents(disk) == ["checkpoint.safetensors"])
    }
}
