import Platform

/// A thread that runs one closure.
public struct PosixThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let handle: pthread_t

    /// Whatever the user's limit on stacks is: that of a terminal may be so small that nothing runs.
    public static let stackBytes = 8 << 20

    /// Starts the thread.
    /// - Throws: `ThreadError` when the system gives no more threads.
    public init(_ body: @escaping @Sendable () -> Void) throws {
        var handle = pthread_t()
        let retained = Unmanaged.passRetained(Body(body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        let code = pthread_create(
            &handle, &attributes,
            { raw in
                if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            retained.release()
            throw ThreadError(code: code)
        }
        self.handle = handle
    }

    /// Waits for the thread's end; to be called once.
    public func join() { pthread_join(handle, nil) }
}

/// The system gives no more threads.
public struct ThreadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's error number.
    var code: Int32

    public var description: String {
        "cannot start a thread: \(systemMessage(code))\n  hint: try a smaller --threads"
    }
}
