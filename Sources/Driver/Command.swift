import Base
import FileAccess

import Platform
import Strategy

/// What a finished program left behind.
struct CommandResult {
    /// The exit status, or 128 plus the signal that ended it, as shells say it.
    var status: Int32
    /// The signal that ended it; nil when it ended by itself.
    var signal: Int32?
    /// Standard output and standard error, as they came.
    var output: String
}

/// A program to run; found on PATH unless it has a slash.
struct Command {
    var program: String
    var arguments: [String]

    /// Starts the program with its output sent to a pipe.
    func start() throws -> RunningCommand { try RunningCommand(self) }

    /// Runs the program to its end.
    func run() throws -> CommandResult { try start().finish() }
}

/// A program under way.
final class RunningCommand {
    private let process: pid_t
    private let readEnd: Int32

    fileprivate init(_ command: Command) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw DriverError("cannot make a pipe: \(systemMessage(errno))") }
        // Other children must not hold the write end open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var arguments: [UnsafeMutablePointer<CChar>?] = ([command.program] + command.arguments).map {
            $0.withFileName { strdup($0) }
        }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var process: pid_t = 0
        let status = command.program.withFileName { program in
            posix_spawnp(&process, program, &actions, nil, arguments, environ)
        }
        close(ends[1])
        guard status == 0 else {
            close(ends[0])
            throw DriverError("cannot run \"\(command.program)\": \(systemMessage(status))")
        }
        self.process = process
        readEnd = ends[0]
    }

    /// Waits for the end and collects what was printed.
    func finish() throws -> CommandResult {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(readEnd, &chunk, chunk.count)
            if count > 0 {
                bytes += chunk[0..<count]
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        close(readEnd)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw DriverError("lost track of a child process: \(systemMessage(errno))") }
        }
        let signal = status & 0x7f
        return CommandResult(
            status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, signal: signal == 0 ? nil : signal,
            output: String(decoding: bytes, as: UTF8.self))
    }
}
