import Base
import Platform
import Strategy

/// Why a compiler or a linker did not do its work where that is the machine's doing, in words for whoever owns it: it was
/// killed, it crashed, or memory or disk ran out.
struct CompilerFailure {
    /// "C compiler", "linker".
    var program: String
    var result: CommandResult

    /// Nil when the program ended in a way of its own, and has said why.
    var error: DriverError? {
        guard result.status != 0 else { return nil }
        if result.output.contains("No space left on device") || result.output.contains("Disk quota exceeded") {
            return DriverError(
                "no space is left for the files of the \(program):\n\(output)\n"
                    + "  hint: it works in the cache folder, of which UNETC_CACHE names another, and in that of TMPDIR")
        }
        if let signal { return ended(by: signal) }
        let lacksMemory = ["out of memory", "memory exhausted", "Cannot allocate memory"].contains {
            result.output.contains($0)
        }
        guard lacksMemory else { return nil }
        return DriverError("the \(program) has run out of memory:\n\(output)\n" + Self.memoryHint)
    }

    private static let memoryHint = "  hint: free memory, or take fewer --threads, which compile as many files at once"

    private func ended(by signal: Int32) -> DriverError {
        let name = Self.signals.first { $0.number == signal }?.name
        let what = "signal \(signal)" + (name.map { " (\($0))" } ?? "")
        switch signal {
        case SIGKILL:
            return DriverError(
                "the \(program) was killed by \(what), which is what the system does when memory runs out"
                    + "\(words)\n" + Self.memoryHint)
        case SIGXCPU:
            return DriverError(
                "the \(program) was ended by \(what): its time was up\(words)\n  hint: raise the limit (ulimit -t)")
        case SIGXFSZ:
            return DriverError(
                "the \(program) was ended by \(what): its file grew too large\(words)\n"
                    + "  hint: raise the limit (ulimit -f)")
        case SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGTRAP, SIGSYS:
            return DriverError(
                "the \(program) crashed with \(what), which is a fault of that program or of the machine\(words)\n"
                    + "  hint: try again, or name another compiler with CC")
        default:
            return DriverError("the \(program) was ended by \(what), which somebody sent to it\(words)")
        }
    }

    /// The signal that ended the program, or a part of it, which it then tells in words, or by the status of a shell.
    private var signal: Int32? {
        if let signal = result.signal { return signal }
        let known = Self.signals.first { signal in
            let description = String(cString: strsignal(signal.number))
            return Self.reports(description).contains { result.output.contains($0) }
        }
        if let known { return known.number }
        for word in ["terminated with signal ", "due to signal "] {
            guard let place = result.output.firstRange(of: word) else { continue }
            return Int32(result.output[place.upperBound...].prefix { $0.isNumber })
        }
        return (129..<128 + 65).contains(result.status) ? result.status - 128 : nil
    }

    /// How gcc and clang tell the end of a program that they have started.
    private static func reports(_ description: String) -> [String] {
        ["\(description) signal terminated program", "unable to execute command: \(description)"]
    }

    private static let signals: [(number: Int32, name: String)] = [
        (SIGHUP, "SIGHUP"), (SIGINT, "SIGINT"), (SIGQUIT, "SIGQUIT"), (SIGILL, "SIGILL"), (SIGTRAP, "SIGTRAP"),
        (SIGABRT, "SIGABRT"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"), (SIGKILL, "SIGKILL"), (SIGSEGV, "SIGSEGV"),
        (SIGPIPE, "SIGPIPE"), (SIGALRM, "SIGALRM"), (SIGTERM, "SIGTERM"), (SIGXCPU, "SIGXCPU"),
        (SIGXFSZ, "SIGXFSZ"), (SIGSYS, "SIGSYS"),
    ]

    /// What the program has printed, as far as anybody wants to read it.
    private var output: String {
        let lines = result.output.trimmingNewlines.split(separator: "\n")
        return lines.prefix(10).joined(separator: "\n") + (lines.count > 10 ? "\n…" : "")
    }

    private var words: String { output.isEmpty ? "" : ":\n" + output }
}
