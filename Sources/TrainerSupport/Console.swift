import FileAccess
import Platform

/// Where the trainer speaks: results to standard output, warnings and progress to standard error.
///
/// What cannot be written there stops no training; the program's end says so.
package struct Console: Sendable {
    /// Leaves out everything but warnings and errors.
    package var isQuiet = false
    /// Says nothing at all, because another process says the same.
    package var isMute = false

    /// True when standard error is a terminal, where a line can be drawn over.
    package let hasTerminal = isatty(2) == 1

    package init(isQuiet: Bool = false, isMute: Bool = false) {
        self.isQuiet = isQuiet || isMute
        self.isMute = isMute
    }

    /// A result, on standard output.
    package func say(_ text: String) {
        if !isQuiet { StandardStreams.say(text + "\n") }
    }

    /// A result that was asked for, so that it is printed even when quiet.
    package func answer(_ text: String) { if !isMute { StandardStreams.say(text + "\n") } }

    /// Something the user should know, on standard error, even when quiet.
    package func warn(_ text: String) { if !isMute { StandardStreams.complain("warning: " + text + "\n") } }

    /// Draws over the terminal's current line; nothing without a terminal.
    package func draw(_ line: String) {
        if hasTerminal && !isQuiet { StandardStreams.draw(line) }
    }

    /// Removes what `draw` left.
    package func clear() { draw("") }
}
