/// Why a graph's text form cannot be read.
public struct GraphTextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line at fault, counted from 1.
    public var line: Int
    /// In lower case, expected against found.
    public var message: String

    public init(line: Int, _ message: String) {
        self.line = line
        self.message = message
    }

    public var description: String { "line \(line): \(message)" }
}
