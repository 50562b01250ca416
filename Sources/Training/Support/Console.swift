import Glibc

/// Where the trainer speaks: results to standard output, warnings and progress to standard error.
struct Console: Sendable {
    /// Leaves out everything but warnings and errors.
    var isQuiet = false

    /// True when standard error is a terminal, where a line can be drawn over.
    let hasTerminal = isatty(2) == 1

    /// A result, on standard output.
    func say(_ text: String) {
        if !isQuiet { Self.write(text + "\n", to: 1) }
    }

    /// A result that was asked for, so that it is printed even when quiet.
    func answer(_ text: String) { Self.write(text + "\n", to: 1) }

    /// Something the user should know, on standard error, even when quiet.
    func warn(_ text: String) { Self.write("warning: " + text + "\n", to: 2) }

    /// Draws over the terminal's current line; nothing without a terminal.
    func draw(_ line: String) {
        if hasTerminal && !isQuiet { Self.write("\r" + line + "\u{1B}[K", to: 2) }
    }

    /// Removes what `draw` left.
    func clear() { draw("") }

    /// Writes all of `text` to a file descriptor; a closed or full stream is not the trainer's business.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
