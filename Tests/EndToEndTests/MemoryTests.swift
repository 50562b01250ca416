import FileAccess
import Foundation
import Fuzzing
import Imaging
import TestSupport
import Testing

/// A trainer that was made for 60 MiB stays within them on photographs of twelve megapixels, with eight threads.
///
/// Takes minutes: `UNETC_LONG_TESTS=1`.
@Suite(
    .serialized, .enabled(if: isLongRun, "takes minutes: UNETC_LONG_TESTS=1"),
    .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct MemoryTests {
    private static let budget = 60 << 20
    private static let photos = 10

    /// Photographs and masks, a trainer for the budget, and weights to predict with.
    private final class Setting: Sendable {
        let folder: TemporaryFolder
        let program: String
        var data: String { folder.path + "/data" }

        init() throws {
            folder = try TemporaryFolder()
            let net = folder.path + "/net"
            program = net + "/trainer"
            let unetc = try builtProgram("unetc")
            let graph = checkoutFolder() + "/graphs/unet-small.graph"
            let compiled = try Self.run(
                unetc, ["compile", graph, "--memory", "60M", "--threads", "8", "--tile", "auto", "--output", net])
            try #require(compiled.status == 0, "\(compiled.output)")
            for name in ["images", "masks"] { try Files.makeFolder(data + "/" + name) }
            for number in 0..<MemoryTests.photos { try write(number) }
        }

        /// Photographs as cameras write them, one in five as a PNG; their masks have an object in the middle.
        private func write(_ number: Int) throws {
            let (width, height) = (4_000, 3_000)
            let name = "/p\(number)."
            if number % 5 == 4 {
                let writer = try PNGRowWriter(
                    path: data + "/images" + name + "png", width: width, height: height, samples: .rgb8, isSmooth: true)
                for y in 0..<height {
                    try writer.append((0..<3 * width).map { UInt8(truncatingIfNeeded: ($0 + y * number) / 11) })
                }
            } else {
                let photo = JPEGFile.photo(width: width, height: height, seed: UInt64(number))
                try FileWriter.write(data + "/images" + name + "jpg", photo)
            }
            let mask = try PNGRowWriter(
                path: data + "/masks" + name + "png", width: width, height: height, samples: .gray8, isSmooth: false)
            let inside = (0..<width).map { UInt8(abs($0 - 2_000) < 700 + 50 * number ? 255 : 0) }
            let outside = [UInt8](repeating: 0, count: width)
            for y in 0..<height { try mask.append(abs(y - 1_500) < 800 ? inside : outside) }
        }

        /// Runs a program to its end.
        /// - Returns: its exit code, what it says, and the most memory that it had in use, in bytes.
        static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String, peak: Int) {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = output
            try process.run()
            // The peak grows only, so that asking now and then finds it but for the last moment's growth.
            var peak = 0
            while process.isRunning {
                let status = (try? Files.read("/proc/\(process.processIdentifier)/status")) ?? []
                let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
                    $0.hasPrefix("VmHWM:")
                }
                peak = max(peak, line.flatMap { Int($0.filter(\.isNumber)) } ?? 0)
                usleep(2_000)
            }
            let said = output.fileHandleForReading.readDataToEndOfFile()
            return (process.terminationStatus, String(decoding: said, as: UTF8.self), peak << 10)
        }
    }

    @Test func commandsStayWithinTheBudget() throws {
        let setting = try Setting()
        let run = setting.folder.path + "/run"
        let images = setting.data + "/images"
        let commands: [[String]] = [
            ["train", "--data", setting.data, "--epochs", "2", "--out", run],
            ["train", "--data", setting.data, "--epochs", "3", "--out", run, "--resume"],
            ["evaluate", "--data", setting.data, "--run", run],
            ["doctor", "--data", setting.data],
            ["predict", images, "--run", run, "--out", setting.folder.path + "/whole"],
            ["predict", images, "--run", run, "--tiles", "--scale", "0.1", "--out", setting.folder.path + "/tiles"],
        ]
        for command in commands {
            let result = try Setting.run(setting.program, command + ["--threads", "8"])
            let took = "\(command[0]) took \(result.peak >> 10) KiB\n\(result.output)"
            #expect(result.status == 0, "\(took)")
            #expect(result.peak <= Self.budget, "\(took)")
        }
    }

    /// The same where the system ends who takes more, the file cache included.
    @Test(.enabled(if: MemoryGroup.isPossible, "no memory cgroup can be made here"))
    func commandsRunInAGroupOfThatSize() throws {
        let setting = try Setting()
        let group = try MemoryGroup(limit: Self.budget)
        let run = setting.folder.path + "/run"
        let images = setting.data + "/images"
        let commands: [[String]] = [
            ["train", "--data", setting.data, "--epochs", "2", "--out", run],
            ["doctor", "--data", setting.data],
            ["predict", images, "--run", run, "--out", setting.folder.path + "/whole"],
        ]
        for command in commands {
            let script = ["-c", "echo $$ > '\(group.processes)' && exec \"$@\"", "sh", setting.program]
            let result = try Setting.run("/bin/sh", script + command + ["--threads", "8"])
            #expect(result.status == 0, "\(command[0]) ended with \(result.status)\n\(result.output)")
        }
    }
}

/// A group of processes that share a bound on memory.
private final class MemoryGroup: Sendable {
    private let path: String
    /// The file that takes the number of a process.
    var processes: String { path + "/cgroup.procs" }

    /// Where groups are, and the file of a group that holds its bound.
    private static let kinds = [
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max"),
    ]

    static var isPossible: Bool { (try? MemoryGroup(limit: 1 << 30)) != nil }

    init(limit: Int) throws {
        for (parent, file) in Self.kinds {
            let path = "\(parent)/unetc-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
            guard mkdir(path, 0o755) == 0 else { continue }
            let descriptor = open("\(path)/\(file)", O_WRONLY)
            let text = "\(limit)"
            let isSet = descriptor >= 0 && write(descriptor, text, text.utf8.count) == text.utf8.count
            if descriptor >= 0 { close(descriptor) }
            if isSet {
                self.path = path
                return
            }
            rmdir(path)
        }
        throw FileError("/sys/fs/cgroup", "no group with a bound on its memory can be made")
    }

    deinit { rmdir(path) }
}
