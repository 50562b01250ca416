import Platform

/// What the terminal can do that a standard stream may be.
package enum Terminal {
    /// Whether colours are welcome on a stream: it is a terminal that has some, and `NO_COLOR` is not set
    /// (https://no-color.org).
    package static func hasColors(_ stream: Int32) -> Bool {
        guard isatty(stream) == 1 else { return false }
        if let refusal = getenv("NO_COLOR"), refusal.pointee != 0 { return false }
        return getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
    }

    /// How wide it is; nil for what is no terminal, or does not tell.
    package static func columns(_ stream: Int32) -> Int? {
        var size = winsize()
        guard ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
