import Base
import FileAccess
import Runtime

import Platform

/// An input that broke a promise, crashed, hung or took too much memory.
public struct FuzzFinding: Hashable, Sendable {
    public var round: Int
    public var message: String
    /// The file that holds the input.
    public var path: String
}

/// What a run came to.
public struct FuzzReport: Sendable {
    public var findings: [FuzzFinding] = []
    public var accepted = 0
    public var refused = 0
    public var seconds = 0.0
    /// The longest time of an input that was answered, and its round.
    public var slowest: (seconds: Double, round: Int) = (0, 0)
    /// Of the worker that needed most.
    public var peakBytes = 0

    public var inputs: Int { accepted + refused + findings.count }
}

/// Tries many inputs in a process of its own, so that a crash is a finding and not the end.
public struct FuzzRun {
    /// Findings after which a run stops.
    public static let findingLimit = 20

    public var subject: FuzzSubject
    public var seed: UInt64
    public var rounds: Range<Int>
    /// Seconds that one input may take.
    public var timeLimit: Double
    /// A program that makes a `FuzzWorker` and lets it run, given the path of the progress and the rounds.
    public var worker: (_ progressPath: String, _ rounds: Range<Int>) -> [String]
    /// Where inputs are written that are findings; made where there is none.
    public var folder: String

    public init(
        subject: FuzzSubject, seed: UInt64, rounds: Range<Int>, timeLimit: Double, folder: String,
        worker: @escaping (_ progressPath: String, _ rounds: Range<Int>) -> [String]
    ) {
        self.subject = subject
        self.seed = seed
        self.rounds = rounds
        self.timeLimit = timeLimit
        self.folder = folder
        self.worker = worker
    }

    /// Runs all rounds, or up to the last finding that is wanted.
    /// - Throws: `FuzzError` when workers cannot be started or files not be written.
    public func run() throws -> FuzzReport {
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw FuzzError.system(folder) }
        let progressPath = "\(folder)/.\(subject.name).progress"
        unlink(progressPath)
        let progress = try FuzzProgress(path: progressPath)
        defer { unlink(progressPath) }
        var report = FuzzReport()
        let start = monotonicSeconds()
        var next = rounds.lowerBound
        while next < rounds.upperBound, report.findings.count < Self.findingLimit {
            progress[.round] = next
            guard let message = try runWorker(progressPath, progress, from: next) else { break }
            report.findings.append(try keep(progress[.round], message))
            next = progress[.round] + 1
        }
        report.seconds = monotonicSeconds() - start
        report.accepted = progress[.accepted]
        report.refused = progress[.refused]
        report.slowest = (Double(progress[.slowestNanoseconds]) * 1e-9, progress[.slowestRound])
        report.peakBytes = progress[.peakKibibytes] << 10
        return report
    }

    /// Lets a worker go on until it ends.
    /// - Returns: what it has found, nil at the end of all rounds.
    private func runWorker(_ progressPath: String, _ progress: FuzzProgress, from next: Int) throws -> String? {
        let log = progressPath + ".log"
        let scratch = try scratchFolder()
        defer {
            unlink(log)
            Files.removeFolder(scratch)
        }
        let process = try start(worker(progressPath, next..<rounds.upperBound), log: log, scratch: scratch)
        guard let status = wait(for: process, progress) else {
            return "no answer after \(timeLimit) seconds"
        }
        let said = lastWords(in: log)
        let signal = status & 0x7f
        if signal != 0 {
            return "ended by \(String(cString: strsignal(signal)).lowercased())" + (said.map { ": \($0)" } ?? "")
        }
        switch (status >> 8) & 0xff {
        case 0: return nil
        case FuzzWorker.brokenPromiseStatus: return said ?? "a promise is broken"
        case let code: throw FuzzError(description: "a worker ended with status \(code): \(said ?? "no message")")
        }
    }

    /// The worker's status, nil when it had to be ended because it stood still.
    private func wait(for process: pid_t, _ progress: FuzzProgress) -> Int32? {
        var status: Int32 = 0
        var last = (round: progress[.round], since: monotonicSeconds())
        while true {
            if waitpid(process, &status, WNOHANG) == process { return status }
            let now = monotonicSeconds()
            if progress[.round] != last.round { last = (progress[.round], now) }
            if now - last.since > timeLimit {
                kill(process, SIGKILL)
                waitpid(process, &status, 0)
                return nil
            }
            usleep(10_000)
        }
    }

    /// A folder for a worker's files, in memory where there is room for files: whatever becomes of the worker, the run
    /// removes it.
    private func scratchFolder() throws -> String {
        let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(base)/unetc-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FuzzError.system(base) }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func start(_ command: [String], log: String, scratch: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        // Swift's own account of a crash takes seconds, and memory that the worker may not have.
        var variables: [UnsafeMutablePointer<CChar>?] = [
            strdup("SWIFT_BACKTRACE=enable=no"), strdup("TMPDIR=\(scratch)"), nil,
        ]
        defer { (arguments + variables).forEach { free($0) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, command.first ?? "", &actions, nil, &arguments, &variables)
        guard status == 0 else { throw FuzzError(description: "\(command): \(String(cString: strerror(status)))") }
        return process
    }

    /// What a trap said, which goes before the places that led there, or the last line.
    private func lastWords(in path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&buffer, 1, buffer.count, file)
        let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
        return (lines.last { $0.contains("Fatal error") } ?? lines.last).map(String.init)
    }

    /// Writes the input of a finding.
    private func keep(_ round: Int, _ message: String) throws -> FuzzFinding {
        let path = "\(folder)/\(subject.name)-\(seed)-\(round)"
        let input = subject.input(seed: seed, round: round)
        guard let file = fopen(path, "w") else { throw FuzzError.system(path) }
        defer { fclose(file) }
        guard fwrite(input, 1, input.count, file) == input.count else { throw FuzzError.system(path) }
        return FuzzFinding(round: round, message: message, path: path)
    }
}
