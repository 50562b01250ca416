import Foundation
import TestSupport
import Testing

/// A trainer as a launcher starts it: several processes, by a real `mpirun`.
struct Launch {
    /// Processes at work.
    struct Running {
        let process: Process
        fileprivate let pipe: Pipe
        fileprivate let program: String

        /// The trainers among the launcher's descendants.
        var ranks: [pid_t] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            let children = names.compactMap { pid_t($0) }.filter { parent(of: $0) == process.processIdentifier }
            return children.filter { word(1, of: $0) == program }.sorted()
        }

        private func parent(of child: pid_t) -> pid_t? {
            let text = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
            return text?.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) }
        }

        /// A word of its command line, from 1.
        private func word(_ number: Int, of child: pid_t) -> String? {
            let bytes = FileManager.default.contents(atPath: "/proc/\(child)/cmdline") ?? Data()
            return bytes.split(separator: 0).dropFirst(number - 1).first.map { String(decoding: $0, as: UTF8.self) }
        }

        /// Waits for all of them.
        func end() -> (status: Int32, output: String) {
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, output)
        }
    }

    let trainer: Trainer

    init(_ task: Trainer.Task) throws { trainer = try Trainer(task) }

    static let isAvailable = program("mpirun") != nil && program("mpicc") != nil

    /// Whether network namespaces can be made and connected here.
    static let hasHosts: Bool = {
        guard geteuid() == 0, program("ip") != nil, program("tc") != nil else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: checkoutFolder() + "/scripts/hosts.sh")
        process.arguments = ["1", "1gbit", "true"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try? process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    private static func program(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { $0 + "/" + name }.first(where: FileManager.default.isExecutableFile)
    }

    /// The library of this checkout, made once.
    private static let library = Result {
        let folder = try TemporaryFolder(isKept: true)
        let sources = checkoutFolder() + "/Sources/RanksABI"
        let path = folder.path + "/libunetc_mpi.so"
        let words = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I\(sources)/include", "-o", path]
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: program("mpicc") ?? "")
        compiler.arguments = words + ["\(sources)/unetc_mpi.c"]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0, "mpicc fails")
        return path
    }

    /// Starts so many processes of a program.
    func start(
        _ count: Int, program: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Running {
        try start(
            Self.program("mpirun") ?? "",
            ["--oversubscribe", "--bind-to", "none", "-n", "\(count)", program] + arguments, of: program,
            environment: environment)
    }

    /// Trains on so many hosts, which are namespaces, to the end.
    func onHosts(_ count: Int, out: String, _ flags: [String]) throws -> (status: Int32, output: String) {
        let words = [trainer.program, "train", "--threads", "1", "--out", trainer.folder.path + "/" + out] + flags
        let line = "mpirun $HOSTS_FLAGS -x UNETC_MPI -n \(count) " + words.joined(separator: " ")
        return try start(
            checkoutFolder() + "/scripts/hosts.sh", ["\(count)", "1gbit", "sh", "-c", line], of: trainer.program
        ).end()
    }

    private func start(
        _ launcher: String, _ arguments: [String], of program: String, environment: [String: String] = [:]
    ) throws -> Running {
        let process = Process()
        let pipe = Pipe()
        // Without a home of ours nothing of the user's own decides.
        let changed = [
            "UNETC_MPI": try Self.library.get(), "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        ].merging(environment) { $1 }
        process.environment = ProcessInfo.processInfo.environment.merging(changed) { $1 }
        process.executableURL = URL(fileURLWithPath: launcher)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        return Running(process: process, pipe: pipe, program: program)
    }

    func start(
        _ count: Int, out: String, _ flags: [String], environment: [String: String] = [:]
    ) throws -> Running {
        try start(
            count, program: trainer.program,
            ["train", "--threads", "1", "--out", trainer.folder.path + "/" + out] + flags, environment: environment)
    }

    /// Trains with so many processes to the end.
    func run(_ count: Int, out: String, _ flags: [String]) throws -> (status: Int32, output: String) {
        try start(count, out: out, flags).end()
    }

    func command(_ count: Int, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try start(count, program: trainer.program, arguments).end()
    }

    /// A line of a shell's in each process.
    func shell(_ count: Int, _ line: String) throws -> (status: Int32, output: String) {
        try start(count, program: "/bin/sh", ["-c", line]).end()
    }
}
