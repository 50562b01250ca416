import Glibc

/// Holds SIGINT and SIGTERM back, so that the loop can end a step and save before it stops.
///
/// The signals stay pending and are asked for between steps; no handler runs. Threads that are to leave them alone
/// must be started after this value is made, since they inherit the mask.
struct Interruption {
    init() {
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// True once the user or the system has asked for the end.
    var isRequested: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1
    }

    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        return set
    }

    /// Makes a closed standard output an error of `write`, not the end of the process.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
