import Platform

/// True when the slow tests are to run too: `UNETC_LONG_TESTS=1`.
public var isLongRun: Bool { getenv("UNETC_LONG_TESTS").map { String(cString: $0) } == "1" }
