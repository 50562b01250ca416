import Base
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

    /// How a line stands out on a terminal.
    package enum Look: Sendable {
        case plain, heading, good

        fileprivate var code: String {
            switch self {
            case .plain: ""
            case .heading: "1"
            case .good: "32"
            }
        }
    }

    /// A result, on standard output; in colour where that is a terminal and nobody has asked for none.
    package func say(_ text: String, _ look: Look) {
        guard !isQuiet else { return }
        guard look != .plain, Terminal.hasColors(1) else { return say(text) }
        StandardStreams.write("\u{1B}[\(look.code)m\(text.shown)\u{1B}[0m\n")
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
        guard hasTerminal && !isQuiet else { return }
        // A line that wraps could not be drawn over.
        StandardStreams.draw(String(line.prefix(Terminal.columns(2).map { max(1, $0 - 1) } ?? .max)))
    }

    /// Removes what `draw` left.
    package func clear() { draw("") }
}
