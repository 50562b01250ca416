import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

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

    /// Writes text on standard output at once. The first failure is kept for the program's end.
    public static func write(_ text: String) {
        let code = Descriptor.write(Array(text.utf8), to: 1)
        if code != 0 { _ = firstFailure.compareExchange(expected: 0, desired: code, ordering: .relaxed) }
    }

    /// Writes text on standard error. There is nobody to tell when that fails.
    public static func complain(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: 2) }

    /// Why results that were asked for are lost; nil when all that was written has gone out.
    public static var lost: LostOutput? {
        let code = firstFailure.load(ordering: .relaxed)
        return code == 0 ? nil : LostOutput(code: code)
    }

    /// As the C library keeps one for its `stdout`: there is one standard output.
    private static let firstFailure = Atomic<Int32>(0)

    /// Output that did not go out.
    public struct LostOutput: Hashable, Sendable {
        var code: Int32

        /// What to say; nil when the reader has left, as `head` does, which is no fault of anybody.
        public var message: String? {
            switch code {
            case EPIPE: nil
            case EBADF: "cannot write to standard output: it is closed"
            default: "cannot write to standard output: \(systemMessage(code))"
            }
        }

        /// 1, or what a shell says of a program that the signal for a closed pipe has ended.
        public var exitCode: Int32 { code == EPIPE ? 128 + SIGPIPE : 1 }
    }
}
