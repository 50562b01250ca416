import Platform

/// Runs a program's `main` on a thread of its own, whose stack does not depend on the user's limit (`ulimit -s`), and waits
/// for it. Where no thread can be started it runs here.
///
/// The programs that this one starts get a stack of the usual size as well, where the system allows that.
///
/// - Returns: what `body` returns.
public func withLargeStack(_ body: @escaping @Sendable () -> Int32) -> Int32 {
    raiseStackLimit()
    let result = Monitor<Int32>(0)
    guard
        let thread = try? PosixThread({
            let code = body()
            result.withLock { $0 = code }
        })
    else { return body() }
    thread.join()
    return result.withLock { $0 }
}

private func raiseStackLimit() {
    let usual: rlim_t = 8 << 20
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0, limit.rlim_cur < usual else { return }
    limit.rlim_cur = min(usual, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)
}
