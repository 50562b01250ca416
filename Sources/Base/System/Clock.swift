import Platform

/// Seconds of a clock that only goes forward.
public func monotonicSeconds() -> Double { seconds(CLOCK_MONOTONIC) }

/// Nanoseconds of the same clock, which is also that of the thread pool's records.
public func monotonicNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Seconds since 1970, for logs alone: nothing that is computed may depend on it.
public func wallSeconds() -> Double { seconds(CLOCK_REALTIME) }

private func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
