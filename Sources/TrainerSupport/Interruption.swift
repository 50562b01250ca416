import Platform
import Synchronization

/// Holds signals that ask for the end back, so that the loop can end a step and save before it stops.
///
/// The signals stay pending and are asked for between steps, and while pictures are decoded. Threads that are to leave them
/// alone must be started after this value is made, since they inherit the mask.
package struct Interruption {
    package init() {
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        Self.isHolding.store(true, ordering: .relaxed)
    }

    /// What a terminal, the system and a closed session send.
    private static let numbers = [SIGINT, SIGTERM, SIGHUP]

    /// The thread that first asked to have signals passed on.
    private static let mainThread = pthread_self()

    /// Whether signals are held back anywhere; those of a process that holds none back end it at once.
    private static let isHolding = Atomic(false)

    /// Whether a signal was handed to the main thread, where alone it is pending then, so that other threads do not see it.
    private static let isPassedOn = Atomic(false)

    /// Has other threads hand signals to this one, which holds them back while it trains: OpenBLAS starts threads of its
    /// own when it is loaded, before anything could hold signals back there. To be called by a program's `main`.
    package static func passOnSignals() {
        // Made before a handler could be the first to ask for them.
        _ = mainThread
        _ = isPassedOn.load(ordering: .relaxed)
        // Ignored signals, such as SIGINT of a shell's background job or SIGHUP under nohup, stay ignored.
        for number in numbers where !isIgnored(number) { signal(number, passOn) }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
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
    package var isRequested: Bool { Self.isPending }

    /// True once a signal is held back that asks for the end; on any thread.
    package static var isPending: Bool {
        guard isHolding.load(ordering: .relaxed) else { return false }
        if isPassedOn.load(ordering: .relaxed) { return true }
        var pending = sigset_t()
        sigpending(&pending)
        return numbers.contains { sigismember(&pending, $0) == 1 }
    }

    /// Lets go of what is held back, so that a signal ends the process as it does where none is.
    package static func letThrough() {
        var signals = signals
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Those that are not ignored: of an ignored one that is held back the system says that it is pending.
    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers where !isIgnored(number) { sigaddset(&set, number) }
        return set
    }

    /// Makes a closed standard output, and a file that grows beyond the user's limit, an error of `write`, not the end of
    /// the process.
    package static func ignoreWriteSignals() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }
}

/// What ends work in its middle because a signal is held back.
package struct Interrupted: Error {
    package init() {}
}
