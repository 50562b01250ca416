import Glibc
import Synchronization

/// Holds SIGINT and SIGTERM back, so that the loop can end a step and save before it stops.
///
/// The signals stay pending and are asked for between steps. Threads that are to leave them alone must be started after
/// this value is made, since they inherit the mask.
struct Interruption {
    init() {
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// The thread that first asked to have signals passed on.
    private static let mainThread = pthread_self()

    /// Whether a signal was handed to the main thread, where alone it is pending then, so that other threads do not see it.
    private static let isPassedOn = Atomic(false)

    /// Has other threads hand signals to this one, which holds them back while it trains: OpenBLAS starts threads of its
    /// own when it is loaded, before anything could hold signals back there. To be called by a program's `main`.
    static func passOnSignals() {
        // Made before a handler could be the first to ask for them.
        _ = mainThread
        _ = isPassedOn.load(ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            let previous = signal(number, passOn)
            // Ignored signals, such as SIGINT of a shell's background job, stay ignored.
            if unsafeBitCast(previous, to: Int.self) == 1 { signal(number, SIG_IGN) }
        }
    }

    private static let passOn: @convention(c) (Int32) -> Void = { number in
        if pthread_equal(pthread_self(), mainThread) == 0 {
            isPassedOn.store(true, ordering: .relaxed)
            pthread_kill(mainThread, number)
        } else {
            // Not held back, so there is nothing to save: end as the signal would have done.
            signal(number, SIG_DFL)
            raise(number)
        }
    }

    /// True once the user or the system has asked for the end.
    var isRequested: Bool {
        if Self.isPassedOn.load(ordering: .relaxed) { return true }
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

    /// Makes a closed standard output, and a file that grows beyond the user's limit, an error of `write`, not the end of
    /// the process.
    static func ignoreWriteSignals() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }
}
