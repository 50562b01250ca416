import FileAccess
import Glibc

/// A thread that runs one closure.
struct PosixThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let handle: pthread_t

    /// Starts the thread.
    /// - Throws: `TrainerError` when the system gives no more threads.
    init(_ body: @escaping @Sendable () -> Void) throws {
        var handle = pthread_t()
        let retained = Unmanaged.passRetained(Body(body))
        let code = pthread_create(
            &handle, nil,
            { raw in
                if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            retained.release()
            throw TrainerError("cannot start a thread: \(systemMessage(code))", hint: "try a smaller --threads")
        }
        self.handle = handle
    }

    /// Waits for the thread's end; to be called once.
    func join() { pthread_join(handle, nil) }
}
