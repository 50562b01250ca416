import Base
import Synchronization

import Platform

/// Standard output and standard error, for a program's start, its words and its end.
public enum StandardStreams {
    /// Occupies the numbers 0 to 2 where they are closed, so that no file that is opened later becomes what the program
    /// prints to. To be called before anything is opened.
    ///
    /// What takes their places cannot be used: a closed standard output stays one that nothing can be written to.
    public static func occupy() {
        for number: Int32 in 0...2 where fcntl(number, F_GETFD) < 0 {
            let place = open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY)
            if place >= 0, place != number { close(place) }
        }
    }

    /// Says something on standard output, with names of files such that they do nothing to a terminal.
    public static func say(_ text: String) { write(text.shown) }

    /// Writes text on standard output at once, as it is: what a command was asked to make. The first failure is kept for the
    /// program's end.
    public static func write(_ text: String) {
        let code = Descriptor.write(Array(text.utf8), to: 1)
        if code != 0 { _ = firstFailure.compareExchange(expected: 0, desired: code, ordering: .relaxed) }
    }

    /// Says something on standard error, as `say` does. There is nobody to tell when that fails.
    public static func complain(_ text: String) { _ = Descriptor.write(Array(text.shown.utf8), to: 2) }

    /// Draws over the current line of the terminal that is standard error.
    public static func draw(_ line: String) {
        _ = Descriptor.write(Array("\r\(line.shown)\u{1B}[K".utf8), to: 2)
    }

    /// The exit code of a program that would end with `code`. Results that did not go out are an error, which is said, but
    /// for a reader that has left, as `head` does: then it is what a shell says of a program that the signal has ended.
    public static func exitCode(_ code: Int32) -> Int32 {
        let failure = firstFailure.load(ordering: .relaxed)
        guard failure != 0 else { return code }
        guard failure != EPIPE else { return code == 0 ? 128 + SIGPIPE : code }
        let reason = failure == EBADF ? "it is closed" : systemMessage(failure)
        complain("error: cannot write to standard output: \(reason)\n")
        return code == 0 ? 1 : code
    }

    /// As the C library keeps one for its `stdout`: there is one standard output.
    private static let firstFailure = Atomic<Int32>(0)
}
